"""Deciding on the grade is itself an order: once at first, and again whenever the criteria ask for a higher grade."""

from datetime import UTC, datetime

from services.grading.rulebook.compiled import CompiledRulebook
from services.grading.rulebook.derive import build
from services.grading.rulebook.facts import Fact
from services.grading.rulebook.grade import propose_as_of
from services.grading.rulebook.orders import Order
from services.grading.rulebook.situation import Situation
from services.grading.rulebook.timing import anchor
from shared.calendar import Calendar


def decisions_taken(rulebook: CompiledRulebook, situation: Situation) -> dict[str, datetime]:
    """When each decision on the grade asked for so far was taken, by order key."""
    duty = rulebook.grade_duty
    if duty is None:
        return {}
    return {_key(duty.id, number): approval.at.astimezone(UTC) for number, approval in enumerate(situation.decisions)}


def open_decision(
    rulebook: CompiledRulebook, calendar: Calendar, situation: Situation, proposal: str | None
) -> Order | None:
    """The decision on the grade that is still to be taken: the first, or one on a grade higher than was approved."""
    duty = rulebook.grade_duty
    start = None if duty is None else anchor(duty, situation)
    if duty is None or start is None:
        return None
    level = proposal or rulebook.strictest.id
    if situation.unplaced:
        level, start = rulebook.strictest.id, ("reprojected", _moved_on(situation).astimezone(UTC))
    elif situation.approvals:
        crossed = _crossing(rulebook, situation, proposal)
        if crossed is None:
            return None
        start = "proposed", crossed.astimezone(UTC)
    owner = rulebook.level[level].approver[0]
    key = _key(duty.id, len(situation.decisions))
    return build(rulebook, calendar, situation, duty, key, level, start, owner=owner)


def _moved_on(situation: Situation) -> datetime:
    """When the level last decided on ceased to be one: when the procedure came under this rulebook."""
    decided = situation.decisions[-1].at
    moves = [fact.at for fact in situation.reprojected if fact.data.get("cause") != "calendar"]
    return max([at for at in moves if at > decided], default=decided)


def _key(duty: str, taken: int) -> str:
    return duty if taken == 0 else f"{duty}#{taken + 1}"


def _crossing(rulebook: CompiledRulebook, situation: Situation, proposal: str | None) -> datetime | None:
    """When the criteria first asked for more than was approved last and known to its approver; None when they don't."""
    ranks, approval = rulebook.ranks, situation.approvals[-1]
    floor = ranks[approval.data["level"]]
    if proposal is None or ranks[proposal] <= floor:
        return None
    asked = _asked(rulebook, situation, approval)
    floor = max(floor, ranks[asked] if asked else -1)
    if ranks[proposal] <= floor:
        return None
    for fact in situation.observations:
        if fact.at > approval.at:
            level = propose_as_of(rulebook, situation, fact.at)
            if level is not None and ranks[level] > floor:
                return fact.at
    return approval.at


def _asked(rulebook: CompiledRulebook, situation: Situation, approval: Fact) -> str | None:
    """The proposal the approver had before him: as recorded with the approval, else what the evidence said then."""
    recorded = approval.data.get("proposal")
    return recorded if recorded in rulebook.ranks else propose_as_of(rulebook, situation, approval.at)
