"""A period whose time stood still: what was left of it runs on, counted in the unit it was given in.

The day (or half day) on which time runs on does not count, as the day of an event does not (Civil Code, Art. 201); the one
on which it stopped counts as used. What was left is never less than one day (or half) when time runs on another day.
"""

from datetime import UTC, date, datetime, time, timedelta

from shared.calendar.budget import Budget, Unit
from shared.calendar.days import Calendar
from shared.calendar.hours import BusinessHours
from shared.calendar.periods import Deadline, after_open_time, deadline, halves_begun, move_to_working_day

_ONE_DAY = timedelta(days=1)


def run_on(
    due: datetime,
    stopped: datetime,
    resumed: datetime,
    unit: Unit,
    calendar: Calendar,
    hours: BusinessHours,
    last: date | None = None,
) -> Deadline:
    """When a period due at `due` ends after its time stood still from `stopped` (before `due`) until `resumed`.

    `last` is the day on which a period of days would have ended had that day been worked; absent, the day of `due`.
    Never earlier than `due` or `resumed`.
    """
    end = _run_on(due, stopped, resumed, unit, calendar, hours, last or last_day(due, hours))
    return end._replace(at=max(end.at, due.astimezone(UTC), resumed.astimezone(UTC)))


def _run_on(
    due: datetime,
    stopped: datetime,
    resumed: datetime,
    unit: Unit,
    calendar: Calendar,
    hours: BusinessHours,
    last: date,
) -> Deadline:
    if unit in (Unit.MINUTES, Unit.HOURS, Unit.AT_ONCE):
        return Deadline(due.astimezone(UTC) + (resumed - stopped), False, ())
    if unit is Unit.BUSINESS_HOURS:
        return after_open_time(resumed, open_time(stopped, due, calendar, hours), calendar, hours)
    if _same_part(stopped, resumed, unit, hours):
        return Deadline(due.astimezone(UTC), False, ())
    if unit is Unit.SAME_DAY:
        return deadline(resumed, Budget(0, unit), calendar, hours)
    left = days_left(stopped, due, unit, calendar, hours, last)
    return deadline(resumed, Budget(max(1, left), unit), calendar, hours)


def last_day(due: datetime, hours: BusinessHours) -> date:
    """The day a period ends on; 24:00 of a day is 00:00 of the next."""
    local = hours.local(due)
    return local.date() - _ONE_DAY if local.time() == time(0) else local.date()


def _same_part(stopped: datetime, resumed: datetime, unit: Unit, hours: BusinessHours) -> bool:
    """Whether both lie on one day, or in one half of it where halves are counted."""
    one, other = hours.local(stopped), hours.local(resumed)
    if one.date() != other.date():
        return False
    return unit is not Unit.HALF_DAYS or halves_begun(one, hours) == halves_begun(other, hours)


def days_left(
    stopped: datetime, due: datetime, unit: Unit, calendar: Calendar, hours: BusinessHours, last: date
) -> int:
    """How many days, working days or half days of the period lie after the one on which time stopped."""
    local = hours.local(stopped)
    day = local.date()
    if unit is Unit.DAYS:
        return (last - day).days
    last = last_day(due, hours)
    if unit is Unit.WORKING_DAYS:
        return _working_days(day, last, calendar)
    ends_at_noon = last == hours.local(due).date() and hours.local(due).time() <= hours.midday
    left = 2 * _working_days(day, last, calendar) - (ends_at_noon and calendar.is_working(last))
    return left + (2 - halves_begun(local, hours) if calendar.is_working(day) else 0)


def _working_days(after: date, until: date, calendar: Calendar) -> int:
    """The working days after `after`, up to and with `until`."""
    span = (until - after).days
    return sum(calendar.is_working(after + timedelta(days=offset)) for offset in range(1, span + 1))


def open_time(since: datetime, until: datetime, calendar: Calendar, hours: BusinessHours) -> timedelta:
    """For how long the office is open between two moments."""
    day, total = hours.local(since).date(), timedelta(0)
    while day <= hours.local(until).date():
        day = move_to_working_day(day, calendar).last
        opens, closes = max(hours.opening(day), since), min(hours.closing(day), until)
        total += max(closes - opens, timedelta(0))
        day += _ONE_DAY
    return total
