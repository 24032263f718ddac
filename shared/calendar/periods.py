"""Counting a period, in one place: hours from the moment, days from the next day, ends moved off days not worked.

Civil Code, Art. 200-204: the day of the event does not count; a period of days whose last day is a holiday or weekend
ends on the next working day; the last day ends at close of business where there are business hours, else at 24:00.
Half days are counted the same way, by mornings and afternoons of working days; business hours run while the office is
open. A period whose time stood still is in `pauses`.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from shared.calendar.budget import Budget, Unit
from shared.calendar.days import WEEKDAYS, Calendar
from shared.calendar.hours import BusinessHours

Skipped = tuple[tuple[date, str], ...]
_ONE_DAY = timedelta(days=1)


class Deadline(NamedTuple):
    """When a period ends (UTC), whether a notice to come may move it, and the days it passed over, with reasons."""

    at: datetime
    provisional: bool
    skipped: Skipped


class Count(NamedTuple):
    """The last day of a count of days, whether a notice may move it, and the days passed over."""

    last: date
    provisional: bool
    skipped: Skipped


def deadline(start: datetime, within: Budget, calendar: Calendar, hours: BusinessHours) -> Deadline:
    """The end of `within` counted from `start` (aware). Never earlier than `start`."""
    unit = within.unit
    if unit is Unit.WORKING_DAYS or unit is Unit.DAYS:
        day = start.astimezone(hours.zone).date()
        return _day_deadline(day, within.amount, unit is Unit.WORKING_DAYS, calendar, hours)
    if within.runs_by_clock:
        return Deadline(start.astimezone(UTC) + timedelta(minutes=within.minutes), False, ())
    if unit is Unit.BUSINESS_HOURS:
        return after_open_time(start, timedelta(hours=within.amount), calendar, hours)
    local = start.astimezone(hours.zone)
    if unit is Unit.SAME_DAY:
        return Deadline(hours.midnight(local.date()), False, ())
    return _half_day_deadline(local.date(), halves_begun(local, hours), within.amount, calendar, hours)


@lru_cache(maxsize=65536)
def _day_deadline(start: date, amount: int, working_days: bool, calendar: Calendar, hours: BusinessHours) -> Deadline:
    """Many incidents share a start day; the answer depends on nothing else."""
    if working_days:
        last, provisional, skipped = count_working_days(start, amount, calendar)
    else:
        last, provisional, skipped = move_to_working_day(start + timedelta(days=amount), calendar)
    return Deadline(hours.end(last), provisional, skipped)


def halves_begun(local: datetime, hours: BusinessHours) -> int:
    """How many halves of its own day have begun at that local moment (0 before opening): those do not count."""
    at = local.time()
    return (at >= hours.opens) + (at >= hours.midday)


@lru_cache(maxsize=65536)
def _half_day_deadline(start: date, begun: int, amount: int, calendar: Calendar, hours: BusinessHours) -> Deadline:
    """The end of the last of `amount` mornings and afternoons that begin after the first `begun` halves of `start`."""
    today = calendar.day(start)
    if begun < 2:
        provisional, skipped = today.provisional, () if today.working else ((start, _reason(today.date, today.reason)),)
    else:
        provisional, skipped = False, ()
    left = 2 - begun if today.working else 0
    if amount <= left:
        return Deadline(_end_of_half(start, begun + amount, hours), provisional, skipped)
    whole, odd = divmod(amount - left + 1, 2)
    count = count_working_days(start, whole, calendar)
    end = _end_of_half(count.last, 1 + odd, hours)
    return Deadline(end, provisional or count.provisional, skipped + count.skipped)


def _end_of_half(day: date, half: int, hours: BusinessHours) -> datetime:
    return hours.noon(day) if half == 1 else hours.end(day)


def after_open_time(start: datetime, span: timedelta, calendar: Calendar, hours: BusinessHours) -> Deadline:
    """The moment by which the office has been open for `span` since `start`; it lies in (opening, closing]."""
    base, provisional, skipped = move_to_working_day(start.astimezone(hours.zone).date(), calendar)
    opening, closing = hours.opening(base), hours.closing(base)
    used = min(max(start.astimezone(UTC), opening), closing) - opening
    left = used + span - (closing - opening)
    if left <= timedelta(0):
        return Deadline(opening + used + span, provisional, skipped)
    # Days are alike but for a change of the zone's clock, which no office sees at work.
    more = -(-left // (closing - opening))
    count = count_working_days(base, more, calendar)
    at = hours.opening(count.last) + left - (more - 1) * (closing - opening)
    return Deadline(at, provisional or count.provisional, skipped + count.skipped)


@lru_cache(maxsize=65536)
def count_working_days(start: date, amount: int, calendar: Calendar) -> Count:
    """The `amount`-th working day after `start` (0: `start` itself)."""
    day, provisional, skipped = start, False, []
    while amount:
        day += _ONE_DAY
        known = calendar.day(day)
        provisional = provisional or known.provisional
        if known.working:
            amount -= 1
        else:
            skipped.append((day, _reason(day, known.reason)))
    return Count(day, provisional, tuple(skipped))


@lru_cache(maxsize=65536)
def move_to_working_day(day: date, calendar: Calendar) -> Count:
    """The day itself when it is worked, else the next one that is."""
    skipped = []
    known = calendar.day(day)
    provisional = known.provisional
    while not known.working:
        skipped.append((day, _reason(day, known.reason)))
        day += _ONE_DAY
        known = calendar.day(day)
        provisional = provisional or known.provisional
    return Count(day, provisional, tuple(skipped))


def _reason(day: date, reason: str | None) -> str:
    return reason or WEEKDAYS[day.weekday()]


def working_day_before(day: date, amount: int, calendar: Calendar) -> date:
    """The working day that lies `amount` working days before `day`."""
    while amount:
        day -= _ONE_DAY
        if calendar.is_working(day):
            amount -= 1
    return day
