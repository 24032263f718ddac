from datetime import date, timedelta

import holidays
import pytest

from shared.calendar import Calendar, Correction, official_calendar
from shared.calendar.statutory import statutory_days

OFFICIAL = official_calendar()


@pytest.mark.parametrize("year", range(2018, 2027))
def test_an_independent_source_agrees_on_every_day_off(year: int) -> None:
    """`holidays` knows the days off and the make-up workdays from the same notices, kept by other people."""
    other = holidays.country_holidays("CN", years=[year])
    day = date(year, 1, 1)
    while day.year == year:
        # The 29th to 31st of December follow the next year's notice, which that package may file elsewhere.
        if day <= date(year, 12, 28):
            assert OFFICIAL.is_working(day) == other.is_working_day(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize("year", range(2027, 2037))
def test_the_tabled_statutory_days_agree_with_an_independent_source(year: int) -> None:
    names = ("New Year's Day", "Spring Festival", "Eve", "Tomb", "Labor", "Dragon", "Autumn", "National")
    other = {
        day
        for day, name in holidays.country_holidays("CN", years=[year], observed=False, language="en_US").items()
        if any(part in name for part in names)
    }
    assert {day for day, _ in statutory_days(year)} == other


def test_make_up_saturday_is_worked_and_says_why() -> None:
    day = OFFICIAL.day(date(2026, 2, 14))
    assert (day.working, day.reason, day.provisional) == (True, "春节调休上班", False)


@pytest.mark.parametrize(
    ("day", "working", "reason"),
    [
        (date(2026, 2, 17), False, "春节"),
        (date(2026, 10, 6), False, "国庆节调休"),
        (date(2026, 11, 21), False, "周六"),
        (date(2026, 11, 23), True, None),
    ],
)
def test_days_say_why_they_are_not_worked(day: date, working: bool, reason: str | None) -> None:
    known = OFFICIAL.day(day)
    assert (known.working, known.reason) == (working, reason)


@pytest.mark.parametrize(
    ("day", "provisional"),
    [
        (date(2026, 12, 24), False),
        (date(2026, 12, 31), True),
        (date(2027, 3, 1), True),
        (date(2025, 12, 31), False),
        (date(2001, 5, 1), True),
    ],
)
def test_a_year_without_notice_and_the_days_before_it_are_provisional(day: date, provisional: bool) -> None:
    assert OFFICIAL.day(day).provisional is provisional


def test_a_loaded_notice_settles_the_year_and_changes_the_version() -> None:
    corrected = OFFICIAL.with_corrections([Correction(date(2027, 2, 20), True, "春节调休上班")], notices=[2027])
    assert corrected.is_working(date(2027, 2, 20))
    assert not corrected.is_provisional(date(2027, 2, 20))
    assert not corrected.is_provisional(date(2026, 12, 31))
    assert corrected.version != OFFICIAL.version
    assert not OFFICIAL.is_working(date(2027, 2, 20))


def test_the_version_depends_on_the_data_alone() -> None:
    again = Calendar(dict(reversed(list(OFFICIAL.exceptions.items()))), OFFICIAL.notices)
    assert again.version == OFFICIAL.version
