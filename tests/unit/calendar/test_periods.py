from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import Budget, BusinessHours, Unit, deadline, official_calendar, parse_budget
from shared.calendar.hours import SHANGHAI

OFFICIAL = official_calendar()
OFFICE = BusinessHours()
MIDNIGHT = BusinessHours(day_ends="24:00")

MOMENTS = st.datetimes(datetime(2005, 1, 1), datetime(2034, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - aware by strategy
COUNTED = [unit for unit in Unit if unit not in (Unit.SAME_DAY, Unit.AT_ONCE)]
BUDGETS = st.builds(Budget, st.integers(1, 60), st.sampled_from(COUNTED)) | st.sampled_from(
    [Budget(0, Unit.SAME_DAY), Budget(0, Unit.AT_ONCE)]
)
HOURS = st.sampled_from([OFFICE, MIDNIGHT])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "within", "end"),
    [
        # Hours run through nights and holidays.
        ("2026-02-14T17:00", "24 h", "2026-02-15T17:00"),
        ("2026-09-30T23:59", "1 h", "2026-10-01T00:59"),
        ("2026-12-31T23:30", "48 h", "2027-01-02T23:30"),
        # Eve of Spring Festival 2026, off from 15 to 23 February, with the 14th and 28th worked.
        ("2026-02-14T16:00", "1 working day", "2026-02-24T17:30"),
        ("2026-02-14T16:00", "5 working days", "2026-02-28T17:30"),
        ("2026-02-13T16:00", "3 working days", "2026-02-25T17:30"),
        ("2026-02-14T16:00", "3 days", "2026-02-24T17:30"),
        # National Day 2026: off 1 to 7 October, with 20 September and 10 October worked.
        ("2026-09-30T09:00", "3 working days", "2026-10-10T17:30"),
        ("2026-09-30T09:00", "3 days", "2026-10-08T17:30"),
        ("2026-09-30T23:59", "5 working days", "2026-10-13T17:30"),
        # A period of days may end on a make-up Saturday: it is worked.
        ("2026-02-11T10:00", "3 days", "2026-02-14T17:30"),
        # 23:59 still belongs to its day.
        ("2026-11-20T23:59", "1 working day", "2026-11-23T17:30"),
        ("2026-11-20T23:59", "same day", "2026-11-21T00:00"),
        ("2026-11-21T00:00", "same day", "2026-11-22T00:00"),
        # Into a year without notice.
        ("2026-12-30T10:00", "3 working days", "2027-01-05T17:30"),
        ("2026-11-20T10:00", "at once", "2026-11-20T10:00"),
    ],
)
def test_the_end_of_a_period(start: str, within: str, end: str) -> None:
    assert deadline(at(start), parse_budget(within), OFFICIAL, OFFICE).at == at(end)


def test_a_day_may_end_at_midnight() -> None:
    end = deadline(at("2026-11-20T10:00"), parse_budget("1 working day"), OFFICIAL, MIDNIGHT)
    assert end.at == at("2026-11-24T00:00")


def test_the_days_passed_over_are_told_with_their_reasons() -> None:
    end = deadline(at("2026-09-24T10:00"), parse_budget("2 working days"), OFFICIAL, OFFICE)
    assert [(day.isoformat(), reason) for day, reason in end.skipped] == [
        ("2026-09-25", "中秋节"),
        ("2026-09-26", "中秋节"),
        ("2026-09-27", "中秋节"),
    ]


@pytest.mark.parametrize(
    ("start", "within", "provisional"),
    [
        ("2026-12-22T10:00", "1 working day", False),
        ("2026-12-24T10:00", "1 working day", True),
        ("2026-12-30T10:00", "5 working days", True),
        ("2026-12-31T10:00", "48 h", False),
        ("2027-06-01T10:00", "1 day", True),
        ("2027-06-01T10:00", "same day", False),
    ],
)
def test_what_a_notice_may_still_move_is_provisional(start: str, within: str, provisional: bool) -> None:
    assert deadline(at(start), parse_budget(within), OFFICIAL, OFFICE).provisional is provisional


@given(MOMENTS, BUDGETS, HOURS)
def test_never_earlier_than_the_start(start: datetime, within: Budget, hours: BusinessHours) -> None:
    assert deadline(start, within, OFFICIAL, hours).at >= start


@given(
    MOMENTS,
    st.integers(1, 60),
    st.integers(0, 60),
    st.sampled_from(COUNTED),
    HOURS,
)
def test_more_time_never_ends_earlier(
    start: datetime, amount: int, more: int, unit: Unit, hours: BusinessHours
) -> None:
    first = deadline(start, Budget(amount, unit), OFFICIAL, hours).at
    assert deadline(start, Budget(amount + more, unit), OFFICIAL, hours).at >= first


@given(MOMENTS, st.integers(0, 5000), BUDGETS, HOURS)
def test_a_later_start_never_ends_earlier(start: datetime, minutes: int, within: Budget, hours: BusinessHours) -> None:
    later = start + timedelta(minutes=minutes)
    assert deadline(later, within, OFFICIAL, hours).at >= deadline(start, within, OFFICIAL, hours).at


@given(MOMENTS, st.integers(1, 60), st.sampled_from([Unit.DAYS, Unit.WORKING_DAYS]))
def test_days_end_at_close_of_a_working_day(start: datetime, amount: int, unit: Unit) -> None:
    end = OFFICE.local(deadline(start, Budget(amount, unit), OFFICIAL, OFFICE).at)
    assert OFFICIAL.is_working(end.date())
    assert end.time() == time(17, 30)


@given(MOMENTS, st.integers(1, 40))
def test_working_days_counted_one_by_one_agree(start: datetime, amount: int) -> None:
    """The same count by other means: walk the days and tick off those worked."""
    end = OFFICE.local(deadline(start, Budget(amount, Unit.WORKING_DAYS), OFFICIAL, OFFICE).at).date()
    first = OFFICE.local(start).date() + timedelta(days=1)
    days = [first + timedelta(days=offset) for offset in range((end - first).days + 1)]
    assert sum(OFFICIAL.is_working(day) for day in days) == amount
