"""Forecasts tried on curves whose future is known: how often the truth lies in the interval, and when nothing is said."""

import math
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.intake.domain.forecast import WINDOW, Forecast, Gain, forecast

BEGAN = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
Curve = Callable[[float], float]
CASES = 300
LONGEST = 30.0
"""Hours that a curve is followed; what is not reached by then never is."""


def linear(chance: random.Random, pace: float) -> Curve:
    return lambda hours: pace * hours


def saturating(chance: random.Random, pace: float) -> Curve:
    fade = chance.uniform(0.1, 0.8)
    return lambda hours: pace / fade * (1 - math.exp(-fade * hours))


def exponential(chance: random.Random, pace: float) -> Curve:
    growth = chance.uniform(0.1, 0.8)
    return lambda hours: pace / growth * math.expm1(growth * hours)


def bursts(chance: random.Random, pace: float) -> Curve:
    """Attention that comes in half hours, each by a lognormal factor of its own."""
    heights = [math.exp(chance.gauss(0, 0.35)) for _ in range(62)]

    def total(hours: float) -> float:
        whole = int(hours * 2)
        return pace / 2 * (sum(heights[:whole]) + heights[whole] * (hours * 2 - whole))

    return total


def turning(chance: random.Random, pace: float) -> Curve:
    """Grows ever faster until it has turned, which nothing before shows."""
    middle, width = chance.uniform(2, 6), chance.uniform(0.5, 1.5)
    return lambda hours: pace * 12 * (1 / (1 + math.exp((middle - hours) / width)) - 1 / (1 + math.exp(middle / width)))


def looks(curve: Curve, minutes: int, chance: random.Random) -> Iterator[Gain]:
    """What a vendor that looks every so many minutes sees, with the scatter that counts have."""
    for n in range(int(LONGEST * 60 / minutes)):
        mean = max(curve((n + 1) * minutes / 60) - curve(n * minutes / 60), 0.0)
        seen = max(0, round(chance.gauss(mean, math.sqrt(mean))))
        yield Gain(BEGAN + timedelta(minutes=minutes * n), BEGAN + timedelta(minutes=minutes * (n + 1)), seen)


def reached(gains: list[Gain], needed: int) -> datetime | None:
    """When so many more were there."""
    for gain in gains:
        if gain.amount >= needed:
            return gain.since + (gain.until - gain.since) * (needed / gain.amount)
        needed -= gain.amount
    return None


def holds(found: Forecast, truth: datetime | None) -> bool:
    if truth is None:
        return found.latest is None or found.latest > BEGAN + timedelta(hours=LONGEST)
    return found.earliest <= truth and (found.latest is None or truth <= found.latest)


@pytest.mark.parametrize(
    ("shape", "least"), [(linear, 0.95), (saturating, 0.88), (exponential, 0.95), (bursts, 0.8), (turning, 0.7)]
)
def test_the_truth_lies_in_the_interval(shape: Callable[[random.Random, float], Curve], least: float) -> None:
    chance = random.Random(20)
    said = right = 0
    for _ in range(CASES):
        gains = list(looks(shape(chance, math.exp(chance.uniform(3.4, 8.0))), chance.choice([5, 10, 15, 30]), chance))
        now = BEGAN + timedelta(hours=chance.uniform(1, 6))
        past = [gain for gain in gains if gain.until <= now]
        total = sum(gain.amount for gain in past)
        threshold = int(total * chance.uniform(1.1, 2.5)) + 1
        found = forecast("comments", threshold, total, [gain for gain in past if gain.until > now - WINDOW], now)
        if found is not None:
            said += 1
            right += holds(found, reached(gains[len(past) :], threshold - total))
    print(f"{shape.__name__}: the truth lies within in {right / said:.1%} of {said} forecasts of {CASES}")
    assert said > CASES / 4
    assert right / said >= least


def steps(*amounts: int, minutes: int = 10) -> list[Gain]:
    return [
        Gain(BEGAN + timedelta(minutes=minutes * n), BEGAN + timedelta(minutes=minutes * (n + 1)), amount)
        for n, amount in enumerate(amounts)
    ]


@pytest.mark.parametrize(
    "gains",
    [
        [],
        steps(500),
        steps(5, 6),
        steps(1, 0, 1, 1, 0, 1),
        steps(*[30] * 6, *[0] * 6),
        steps(*[30] * 8, -5, -9, -7, -8),
        steps(*[0] * 12),
        [Gain(BEGAN, BEGAN, 100)] * 20,
        steps(*[10**12] * 3, minutes=1),
    ],
    ids=["nothing", "one look", "too few", "too little", "at rest", "falling", "silent", "one moment", "too short"],
)
def test_where_nothing_can_be_said_nothing_is(gains: list[Gain]) -> None:
    now = BEGAN + timedelta(hours=2)
    assert forecast("comments", 10**9, sum(gain.amount for gain in gains), gains, now) is None


def test_what_is_reached_or_days_away_is_not_forecast() -> None:
    gains, now = steps(*[30] * 12), BEGAN + timedelta(hours=2)
    assert forecast("comments", 360, 360, gains, now) is None
    assert forecast("comments", 10**6, 360, gains, now) is None


def test_it_is_said_in_plain_chinese_in_the_zone_of_the_rulebook() -> None:
    now = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    at = datetime(2026, 3, 2, 10, 40, tzinfo=UTC)
    early, late = at - timedelta(minutes=45), at + timedelta(minutes=90)
    assert (
        Forecast("comments", 1000, at, early, late).said(now, SHANGHAI)
        == "按目前速度，约 18:40 评论达到 1000（17:55—20:10）"
    )
    assert (
        Forecast("reads", 100_000, at, early, None).said(now, SHANGHAI)
        == "按目前速度，约 18:40 阅读达到 10万（最早 17:55，也可能达不到）"
    )
    assert "—明日 02:40）" in Forecast("likes", 500, at, early, at + timedelta(hours=8)).said(now, SHANGHAI)
    assert "—3月4日 18:40）" in Forecast("reposts", 500, at, early, at + timedelta(days=2)).said(now, SHANGHAI)


def test_nothing_is_forecast_into_the_past() -> None:
    """The last look was an hour ago: what should have been reached since is due now."""
    gains, now = steps(*[30] * 12), BEGAN + timedelta(hours=3)
    found = forecast("comments", 370, 360, gains, now)
    assert found is not None
    assert found.earliest == now <= found.at
