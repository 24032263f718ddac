"""Whether what somebody gives as a year's notice can be one: what is refused, and what is only odd. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from services.grading.domain.holidays import EARLIEST_YEAR, LATEST_YEAR
from shared.calendar import Correction
from shared.calendar.days import WEEKDAYS
from shared.calendar.statutory import statutory_days

STATUTORY_DAYS = 13
"""Since the regulation on public holidays as amended in 2024, in force from 2025."""
_SINCE = 2025


class Findings(NamedTuple):
    """`errors` must be put right; `warnings` are for whoever decides."""

    errors: list[str]
    warnings: list[str]


def check_notice(year: int, days: Sequence[Correction]) -> Findings:
    """Look over the days of a year's notice; each finding names the day and what was expected."""
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return Findings([f"{year} is not a year between {EARLIEST_YEAR} and {LATEST_YEAR}"], [])
    return Findings(list(_errors(year, days)), list(_warnings(year, days)))


def _errors(year: int, days: Sequence[Correction]) -> Iterator[str]:
    if not days:
        yield "no days at all: a notice names the holidays of its year"
    for day, times in Counter(each.date for each in days).items():
        if times > 1:
            yield f"{day}: named {times} times; name each day once"
    for each in days:
        if each.date.year != year and (each.date.year, each.date.month) != (year - 1, 12):
            yield f"{each.date}: not in {year}, nor in the December before it"
        if each.working and each.date.weekday() < 5:
            yield (
                f"{each.date} ({WEEKDAYS[each.date.weekday()]}, {each.reason}): a make-up working day is a Saturday or "
                "Sunday; any other is worked without being named"
            )
        if not each.reason.strip():
            yield f"{each.date}: without a reason; write the holiday's name"


def _warnings(year: int, days: Sequence[Correction]) -> Iterator[str]:
    off = {each.date for each in days if not each.working}
    for day, name in sorted(statutory_days(year)):
        if day not in off:
            yield f"{day} is {name} by law and not among the days off"
    if year < _SINCE:
        return
    net = sum(day.weekday() < 5 for day in off) - sum(each.working for each in days)
    if net != STATUTORY_DAYS:
        yield (
            f"weekdays off less make-up days are {net}; the statutory days of a year are {STATUTORY_DAYS}, "
            "so a day is missing or too many"
        )
