"""How far a matter has been carried, how fast it grows, and when it will reach the rulebook's thresholds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from services.intake.domain.forecast import Forecast, Gain, forecast
from services.intake.domain.spread import METRICS, Threshold, hour_of
from services.intake.domain.times import ZONE
from services.intake.storage.spread_reading import (
    read_crossings,
    read_gains,
    read_hours,
    read_incident_spread,
    read_posts,
)
from shared.auth import Staff
from shared.clock import Clock
from shared.db import Database
from shared.errors import MissingError

STALE = timedelta(hours=6)
"""What grew before, and was not looked at since, has no present pace."""


class SpreadOf:
    """The query behind the spread of an incident."""

    def __init__(self, db: Database, office: Clock) -> None:
        self._db = db
        self._office = office

    async def of(self, staff: Staff, incident_id: UUID, hours: int) -> dict[str, Any]:
        """Totals, parts, the last `hours` hours, thresholds, forecasts; times in the rulebook's zone. Raises `MissingError`."""
        now = self._office.now()
        async with self._db.transaction() as tx:
            row = await read_incident_spread(tx, staff.organisation_id, incident_id)
            if row is None:
                raise MissingError(f"There is no incident {incident_id} here.")
            posts = await read_posts(tx, incident_id)
            by_hour = await read_hours(tx, incident_id, hour_of(now) - timedelta(hours=hours - 1))
            crossed = await read_crossings(tx, incident_id)
            gains = await read_gains(tx, incident_id, now)
        zone = ZoneInfo(row["zone"]) if row["zone"] else ZONE
        thresholds = Threshold.read(orjson.loads(row["thresholds"] or "[]"))
        return {
            "incident_id": incident_id,
            "merged_into": row["merged_into"],
            "totals": _counts(row),
            "by_platform": _together(posts, "platform"),
            "by_author_type": _together(posts, "author_type"),
            "per_hour": [{"hour": each["hour"].astimezone(zone), **_counts(each)} for each in by_hour],
            "thresholds": [_threshold(each, row, crossed, zone) for each in thresholds],
            "forecast": [_told(each, now, zone) for each in _forecasts(thresholds, row, crossed, gains, now)],
        }


def _counts(row: Mapping[str, Any]) -> dict[str, int]:
    return {name: row[name] for name in ("reports", *METRICS)}


def _together(posts: Sequence[Mapping[str, Any]], column: str) -> list[dict[str, Any]]:
    """Summed by one of the two, the most reports first."""
    found: defaultdict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(("reports", *METRICS), 0))
    for post in posts:
        for name, count in _counts(post).items():
            found[post[column]][name] += count
    rows = [{column: name, **counts} for name, counts in found.items()]
    return sorted(rows, key=lambda each: (-each["reports"], each[column]))


def _threshold(
    each: Threshold, row: Mapping[str, Any], crossed: Mapping[tuple[str, int], datetime], zone: ZoneInfo
) -> dict[str, Any]:
    at = crossed.get((each.metric, each.threshold))
    return {
        "metric": each.metric,
        "threshold": each.threshold,
        "level": each.level,
        "clause": each.clause,
        "reached": row[each.metric] >= each.threshold,
        "crossed_at": at.astimezone(zone) if at else None,
    }


def _forecasts(
    thresholds: Iterable[Threshold],
    row: Mapping[str, Any],
    crossed: Mapping[tuple[str, int], datetime],
    gains: Sequence[Mapping[str, Any]],
    now: datetime,
) -> list[Forecast]:
    """Of each metric for the next threshold that was never crossed, soonest first."""
    ahead: dict[str, int] = {}
    for each in thresholds:
        if row[each.metric] < each.threshold and (each.metric, each.threshold) not in crossed:
            ahead[each.metric] = min(each.threshold, ahead.get(each.metric, each.threshold))
    if not gains or max(each["until"] for each in gains) < now - STALE:
        return []
    found = []
    for metric, threshold in ahead.items():
        grown = [Gain(each["since"], each["until"], each[metric]) for each in gains]
        found.append(forecast(metric, threshold, row[metric], grown, now))
    return sorted((each for each in found if each is not None), key=lambda each: (each.at, each.metric))


def _told(each: Forecast, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "metric": each.metric,
        "threshold": each.threshold,
        "at": each.at.astimezone(zone),
        "earliest": each.earliest.astimezone(zone),
        "latest": each.latest.astimezone(zone) if each.latest else None,
        "said": each.said(now, zone),
    }
