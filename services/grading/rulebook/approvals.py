"""Deciding on the grade is itself an order: once at first, and again whenever the criteria ask for a higher grade."""

from collections.abc import Iterator
from datetime import UTC, datetime

from services.grading.rulebook.compiled import CompiledDuty, CompiledRulebook
from services.grading.rulebook.derive import build
from services.grading.rulebook.facts import Fact
from services.grading.rulebook.grade import propose_as_of
from services.grading.rulebook.orders import Order
from services.grading.rulebook.situation import Situation
from services.grading.rulebook.timing import anchor
from shared.calendar import Calendar


def grade_orders(
    rulebook: CompiledRulebook, calendar: Calendar, situation: Situation, proposal: str | None
) -> Iterator[tuple[Order, datetime | None]]:
    """Every decision on the grade asked for so far, with when it was taken (None: still open)."""
    duty = rulebook.grade_duty
    start = None if duty is None else anchor(duty, situation)
    if duty is None or start is None:
        return
    approvals = situation.approvals
    first = _asked(rulebook, situation, approvals[0]) if approvals else proposal
    level = first or rulebook.strictest.id
    yield _decision(rulebook, calendar, situation, duty, duty.id, level, start), approvals[0].at if approvals else None
    for number, approval in enumerate(approvals, start=2):
        decided = approvals[number - 1] if number <= len(approvals) else None
        higher = _crossing(rulebook, situation, approval, decided, proposal)
        if higher is not None:
            at, asked = higher
            key = f"{duty.id}#{number}"
            order = _decision(rulebook, calendar, situation, duty, key, asked, ("proposed", at.astimezone(UTC)))
            yield order, decided.at if decided else None


def _decision(
    rulebook: CompiledRulebook,
    calendar: Calendar,
    situation: Situation,
    duty: CompiledDuty,
    key: str,
    level: str,
    start: tuple[str, datetime],
) -> Order:
    owner = rulebook.level[level].approver[0]
    return build(rulebook, calendar, situation, duty, key, level, start, owner=owner)


def _asked(rulebook: CompiledRulebook, situation: Situation, approval: Fact) -> str | None:
    """The proposal the approver had before him: as recorded with the approval, else what the evidence said then."""
    recorded = approval.data.get("proposal")
    return recorded if recorded in rulebook.ranks else propose_as_of(rulebook, situation, approval.at)


def _crossing(
    rulebook: CompiledRulebook, situation: Situation, approval: Fact, decided: Fact | None, proposal: str | None
) -> tuple[datetime, str] | None:
    """When the criteria first asked for more than was approved and known then, and what they ask for."""
    ranks = rulebook.ranks
    if decided is None and (proposal is None or ranks[proposal] <= ranks[approval.data["level"]]):
        return None
    asked = _asked(rulebook, situation, approval)
    floor = max(ranks[approval.data["level"]], ranks[asked] if asked else -1)
    if decided is None and proposal is not None and ranks[proposal] <= floor:
        return None
    for fact in situation.observations:
        if fact.at <= approval.at or (decided is not None and fact.at > decided.at):
            continue
        level = propose_as_of(rulebook, situation, fact.at)
        if level is not None and ranks[level] > floor:
            # The clock runs from the first crossing; what is asked for is what the criteria say when it is decided.
            return fact.at, (_asked(rulebook, situation, decided) if decided else proposal) or level
    return None
