"""Half days and business hours: examples by hand, and the same counts by other means."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import Budget, BusinessHours, Unit, deadline, official_calendar, parse_budget
from shared.calendar.hours import SHANGHAI

OFFICIAL = official_calendar()
OFFICE = BusinessHours()
MIDNIGHT = BusinessHours(day_ends="24:00")
MOMENTS = st.datetimes(datetime(2005, 1, 1), datetime(2034, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - aware by strategy


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "within", "end"),
    [
        # The half in which it happens does not count.
        ("2026-11-18T10:00", "1 half day", "2026-11-18T17:30"),
        ("2026-11-18T10:00", "2 half days", "2026-11-19T12:00"),
        ("2026-11-18T14:00", "1 half day", "2026-11-19T12:00"),
        ("2026-11-18T14:00", "3 half days", "2026-11-20T12:00"),
        ("2026-11-18T12:00", "1 half day", "2026-11-19T12:00"),
        # Out of hours no half is under way: the next whole one counts.
        ("2026-11-18T07:00", "1 half day", "2026-11-18T12:00"),
        ("2026-11-18T08:30", "1 half day", "2026-11-18T17:30"),
        ("2026-11-20T23:59", "1 half day", "2026-11-23T12:00"),
        ("2026-11-21T10:00", "2 half days", "2026-11-23T17:30"),
        # Eve of Spring Festival 2026, a worked Saturday; National Day.
        ("2026-02-14T10:00", "1 half day", "2026-02-14T17:30"),
        ("2026-02-14T16:00", "1 half day", "2026-02-24T12:00"),
        ("2026-09-30T15:00", "2 half days", "2026-10-08T17:30"),
        # Business hours: nine of them to a day, from 8:30 to 17:30.
        ("2026-11-18T10:00", "2 business hours", "2026-11-18T12:00"),
        ("2026-11-18T16:30", "2 business hours", "2026-11-19T09:30"),
        ("2026-11-18T16:30", "1 business hour", "2026-11-18T17:30"),
        ("2026-11-18T17:30", "1 business hour", "2026-11-19T09:30"),
        ("2026-11-20T23:59", "1 business hour", "2026-11-23T09:30"),
        ("2026-11-18T08:30", "9 business hours", "2026-11-18T17:30"),
        ("2026-11-18T07:00", "10 business hours", "2026-11-19T09:30"),
        ("2026-11-18T09:30", "27 business hours", "2026-11-23T09:30"),
        ("2026-02-14T16:30", "2 business hours", "2026-02-24T09:30"),
        ("2026-02-28T09:00", "1 business hour", "2026-02-28T10:00"),
        ("2026-09-30T16:30", "3 business hours", "2026-10-08T10:30"),
        # Into a year without notice.
        ("2026-12-31T17:00", "1 business hour", "2027-01-04T09:00"),
    ],
)
def test_the_end_of_a_period(start: str, within: str, end: str) -> None:
    assert deadline(at(start), parse_budget(within), OFFICIAL, OFFICE).at == at(end)


@pytest.mark.parametrize(
    ("start", "within", "end"),
    [
        ("2026-11-18T10:00", "1 half day", "2026-11-19T00:00"),
        ("2026-11-18T14:00", "1 half day", "2026-11-19T12:00"),
        ("2026-11-18T20:00", "1 half day", "2026-11-19T12:00"),
        ("2026-11-18T16:30", "2 business hours", "2026-11-19T09:30"),
    ],
)
def test_where_the_day_ends_at_midnight_its_afternoon_does(start: str, within: str, end: str) -> None:
    assert deadline(at(start), parse_budget(within), OFFICIAL, MIDNIGHT).at == at(end)


def test_a_rulebook_may_divide_its_day_elsewhere() -> None:
    office = BusinessHours(opens=time(9), closes=time(17), midday=time(13))
    assert deadline(at("2026-11-18T12:30"), parse_budget("1 half day"), OFFICIAL, office).at == at("2026-11-18T17:00")
    assert deadline(at("2026-11-18T13:30"), parse_budget("1 half day"), OFFICIAL, office).at == at("2026-11-19T13:00")


@pytest.mark.parametrize(
    ("start", "within", "days"),
    [
        ("2026-09-24T16:30", "2 business hours", ["中秋节", "中秋节", "中秋节"]),
        ("2026-09-26T10:00", "1 half day", ["中秋节", "中秋节"]),
        ("2026-11-20T16:00", "1 half day", ["周六", "周日"]),
        ("2026-11-20T10:00", "1 half day", []),
        ("2026-11-20T10:00", "2 business hours", []),
    ],
)
def test_the_days_passed_over_are_told_with_their_reasons(start: str, within: str, days: list[str]) -> None:
    end = deadline(at(start), parse_budget(within), OFFICIAL, OFFICE)
    assert [reason for _, reason in end.skipped] == days


@pytest.mark.parametrize("within", ["1 half day", "1 business hour"])
def test_what_a_notice_may_still_move_is_provisional(within: str) -> None:
    assert deadline(at("2027-03-03T10:00"), parse_budget(within), OFFICIAL, OFFICE).provisional
    assert not deadline(at("2026-11-18T10:00"), parse_budget(within), OFFICIAL, OFFICE).provisional


@given(MOMENTS, st.integers(1, 60), st.sampled_from([OFFICE, MIDNIGHT]))
def test_half_days_end_at_the_end_of_a_half_of_a_working_day(
    start: datetime, amount: int, hours: BusinessHours
) -> None:
    end = deadline(start, Budget(amount, Unit.HALF_DAYS), OFFICIAL, hours).at
    day = hours.local(end - timedelta(seconds=1)).date()
    assert OFFICIAL.is_working(day)
    assert end in {hours.noon(day), hours.end(day)}


@given(MOMENTS, st.integers(1, 60))
def test_business_hours_end_while_the_office_is_open(start: datetime, amount: int) -> None:
    end = deadline(start, Budget(amount, Unit.BUSINESS_HOURS), OFFICIAL, OFFICE).at
    day = OFFICE.local(end).date()
    assert OFFICIAL.is_working(day)
    assert OFFICE.opening(day) < end <= OFFICE.closing(day)


@given(MOMENTS, st.integers(1, 30))
def test_halves_ticked_off_one_by_one_agree(start: datetime, amount: int) -> None:
    """Walk the halves of all days; those that begin after the start, on working days, count."""
    end = deadline(start, Budget(amount, Unit.HALF_DAYS), OFFICIAL, OFFICE).at
    counted, day = 0, OFFICE.local(start).date()
    while counted < amount:
        for begins, ends in _halves(day):
            if OFFICIAL.is_working(day) and begins > start and counted < amount:
                counted, last = counted + 1, ends
        day += timedelta(days=1)
    assert end == last


def _halves(day: date) -> list[tuple[datetime, datetime]]:
    return [(OFFICE.opening(day), OFFICE.noon(day)), (OFFICE.noon(day), OFFICE.closing(day))]


@given(MOMENTS, st.integers(1, 40))
def test_open_minutes_counted_one_by_one_agree(start: datetime, amount: int) -> None:
    """Walk the minutes from a whole one; those in which the office is open count."""
    start = start.replace(second=0, microsecond=0)
    end = deadline(start, Budget(amount, Unit.BUSINESS_HOURS), OFFICIAL, OFFICE).at
    minutes, day = 0, OFFICE.local(start).date()
    while day <= OFFICE.local(end).date():
        if OFFICIAL.is_working(day):
            opens, closes = max(OFFICE.opening(day), start), min(OFFICE.closing(day), end)
            minutes += max(0, int((closes - opens).total_seconds()) // 60)
        day += timedelta(days=1)
    assert minutes == amount * 60
