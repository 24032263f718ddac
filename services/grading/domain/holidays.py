"""The calendar as it is corrected: the years' notices and single days, laid over what the house knows by itself. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from shared.calendar import Calendar, Correction

ChangeKind = Literal["notice", "day"]
EARLIEST_YEAR, LATEST_YEAR = 2007, 2100
"""The State Council has given out a notice a year since the one for 2008."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the calendar: a year's notice, or a single day (`year` is then its year). `source` is for people."""

    kind: ChangeKind
    year: int
    days: tuple[Correction, ...]
    source: str


def laid_over(base: Calendar, changes: Iterable[Change]) -> Calendar:
    """The calendar in force: `base` with these changes, oldest first.

    A notice takes the place of all that was known of its year, by reckoning or by an earlier notice; single days that it doesn't
    name stay. For one day the last word holds.
    """
    days = dict(base.exceptions)
    notices = set(base.notices)
    noticed_for: dict[date, int] = {}
    single: set[date] = set()
    for change in changes:
        if change.kind == "notice":
            replaced = [day for day in days if day not in single and noticed_for.get(day, day.year) == change.year]
            for day in replaced:
                del days[day]
            notices.add(change.year)
            noticed_for.update({each.date: change.year for each in change.days})
            single -= {each.date for each in change.days}
        else:
            single |= {each.date for each in change.days}
        days.update({each.date: (each.working, each.reason) for each in change.days})
    return Calendar(days, notices)


def first_difference(one: Calendar, other: Calendar) -> date | None:
    """The first day on which the two count differently or differ in what is provisional; None where there is none."""
    years = sorted(one.notices ^ other.notices)
    days = set(one.exceptions.keys() ^ other.exceptions.keys())
    days |= {
        day for day in one.exceptions.keys() & other.exceptions.keys() if one.exceptions[day] != other.exceptions[day]
    }
    for year in years:
        days.update(_settled_by(year))
    return min((day for day in days if _counts(one, day) != _counts(other, day)), default=None)


def _settled_by(year: int) -> Iterator[date]:
    """The days that a year's notice settles: its own, and the last of the December before."""
    day = date(year - 1, 12, 1)
    while day.year <= year:
        yield day
        day += timedelta(days=1)


def _counts(calendar: Calendar, day: date) -> tuple[bool, bool]:
    known = calendar.day(day)
    return known.working, known.provisional


def reasons(changes: Sequence[Change]) -> str:
    """Why deadlines moved, for people: what each change was."""
    return ";".join(dict.fromkeys(_reason(change) for change in changes))


def _reason(change: Change) -> str:
    if change.kind == "notice":
        return f"{change.year}年放假安排已发布({change.source})"
    day = change.days[0]
    return f"{day.date.isoformat()}改为{'工作日' if day.working else '非工作日'}({day.reason})"
