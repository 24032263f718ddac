"""Counting a period, in one place: hours from the moment, days from the next day, ends moved off days not worked.

Civil Code, Art. 200-204: the day of the event does not count; a period of days whose last day is a holiday or weekend
ends on the next working day; the last day ends at close of business where there are business hours, else at 24:00.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from shared.calendar.budget import Budget, Unit
from shared.calendar.days import WEEKDAYS, Calendar
from shared.calendar.hours import BusinessHours

Skipped = tuple[tuple[date, str], ...]


class Deadline(NamedTuple):
    """When a period ends (UTC), whether a notice to come may move it, and the days it passed over, with reasons."""

    at: datetime
    provisional: bool
    skipped: Skipped


def deadline(start: datetime, within: Budget, calendar: Calendar, hours: BusinessHours) -> Deadline:
    """The end of `within` counted from `start` (aware). Never earlier than `start`."""
    if within.unit is Unit.HOURS:
        return Deadline(start.astimezone(UTC) + timedelta(hours=within.amount), False, ())
    if within.unit is Unit.MINUTES:
        return Deadline(start.astimezone(UTC) + timedelta(minutes=within.amount), False, ())
    if within.unit is Unit.AT_ONCE:
        return Deadline(start.astimezone(UTC), False, ())
    day = start.astimezone(hours.zone).date()
    if within.unit is Unit.SAME_DAY:
        return Deadline(hours.midnight(day), False, ())
    return _day_deadline(day, within.amount, within.unit is Unit.WORKING_DAYS, calendar, hours)


@lru_cache(maxsize=65536)
def _day_deadline(start: date, amount: int, working_days: bool, calendar: Calendar, hours: BusinessHours) -> Deadline:
    """Many incidents share a start day; the answer depends on nothing else."""
    if working_days:
        last, provisional, skipped = _count_working_days(start, amount, calendar)
    else:
        last, provisional, skipped = _move_to_working_day(start + timedelta(days=amount), calendar)
    return Deadline(hours.end(last), provisional, skipped)


def _count_working_days(start: date, amount: int, calendar: Calendar) -> tuple[date, bool, Skipped]:
    day, provisional, skipped = start, False, []
    while amount:
        day += timedelta(days=1)
        known = calendar.day(day)
        provisional = provisional or known.provisional
        if known.working:
            amount -= 1
        else:
            skipped.append((day, known.reason or WEEKDAYS[day.weekday()]))
    return day, provisional, tuple(skipped)


def _move_to_working_day(day: date, calendar: Calendar) -> tuple[date, bool, Skipped]:
    skipped = []
    known = calendar.day(day)
    provisional = known.provisional
    while not known.working:
        skipped.append((day, known.reason or WEEKDAYS[day.weekday()]))
        day += timedelta(days=1)
        known = calendar.day(day)
        provisional = provisional or known.provisional
    return day, provisional, tuple(skipped)


def working_day_before(day: date, amount: int, calendar: Calendar) -> date:
    """The working day that lies `amount` working days before `day`."""
    while amount:
        day -= timedelta(days=1)
        if calendar.is_working(day):
            amount -= 1
    return day
