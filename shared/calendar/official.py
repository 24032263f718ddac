"""The calendar from the State Council's notices, as the `chinesecalendar` package records them."""

from collections.abc import Iterator
from datetime import date
from functools import cache

from chinese_calendar.constants import Holiday, holidays, in_lieu_days, workdays

from shared.calendar.days import Calendar
from shared.calendar.statutory import LAST_LUNAR_YEAR, statutory_days

_NAMES = {
    Holiday.new_years_day: "元旦",
    Holiday.spring_festival: "春节",
    Holiday.tomb_sweeping_day: "清明节",
    Holiday.labour_day: "劳动节",
    Holiday.dragon_boat_festival: "端午节",
    Holiday.national_day: "国庆节",
    Holiday.mid_autumn_festival: "中秋节",
    Holiday.anti_fascist_70th_day: "抗战胜利70周年纪念日",
}
_CHINESE = {holiday.value: name for holiday, name in _NAMES.items()}


@cache
def official_calendar() -> Calendar:
    """Every year with a notice in the data, and the following years by the fixed statutory days, provisional."""
    notices = {when.year for when in holidays if when.month > 1}
    exceptions: dict[date, tuple[bool, str]] = {}
    for year in range(2000, LAST_LUNAR_YEAR + 1):
        if year not in notices:
            exceptions.update({when: (False, name) for when, name in statutory_days(year)})
    exceptions.update(_noticed())
    return Calendar(exceptions, notices)


def _noticed() -> Iterator[tuple[date, tuple[bool, str]]]:
    for when, name in holidays.items():
        reason = _CHINESE[name]
        yield when, (False, f"{reason}调休" if when in in_lieu_days else reason)
    for when, name in workdays.items():
        yield when, (True, f"{_CHINESE[name]}调休上班")
