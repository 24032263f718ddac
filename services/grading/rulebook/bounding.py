"""How the duties of layers bound a local order: the strictest time stands, and each layer is named."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from services.grading.rulebook.compiled import CompiledDuty, Time
from services.grading.rulebook.orders import Also
from services.grading.rulebook.situation import Situation
from shared.calendar import BusinessHours, Calendar, Deadline, deadline


class Bound(NamedTuple):
    """What the layers say of one order: each of them, and the one whose time is stricter than the local text's, if any."""

    also: tuple[Also, ...]
    strictest: Deadline | None
    by: CompiledDuty | None
    reason: str


def bound(
    calendar: Calendar,
    hours: BusinessHours,
    situation: Situation,
    duty: CompiledDuty,
    level: str,
    start: datetime,
    due_at: datetime | None,
) -> Bound:
    """The layers above an order that starts at `start` and that the local text wants at `due_at` (None: silent)."""
    also: list[Also] = []
    strictest: Deadline | None = None
    by: CompiledDuty | None = None
    earliest, first = due_at, -1
    for above in duty.bounded_by:
        found = _demanded(above, calendar, hours, situation, level, start)
        if found is None:
            continue
        named, end = found
        also.append(named)
        if end is not None and (earliest is None or end.at < earliest):
            earliest, first, strictest, by = end.at, len(also) - 1, end, above
    if by is None:
        return Bound(tuple(also), None, None, "")
    also[first] = replace(also[first], decides=True)
    return Bound(tuple(also), strictest, by, decided_by(also[first]))


def decided_by(also: Also) -> str:
    """Why a deadline is earlier than the local text alone would have it (Chinese)."""
    return f"从严:{also.title}({also.clause})“{also.phrase}”"


def _demanded(
    above: CompiledDuty, calendar: Calendar, hours: BusinessHours, situation: Situation, level: str, start: datetime
) -> tuple[Also, Deadline | None] | None:
    """The layer's rule for this order and when it ends; None where it doesn't hold, or was met before the order began.

    It holds as well where it held at a level approved before: a lower grade gives no more time.
    """
    began = _began(above, situation)
    if began is None or above.layer is None or _met_before(above, situation, start):
        return None
    words, end = above.time, None
    holds = False
    for each in (level, *[approval.data["level"] for approval in situation.approvals]):
        if above.applies(each, situation.raised, situation.happened):
            holds = True
            for said in _words(above, each, situation):
                ends = deadline(began[1], said.budget, calendar, hours) if said.budget else None
                if ends is not None and (end is None or ends.at < end.at):
                    words, end = said, ends
    if not holds:
        return None
    name, at = began
    layer = above.layer
    due_at = end.at if end else None
    return Also(layer.id, layer.title, words.clause, words.phrase, words.within, due_at, name, at), end


def _words(above: CompiledDuty, level: str, situation: Situation) -> Iterator[Time]:
    """What it says of its time at this level: a variant where one holds, else its budget."""
    for variant in above.variants:
        if variant.when.holds(level, situation.raised, situation.happened):
            yield variant.time
            return
    yield above.by_level.get(level, above.time)


def _began(above: CompiledDuty, situation: Situation) -> tuple[str, datetime] | None:
    """The earliest of its moments that has come."""
    moments = situation.moments
    come = [(moments[name], name) for name in above.anchors if name in moments]
    if not come:
        return None
    at, name = min(come)
    return name, at


def _met_before(above: CompiledDuty, situation: Situation, start: datetime) -> bool:
    met = situation.done.get(above.id)
    if met is not None and met <= start:
        return True
    came = situation.moments.get(above.fulfilled_by) if above.fulfilled_by else None
    return came is not None and came <= start
