"""A procedure: the facts of one incident, what has been ordered from them, and what a further fact changes. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.grading.rulebook import Advance, CompiledRulebook, Fact, Order, advance, forgettable
from shared.calendar import Calendar


@dataclass(slots=True)
class Procedure:
    """The stored state. `deciding` is the key of the open order to decide on the grade, `discharged` what stands fulfilled.

    `merged_into`: the incident is part of that one; phase `merged`, and what is issued here is owed nowhere but there.
    """

    incident_id: UUID
    organisation_id: str
    rulebook_hash: str
    title: str
    version: int = 0
    phase: str = "open"
    grade_state: str = "none"
    level: str | None = None
    proposal: str | None = None
    deciding: str | None = None
    facts: list[Fact] = field(default_factory=list)
    issued: Mapping[str, Order] = field(default_factory=dict)
    discharged: frozenset[str] = frozenset()
    calendar_version: int = 0
    merged_into: UUID | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One decision: what the engine said, which orders are newly fulfilled, and the facts that were news."""

    advance: Advance
    fulfilled: frozenset[str]
    moved: bool
    fresh: Sequence[Fact] = ()


def step(
    procedure: Procedure,
    news: Sequence[Fact],
    rulebook: CompiledRulebook,
    calendar: Calendar,
    *,
    act: str | None = None,
) -> Step:
    """Take in further facts and change the procedure accordingly.

    `moved` tells whether anybody needs to hear of it; a fact that is known already, or that changes nothing, does not move. But what
    somebody decided (`act`, the id of the fact) is told, also where it changes no order. One that is merged never moves.
    """
    known = {fact.id for fact in procedure.facts}
    fresh = [fact for fact in news if fact.id not in known]
    facts = [*procedure.facts, *fresh]
    result = advance(rulebook, calendar, facts, procedure.issued)
    procedure.facts = _without_forgettable(facts, fresh, rulebook)
    fulfilled = frozenset(result.done) - procedure.discharged
    moved = bool(
        any(fact.id == act for fact in fresh)
        or result.issue
        or result.change
        or result.withdraw
        or fulfilled
        or result.phase != procedure.phase
        or (result.grade.state, result.grade.level, result.grade.proposal)
        != (procedure.grade_state, procedure.level, procedure.proposal)
    )
    procedure.issued, procedure.discharged = result.orders, frozenset(result.done)
    procedure.phase, procedure.grade_state = result.phase, result.grade.state
    procedure.level, procedure.proposal = result.grade.level, result.grade.proposal
    procedure.deciding = _deciding(result)
    if procedure.merged_into is not None:
        procedure.phase, procedure.deciding = "merged", None
        return Step(result, fulfilled, False, fresh)
    if moved:
        procedure.version += 1
    return Step(result, fulfilled, moved, fresh)


def whole(procedure: Procedure, taken: Step) -> Step:
    """The same decision told with everything that stands, to those who had been told that nothing is owed."""
    if not taken.moved:
        procedure.version += 1
    told = replace(taken.advance, issue=list(taken.advance.orders.values()), change=[], withdraw=[])
    return replace(taken, advance=told, fulfilled=frozenset(taken.advance.done), moved=True)


def owed(procedure: Procedure) -> list[str]:
    """The keys of what is still to be done."""
    return [key for key in procedure.issued if key not in procedure.discharged]


def _deciding(result: Advance) -> str | None:
    waiting = [key for key, order in result.orders.items() if order.kind == "approve_grade" and key not in result.done]
    return waiting[-1] if waiting else None


def _without_forgettable(facts: list[Fact], fresh: Sequence[Fact], rulebook: CompiledRulebook) -> list[Fact]:
    """Outdated counts may go once some have gathered, except those that the proposal or a clock may still depend on."""
    if not any(fact.kind == "evidence" for fact in fresh):
        return facts
    gone = forgettable(rulebook, facts)
    return [fact for fact in facts if fact.id not in gone] if gone else facts
