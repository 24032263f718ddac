"""Deciding on the grade is itself an order: once at first, and again whenever the criteria ask for a higher grade.

Which decisions were owed follows from the facts and their own times alone, whatever came to be known first.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from services.grading.rulebook.engine.compiled import CompiledDuty, CompiledRulebook
from services.grading.rulebook.engine.course import Standing, course
from services.grading.rulebook.engine.criteria import NONE, first_met, nearly_met, picture
from services.grading.rulebook.engine.derive import build
from services.grading.rulebook.engine.facts import Fact
from services.grading.rulebook.engine.orders import Order
from services.grading.rulebook.engine.situation import Situation
from services.grading.rulebook.engine.timing import anchor
from shared.calendar import Calendar


class Decision(NamedTuple):
    """A decision on the grade that is owed, or was and is taken since `taken`."""

    order: Order
    taken: datetime | None


def decisions(
    rulebook: CompiledRulebook,
    calendar: Calendar,
    situation: Situation,
    proposal: str | None,
    issued: Mapping[str, Order],
) -> Iterator[Decision]:
    """Every decision on the grade: those taken that somebody was asked for, and the one still to be taken."""
    duty = rulebook.grade_duty
    begins = None if duty is None else anchor(duty, situation)
    if duty is None or begins is None:
        return
    for number, fact in enumerate(situation.decisions):
        taken = fact.at.astimezone(UTC)
        key = _key(duty, number)
        if number and _unplaced(rulebook, situation.decisions[number - 1]):
            # Asked under another rulebook, or because of the change to this one: it stays as it was issued.
            if key in issued:
                yield Decision(issued[key], taken)
            continue
        question = _first(rulebook, begins, fact) if number == 0 else _again(rulebook, situation, number)
        if question is not None and question.start[1] <= taken:
            yield Decision(_order(rulebook, calendar, situation, duty, key, question), taken)
    question = _open(rulebook, situation, proposal, begins)
    if question is not None:
        key = _key(duty, len(situation.decisions))
        yield Decision(_order(rulebook, calendar, situation, duty, key, question), None)


class _Question(NamedTuple):
    """Which level is to be decided on, and from when the time runs."""

    level: str
    start: tuple[str, datetime]


def _order(
    rulebook: CompiledRulebook, calendar: Calendar, situation: Situation, duty: CompiledDuty, key: str, asked: _Question
) -> Order:
    owner = rulebook.level[asked.level].approver[0]
    return build(rulebook, calendar, situation, duty, key, asked.level, asked.start, owner=owner)


def _key(duty: CompiledDuty, taken: int) -> str:
    return duty.id if taken == 0 else f"{duty.id}#{taken + 1}"


def _unplaced(rulebook: CompiledRulebook, decision: Fact) -> bool:
    return decision.data["level"] not in rulebook.ranks


def _open(
    rulebook: CompiledRulebook, situation: Situation, proposal: str | None, begins: tuple[str, datetime]
) -> _Question | None:
    """The decision still to be taken: the first, one on a level this rulebook doesn't know, or on a higher grade."""
    if not situation.decisions:
        return _Question(proposal or rulebook.strictest.id, begins)
    if situation.unplaced:
        return _Question(rulebook.strictest.id, ("reprojected", _moved_on(situation).astimezone(UTC)))
    approval = situation.decisions[-1]
    if not _exceeds(rulebook, situation, NONE if proposal is None else rulebook.ranks[proposal], approval):
        return None
    return _crossing(rulebook, situation, approval, str(proposal), course(rulebook, situation))


def _moved_on(situation: Situation) -> datetime:
    """When the level last decided on ceased to be one: when the procedure came under this rulebook."""
    decided = situation.decisions[-1].at
    moves = [fact.at for fact in situation.reprojected if fact.data.get("cause") != "calendar"]
    return max([at for at in moves if at > decided], default=decided)


def _first(rulebook: CompiledRulebook, begins: tuple[str, datetime], decision: Fact) -> _Question:
    """The first decision, as its approver had it before him; where that isn't recorded, as he took it."""
    level = decision.data.get("proposal", decision.data["level"])
    return _Question(level if level in rulebook.ranks else rulebook.strictest.id, begins)


def _again(rulebook: CompiledRulebook, situation: Situation, number: int) -> _Question | None:
    """The further decision that was taken, if the criteria had asked for it by then; else a person acted unasked."""
    before, decision = situation.decisions[number - 1], situation.decisions[number]
    rank = _proposed(rulebook, situation, decision)
    if not _exceeds(rulebook, situation, rank, before):
        return None
    standings = [each for each in course(rulebook, situation) if each.fact.at <= decision.at]
    return _crossing(rulebook, situation, before, rulebook.levels[rank].id, standings)


def _crossing(
    rulebook: CompiledRulebook, situation: Situation, approval: Fact, level: str, standings: Sequence[Standing]
) -> _Question:
    """Since when the criteria have asked for more than was approved last and known to its approver."""
    floor, crossed = _asked_already(rulebook, situation, approval), approval.at
    if _held(standings, approval.at) <= floor:
        crossed = next(
            (each.fact.at for each in standings if each.fact.at > approval.at and each.held > floor), crossed
        )
    return _Question(level, ("proposed", crossed.astimezone(UTC)))


def _exceeds(rulebook: CompiledRulebook, situation: Situation, rank: int, approval: Fact) -> bool:
    """Whether this rank is more than was approved, and more than its approver had before him."""
    approved = rulebook.ranks[approval.data["level"]]
    return rank > approved and rank > _proposed(rulebook, situation, approval)


def _asked_already(rulebook: CompiledRulebook, situation: Situation, approval: Fact) -> int:
    """The rank up to which nothing is asked again: the level approved, or a higher one that was proposed and not taken."""
    approved = rulebook.ranks[approval.data["level"]]
    return max(approved, _proposed(rulebook, situation, approval))


def _proposed(rulebook: CompiledRulebook, situation: Situation, decision: Fact) -> int:
    """The proposal that whoever decided had before him: as recorded with the decision, else what the evidence said then."""
    if "proposal" in decision.data:
        return rulebook.ranks.get(decision.data["proposal"], NONE)
    return _known_at(rulebook, situation, decision.at)


def _known_at(rulebook: CompiledRulebook, situation: Situation, until: datetime) -> int:
    """The rank proposed at a moment; the whole course only where what was to be seen then leaves it open."""
    seen = picture(situation.evidence(until), situation.flags_raised(until))
    met = first_met(rulebook, seen)
    strict = NONE if met is None else met.rank
    return strict if nearly_met(rulebook, seen, strict) is None else _held(course(rulebook, situation), until)


def _held(standings: Sequence[Standing], until: datetime) -> int:
    held = NONE
    for standing in standings:
        if standing.fact.at > until:
            break
        held = standing.held
    return held
