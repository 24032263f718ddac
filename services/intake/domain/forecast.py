"""When a total will reach a threshold at the present pace, and between which moments, or nothing where nothing can be said. Pure.

Method: the gains of the last three hours are laid into twelve equal pieces. A robust line (Theil-Sen) through the logarithms of
the pieces gives the pace now and whether it quickens or slackens; what the pieces scatter about the line gives how sure that is.
The threshold is then sought under 81 combinations of pace and trend, each with its weight; the answer is the weighted median, the
interval reaches from the 5th to the 95th hundredth. A pace that slackens may never get there: then there is no latest moment.
A quickening is believed for half as long as it was seen, and no longer: nothing grows exponentially for good.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import NormalDist, median
from zoneinfo import ZoneInfo

WINDOW = timedelta(hours=3)
SHORTEST = timedelta(minutes=20)
"""Less than this says nothing about a pace."""
FARTHEST = timedelta(hours=72)
"""Beyond this 'at the present pace' means nothing."""
PIECES = 12
LEAST_PIECES, LEAST_GAINED = 5, 10
"""So many pieces must have grown, and by so much together, before there is a pace at all."""
EDGE = 0.05
_LEAST_PACE_DOUBT, _LEAST_TREND_DOUBT = 0.25, 0.35
"""Of the pace's logarithm, and of the trend by the hour: no matter how smooth the past was, the future is not."""
_TREND_BELIEVED = 0.6
"""How uncertain trends are before anything was seen, by the hour: the prior that a measured trend is drawn towards."""
_CAUTION = 2.25
"""What is seen of attention comes in bursts longer than a piece: the pieces are worth fewer than they are. Found by trying."""
NAMES = {"reads": "阅读", "comments": "评论", "reposts": "转发", "likes": "点赞"}
_STEPS = [NormalDist().inv_cdf((n + 0.5) / 9) for n in range(9)]


@dataclass(frozen=True, slots=True)
class Gain:
    """What a total gained between two looks."""

    since: datetime
    until: datetime
    amount: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """The moment when `metric` reaches `threshold`; `latest` is None where it may well never do."""

    metric: str
    threshold: int
    at: datetime
    earliest: datetime
    latest: datetime | None

    def said(self, now: datetime, zone: ZoneInfo) -> str:
        """In plain Chinese, in the zone of the rulebook."""
        at, earliest = _clock(self.at, now, zone), _clock(self.earliest, now, zone)
        between = f"{earliest}—{_clock(self.latest, now, zone)}" if self.latest else f"最早 {earliest}，也可能达不到"
        return f"按目前速度，约 {at} {NAMES[self.metric]}达到 {_number(self.threshold)}（{between}）"


@dataclass(frozen=True, slots=True)
class Pace:
    """The logarithm of the pace (per hour) at the end of what was seen, its trend per hour, and the doubt of both; hours seen."""

    level: float
    trend: float
    level_doubt: float
    trend_doubt: float
    seen: float


def forecast(metric: str, threshold: int, total: int, gains: Sequence[Gain], now: datetime) -> Forecast | None:
    """When `total` reaches `threshold`, by its `gains`; None where it has, where it doesn't grow, or too little is known."""
    pace = measured(gains)
    if pace is None or total >= threshold:
        return None
    end = min(max(gain.until for gain in gains), now)
    middle, soonest, last = _reached(pace, threshold - total)
    if middle > FARTHEST / timedelta(hours=1):
        return None

    def moment(hours: float) -> datetime:
        return max(end + timedelta(hours=hours), now)

    latest = moment(last) if last <= 2 * FARTHEST / timedelta(hours=1) else None
    return Forecast(metric, threshold, moment(middle), moment(soonest), latest)


def measured(gains: Sequence[Gain]) -> Pace | None:
    """The pace of the last three hours before the latest look, or None where there is none to speak of."""
    if not gains:
        return None
    end = max(gain.until for gain in gains)
    begin = max(end - WINDOW, min(gain.since for gain in gains))
    if end - begin < SHORTEST:
        return None
    pieces = _pieces(gains, begin, end)
    if sum(piece > 0 for piece in pieces) < LEAST_PIECES or sum(pieces) < LEAST_GAINED:
        return None
    return _line(pieces, (end - begin) / timedelta(hours=1))


def _pieces(gains: Sequence[Gain], begin: datetime, end: datetime) -> list[float]:
    pieces, width = [0.0] * PIECES, (end - begin) / PIECES
    for gain in gains:
        length = gain.until - gain.since
        if length <= timedelta():
            place = min(int((gain.until - begin) / width), PIECES - 1)
            if place >= 0:
                pieces[place] += gain.amount
            continue
        for place in range(PIECES):
            low, high = begin + place * width, begin + (place + 1) * width
            shared = min(high, gain.until) - max(low, gain.since)
            if shared > timedelta():
                pieces[place] += gain.amount * (shared / length)
    return pieces


def _line(pieces: Sequence[float], hours: float) -> Pace | None:
    width = hours / len(pieces)
    places = [(n + 0.5) * width - hours for n in range(len(pieces))]  # hours before the end
    logs = [math.log(max(piece, 0.5) / width) for piece in pieces]
    if sum(pieces[-3:]) <= 0:
        return None  # it has come to rest, or falls
    pairs = itertools.combinations(zip(places, logs, strict=True), 2)
    slope = median((b[1] - a[1]) / (b[0] - a[0]) for a, b in pairs)
    middle = median(log - slope * place for place, log in zip(places, logs, strict=True))
    scatter = 1.4826 * median(abs(log - middle - slope * place) for place, log in zip(places, logs, strict=True))
    scatter = max(
        scatter, 1 / math.sqrt(max(sum(pieces) / len(pieces), 1.0))
    )  # counts scatter at least as Poisson's do
    spread = math.sqrt(sum((place + hours / 2) ** 2 for place in places))
    doubt = max(_CAUTION * scatter / spread, _LEAST_TREND_DOUBT)
    kept = _TREND_BELIEVED**2 / (_TREND_BELIEVED**2 + doubt**2)
    trend = kept * slope
    # Shrinking the trend turns the line about the middle of what was seen; its end moves with it only half way.
    level = middle - (slope - trend) * hours / 4
    level_doubt = math.hypot(_LEAST_PACE_DOUBT, _CAUTION * scatter / math.sqrt(len(pieces)))
    return Pace(level, trend, level_doubt, math.sqrt(kept) * doubt, hours)


def _reached(pace: Pace, needed: int) -> tuple[float, float, float]:
    """Hours until `needed` more: median, early and late edge; infinite where it is never reached."""
    found = sorted(
        _hours(math.exp(pace.level + a * pace.level_doubt), pace.trend + b * pace.trend_doubt, needed, pace.seen)
        for a in _STEPS
        for b in _STEPS
    )
    return found[len(found) // 2], found[int(len(found) * EDGE)], found[math.ceil(len(found) * (1 - EDGE)) - 1]


def _hours(rate: float, trend: float, needed: int, seen: float) -> float:
    if abs(trend) < 1e-6:
        return needed / rate
    inside = 1 + trend * needed / rate
    if inside <= 0:
        return math.inf
    hours = math.log(inside) / trend
    believed = seen / 2
    if trend < 0 or hours <= believed:
        return hours
    quickest = rate * math.exp(trend * believed)
    return believed + (needed - (quickest - rate) / trend) / quickest


def _clock(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    there, today = at.astimezone(zone), now.astimezone(zone).date()
    days = (there.date() - today).days
    day = {0: "", 1: "明日 "}.get(days, f"{there.month}月{there.day}日 ")
    return f"{day}{there:%H:%M}"


def _number(value: int) -> str:
    return f"{value // 10_000}万" if value >= 10_000 and value % 10_000 == 0 else str(value)
