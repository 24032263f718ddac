"""When an order is reminded of and whom it goes up to once overdue."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

from services.grading.rulebook.engine.compiled import CompiledDuty
from services.grading.rulebook.engine.pace import Reminder
from services.grading.rulebook.engine.situation import Situation
from shared.calendar import Budget, BusinessHours, Calendar, Unit, deadline, last_day, working_day_before


def reminders(
    hours: BusinessHours,
    calendar: Calendar,
    situation: Situation,
    duty: CompiledDuty,
    marks: Iterable[Reminder],
    start: datetime,
    due: datetime | None,
    since: datetime,
) -> tuple[datetime, ...]:
    """The moments to remind at, sorted, each after `since` and before `due`; shares are of the way from `start` to `due`."""
    found: set[datetime] = set()
    if due is not None and due > start:
        found.update(_remind(mark, hours, calendar, start, due) for mark in marks)
    if duty.warn is not None and duty.warn[0] in situation.moments:
        found.add(deadline(situation.moments[duty.warn[0]], duty.warn[1], calendar, hours).at)
    return tuple(sorted(at for at in found if at > since and (due is None or at < due)))


def _remind(mark: Reminder, hours: BusinessHours, calendar: Calendar, start: datetime, due: datetime) -> datetime:
    if mark.before is None:
        share = mark.share
        return start if share is None else start + (due - start) * share.numerator // share.denominator
    if mark.before.runs_by_clock:
        return due - timedelta(minutes=mark.before.minutes)
    return _opening_before(due, mark.before, calendar, hours)


@lru_cache(maxsize=4096)
def _opening_before(due: datetime, before: Budget, calendar: Calendar, hours: BusinessHours) -> datetime:
    """Opening time that many days before the last day; many incidents end on the same one."""
    last = last_day(due, hours)
    if before.unit is Unit.WORKING_DAYS:
        return hours.opening(working_day_before(last, before.amount, calendar))
    if before.unit is Unit.DAYS:
        return hours.opening(last - timedelta(days=before.amount))
    # Halves and business hours before the end: by their share of a day, at opening of the day that falls on.
    return hours.opening(working_day_before(last, -(-before.minutes // 1440), calendar))


def escalations(
    duty: CompiledDuty, calendar: Calendar, hours: BusinessHours, due: datetime | None
) -> tuple[tuple[datetime, str], ...]:
    """Whom an overdue order goes up to, and when."""
    if due is None:
        return ()
    return tuple((deadline(due, after, calendar, hours).at, to) for after, to in duty.escalate)
