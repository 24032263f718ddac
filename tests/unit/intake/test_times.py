"""Which times of a matter's beginning are believed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.times import TimeRefusedError, occurred
from shared.errors import InvalidError

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
BEIJING = timezone(timedelta(hours=8))


def test_without_a_time_the_discovery_stands_in_and_is_marked() -> None:
    assert occurred(None, now=NOW).at == NOW
    found = occurred(None, now=NOW, discovered=NOW - timedelta(hours=1))
    assert (found.at, found.assumed) == (NOW - timedelta(hours=1), True)


def test_a_time_is_kept_in_utc() -> None:
    found = occurred(datetime(2026, 3, 2, 8, 0, tzinfo=BEIJING), now=NOW)
    assert (found.at, found.assumed) == (datetime(2026, 3, 2, 0, 0, tzinfo=UTC), False)
    assert found.at.utcoffset() == timedelta()


def test_a_time_without_zone_is_that_of_china() -> None:
    assert occurred(datetime(2026, 3, 2, 8, 0), now=NOW).at == datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # noqa: DTZ001


@pytest.mark.parametrize(
    "given_at",
    [
        datetime(2000, 1, 1, tzinfo=BEIJING),
        NOW + timedelta(minutes=5),
        NOW,
    ],
)
def test_the_bounds_are_within(given_at: datetime) -> None:
    assert occurred(given_at, now=NOW).at == given_at


@pytest.mark.parametrize(
    ("given_at", "words"),
    [
        (datetime(1999, 12, 31, 23, 59, 59, tzinfo=BEIJING), "before 2000-01-01"),
        (datetime(1, 1, 1, tzinfo=BEIJING), "before 2000-01-01"),
        (datetime.min, "before 2000-01-01"),  # noqa: DTZ901
        (datetime.max, "in the future"),  # noqa: DTZ901
        (datetime(9999, 12, 31, 23, 59, tzinfo=timezone(-timedelta(hours=23))), "in the future"),
        (NOW + timedelta(minutes=5, microseconds=1), "2026-03-02T09:30:00\\+08:00"),
    ],
)
def test_impossible_times_are_refused_with_what_to_do(given_at: datetime, words: str) -> None:
    with pytest.raises(TimeRefusedError, match=words) as failure:
        occurred(given_at, now=NOW)
    assert isinstance(failure.value, InvalidError)
    assert isinstance(failure.value, ValueError)
    assert "leave it out" in failure.value.detail


@given(st.datetimes(timezones=st.none() | st.timezones()))
def test_every_time_is_either_kept_or_refused(given_at: datetime) -> None:
    try:
        found = occurred(given_at, now=NOW)
    except TimeRefusedError:
        return
    assert datetime(1999, 12, 31, 16, tzinfo=UTC) <= found.at <= NOW + timedelta(minutes=5)
