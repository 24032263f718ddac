"""How the duties of layers bound a local order: the strictest time stands, and each layer is named."""

from collections.abc import Iterable
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
    layer, began = above.layer, _began(above, situation)
    if layer is None or began is None or _met_before(above, situation, start):
        return None
    levels = {level, *[approval.data["level"] for approval in situation.approvals]}
    holding = [each for each in levels if above.applies(each, situation.raised, situation.happened)]
    if not holding:
        return None
    at, name = began
    words, end = _strictest(above, calendar, hours, situation, holding, at)
    due_at = end.at if end else None
    return Also(layer.id, layer.title, words.clause, words.phrase, words.within, due_at, name, at), end


def _strictest(
    above: CompiledDuty,
    calendar: Calendar,
    hours: BusinessHours,
    situation: Situation,
    levels: Iterable[str],
    at: datetime,
) -> tuple[Time, Deadline | None]:
    """The words that end first at any of these levels, and when."""
    if above.pace is not None:
        return above.time, None if above.pace.due is None else Deadline(at + above.pace.due, False, ())
    words: Time = above.time
    end: Deadline | None = None
    for said in [_words(above, level, situation) for level in sorted(levels)]:
        ends = deadline(at, said.budget, calendar, hours) if said.budget else None
        if ends is not None and (end is None or ends.at < end.at):
            words, end = said, ends
    return words, end


def _words(above: CompiledDuty, level: str, situation: Situation) -> Time:
    """What it says of its time at this level: a variant where one holds, else its budget."""
    for variant in above.variants:
        if variant.when.holds(level, situation.raised, situation.happened):
            return variant.time
    return above.by_level.get(level, above.time)


def _began(above: CompiledDuty, situation: Situation) -> tuple[datetime, str] | None:
    """The earliest of its moments that has come."""
    moments = situation.moments
    return min([(moments[name], name) for name in above.anchors if name in moments], default=None)


def _met_before(above: CompiledDuty, situation: Situation, start: datetime) -> bool:
    met = situation.done.get(above.id)
    if met is not None and met <= start:
        return True
    came = situation.moments.get(above.fulfilled_by) if above.fulfilled_by else None
    return came is not None and came <= start
