"""How far a matter has been carried: thresholds of the rulebook, and growth by the hour. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.contracts.intake import Crossed, Spread

METRICS = tuple(Spread.model_fields)
"""The names of what is counted of a post."""
HOUR = timedelta(hours=1)
MOST_HOURS = 48
"""What was gained over a longer silence is credited to its beginning: nobody knows when it grew, and it is no present growth."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A total at which the rulebook's `clause` sees `level`."""

    metric: str
    threshold: int
    level: str
    clause: str

    @classmethod
    def read(cls, items: Iterable[Mapping[str, Any]]) -> tuple["Threshold", ...]:
        """From the rulebook's slice; metrics that are not counted here are left out, for nothing could ever cross them."""
        known = (each for each in items if each["metric"] in METRICS)
        return tuple(cls(each["metric"], int(each["threshold"]), each["level"], each["clause"]) for each in known)


def crossed(thresholds: Sequence[Threshold], before: Spread, now: Spread, at: datetime) -> list[Crossed]:
    """The thresholds that lie above `before` and not above `now`, each once, lowest first."""
    passed = {
        (each.metric, each.threshold)
        for each in thresholds
        if getattr(before, each.metric) < each.threshold <= getattr(now, each.metric)
    }
    return [Crossed(metric=metric, threshold=threshold, at=at) for metric, threshold in sorted(passed)]


def plus(left: Spread, right: Spread) -> Spread:
    """Counts added."""
    return Spread(
        reads=left.reads + right.reads,
        comments=left.comments + right.comments,
        reposts=left.reposts + right.reposts,
        likes=left.likes + right.likes,
    )


def minus(left: Spread, right: Spread) -> Spread:
    """Counts taken off again; a difference may be negative."""
    return Spread(
        reads=left.reads - right.reads,
        comments=left.comments - right.comments,
        reposts=left.reposts - right.reposts,
        likes=left.likes - right.likes,
    )


def highest(spreads: Iterable[Spread]) -> Spread:
    """Of each metric the highest."""
    found = list(spreads)
    return Spread(**{metric: max(getattr(each, metric) for each in found) for metric in METRICS})


def hour_of(at: datetime) -> datetime:
    """The beginning of its hour, in UTC."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def by_hours(gained: Spread, since: datetime, until: datetime) -> list[tuple[datetime, Spread]]:
    """A gain between two looks, laid evenly over the hours between them; the parts add up to it.

    A correction downwards belongs to the hour in which it was made. After more than `MOST_HOURS` everything goes to `since`.
    """
    if until <= since or any(getattr(gained, metric) < 0 for metric in METRICS):
        return [(hour_of(until), gained)]
    if until - since > MOST_HOURS * HOUR:
        return [(hour_of(since), gained)]
    parts, hour, laid = [], hour_of(since), Spread()
    while hour < until:
        share = (min(hour + HOUR, until) - since) / (until - since)
        so_far = Spread(**{metric: round(getattr(gained, metric) * share) for metric in METRICS})
        parts.append((hour, minus(so_far, laid)))
        hour, laid = hour + HOUR, so_far
    return [(hour, part) for hour, part in parts if part != Spread()]
