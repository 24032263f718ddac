"""Thresholds and hours by themselves."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.spread import METRICS, Threshold, by_hours, crossed, hour_of, plus
from shared.contracts.intake import Spread

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
COUNTS = st.builds(Spread, **{metric: st.integers(0, 10**12) for metric in METRICS})


@given(COUNTS, st.integers(0, 10**4), st.integers(0, 5 * 24 * 60))
def test_the_parts_of_a_gain_add_up_to_it_and_lie_between_the_looks(gained: Spread, begin: int, minutes: int) -> None:
    since = NOON + timedelta(minutes=begin)
    until = since + timedelta(minutes=minutes)
    parts = by_hours(gained, since, until)
    total = Spread()
    for hour, part in parts:
        assert hour_of(since) <= hour <= until
        assert hour == hour_of(hour)
        assert all(getattr(part, metric) >= 0 for metric in METRICS)
        total = plus(total, part)
    assert total == gained
    assert len(parts) <= 49


def test_a_correction_belongs_to_the_hour_in_which_it_was_made() -> None:
    until = NOON + timedelta(hours=5, minutes=20)
    assert by_hours(Spread(reads=-9, likes=4), NOON, until) == [(NOON + timedelta(hours=5), Spread(reads=-9, likes=4))]


def test_a_threshold_is_passed_upwards_only_and_named_once_for_all_levels() -> None:
    levels = [
        {"metric": "comments", "threshold": 100, "level": "III", "clause": "7"},
        {"metric": "comments", "threshold": 100, "level": "II", "clause": "8"},
        {"metric": "reads", "threshold": 50, "level": "III", "clause": "7"},
        {"metric": "heat", "threshold": 50, "level": "III", "clause": "7"},
    ]
    known = Threshold.read(levels)
    assert len(known) == 3
    passed = crossed(known, Spread(comments=99), Spread(comments=100, reads=50), NOON)
    assert [(each.metric, each.threshold) for each in passed] == [("comments", 100), ("reads", 50)]
    assert crossed(known, Spread(comments=100), Spread(comments=300), NOON) == []
    assert crossed(known, Spread(comments=300), Spread(), NOON) == []
