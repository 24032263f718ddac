"""A procedure: the facts of one incident, what has been ordered from them, and what a further fact changes. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.grading.rulebook import Advance, CompiledRulebook, Fact, Order, advance
from shared.calendar import Calendar


@dataclass(slots=True)
class Procedure:
    """The stored state. `deciding` is the key of the open order to decide on the grade, `discharged` what stands fulfilled."""

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


@dataclass(frozen=True, slots=True)
class Step:
    """One decision: what the engine said, and which orders are newly fulfilled."""

    advance: Advance
    fulfilled: frozenset[str]
    moved: bool


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
    somebody decided (`act`, the id of the fact) is told, also where it changes no order.
    """
    known = {fact.id for fact in procedure.facts}
    fresh = [fact for fact in news if fact.id not in known]
    procedure.facts = _without_superseded(procedure.facts, fresh) + fresh
    result = advance(rulebook, calendar, procedure.facts, procedure.issued)
    if result.grade.proposal != procedure.proposal:
        procedure.facts = [_turning(fact) if fact in fresh else fact for fact in procedure.facts]
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
    if moved:
        procedure.version += 1
    return Step(result, fulfilled, moved)


def _deciding(result: Advance) -> str | None:
    waiting = [key for key, order in result.orders.items() if order.kind == "approve_grade" and key not in result.done]
    return waiting[-1] if waiting else None


def _without_superseded(facts: Sequence[Fact], fresh: Sequence[Fact]) -> list[Fact]:
    """Earlier counts of the same source may go, except those at which the proposal turned: a clock may run from them."""
    sources = {fact.data["source"] for fact in fresh if fact.kind == "evidence"}
    return [
        fact
        for fact in facts
        if fact.kind != "evidence" or fact.data["source"] not in sources or fact.data.get("turning")
    ]


def _turning(fact: Fact) -> Fact:
    if fact.kind != "evidence":
        return fact
    return Fact(fact.id, fact.kind, fact.at, {**fact.data, "turning": True})
