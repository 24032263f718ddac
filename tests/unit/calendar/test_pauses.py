"""Time that stood still: the remainder runs on in the unit of the budget."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.calendar import Budget, BusinessHours, Unit, deadline, official_calendar, parse_budget, run_on
from shared.calendar.hours import SHANGHAI
from shared.calendar.pauses import open_time

OFFICIAL = official_calendar()
OFFICE = BusinessHours()
MIDNIGHT = BusinessHours(day_ends="24:00")
MOMENTS = st.datetimes(datetime(2005, 1, 1), datetime(2034, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - aware by strategy
BUDGETS = st.one_of(
    st.builds(Budget, st.integers(1, 40), st.sampled_from([u for u in Unit if u not in (Unit.SAME_DAY, Unit.AT_ONCE)])),
    st.just(Budget(0, Unit.SAME_DAY)),
)
HOURS = st.sampled_from([OFFICE, MIDNIGHT])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "within", "stopped", "resumed", "end"),
    [
        # By the clock: as long as was left.
        ("2026-11-18T10:00", "4 h", "2026-11-18T11:00", "2026-11-19T09:00", "2026-11-19T12:00"),
        ("2026-11-18T10:00", "30 min", "2026-11-18T10:10", "2026-11-22T23:50", "2026-11-23T00:10"),
        # By the open office: one hour was left, on Friday at four.
        ("2026-11-20T15:00", "2 business hours", "2026-11-20T16:00", "2026-11-23T17:00", "2026-11-24T09:00"),
        ("2026-11-20T15:00", "2 business hours", "2026-11-20T16:00", "2026-11-21T10:00", "2026-11-23T09:30"),
        # By days: the day on which time runs on does not count.
        ("2026-11-16T10:00", "5 working days", "2026-11-18T10:00", "2026-11-19T10:00", "2026-11-24T17:30"),
        ("2026-11-16T10:00", "5 working days", "2026-11-18T10:00", "2026-11-18T16:00", "2026-11-23T17:30"),
        ("2026-11-16T10:00", "5 working days", "2026-11-23T10:00", "2026-11-25T10:00", "2026-11-26T17:30"),
        ("2026-11-16T10:00", "5 working days", "2026-11-16T10:00", "2026-12-01T10:00", "2026-12-08T17:30"),
        ("2026-09-28T10:00", "5 working days", "2026-09-30T10:00", "2026-10-05T10:00", "2026-10-10T17:30"),
        ("2026-11-16T10:00", "3 days", "2026-11-17T10:00", "2026-11-18T10:00", "2026-11-20T17:30"),
        # A period of days that was moved over a weekend: what is left is counted from where it would have ended.
        ("2026-11-19T10:00", "2 days", "2026-11-20T10:00", "2026-11-21T10:00", "2026-11-23T17:30"),
        ("2026-11-18T10:00", "same day", "2026-11-18T11:00", "2026-11-20T11:00", "2026-11-21T00:00"),
        # By halves.
        ("2026-11-18T10:00", "3 half days", "2026-11-18T11:00", "2026-11-19T10:00", "2026-11-20T17:30"),
        ("2026-11-18T10:00", "3 half days", "2026-11-18T11:00", "2026-11-18T11:50", "2026-11-19T17:30"),
        ("2026-11-18T10:00", "2 half days", "2026-11-19T10:00", "2026-11-20T10:00", "2026-11-20T17:30"),
    ],
)
def test_what_was_left_runs_on(start: str, within: str, stopped: str, resumed: str, end: str) -> None:
    budget = parse_budget(within)
    due = deadline(at(start), budget, OFFICIAL, OFFICE).at
    last = at(start).date() + timedelta(days=budget.amount) if budget.unit is Unit.DAYS else None
    assert run_on(due, at(stopped), at(resumed), budget.unit, OFFICIAL, OFFICE, last).at == at(end)


@given(MOMENTS, BUDGETS, st.floats(0, 1), st.integers(0, 40_000), HOURS)
def test_standing_still_never_costs_time(
    start: datetime, within: Budget, share: float, minutes: int, hours: BusinessHours
) -> None:
    due = deadline(start, within, OFFICIAL, hours).at
    stopped = start + (due - start) * share
    assume(stopped < due)
    resumed = stopped + timedelta(minutes=minutes)
    end = run_on(due, stopped, resumed, within.unit, OFFICIAL, hours).at
    assert end >= max(due, resumed)
    later = run_on(due, stopped, resumed + timedelta(hours=7), within.unit, OFFICIAL, hours).at
    assert later >= end


@given(MOMENTS, BUDGETS, st.floats(0, 1), HOURS)
def test_a_moment_of_standing_still_changes_nothing(
    start: datetime, within: Budget, share: float, hours: BusinessHours
) -> None:
    due = deadline(start, within, OFFICIAL, hours).at
    stopped = start + (due - start) * share
    assume(stopped < due)
    assert run_on(due, stopped, stopped, within.unit, OFFICIAL, hours).at == due


@given(MOMENTS, st.integers(1, 30), st.floats(0, 1), st.integers(1, 40_000))
def test_open_time_is_kept(start: datetime, amount: int, share: float, minutes: int) -> None:
    due = deadline(start, Budget(amount, Unit.BUSINESS_HOURS), OFFICIAL, OFFICE).at
    stopped = start + (due - start) * share
    assume(stopped < due)
    resumed = stopped + timedelta(minutes=minutes)
    end = run_on(due, stopped, resumed, Unit.BUSINESS_HOURS, OFFICIAL, OFFICE).at
    left = open_time(stopped, due, OFFICIAL, OFFICE)
    assert open_time(resumed, end, OFFICIAL, OFFICE) == left
