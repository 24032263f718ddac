"""Reading how far a matter has been carried, over the incident and all that it absorbed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from services.intake.domain.forecast import WINDOW
from shared.db import Transaction

Row: TypeAlias = Mapping[str, Any]

_INCIDENT = """
SELECT i.incident_id, i.merged_into, i.reports, i.reads, i.comments, i.reposts, i.likes, o.thresholds, o.zone
FROM intake.incidents i LEFT JOIN intake.organisations o USING (organisation_id)
WHERE i.incident_id = $1 AND i.organisation_id = $2
"""
# A post counts once, however many vendors tell of it, under the platform and kind of author that its earliest report names.
_POSTS = """
SELECT coalesce(platform, '') AS platform, coalesce(author_type, '') AS author_type, sum(reports)::bigint AS reports,
  sum(reads)::bigint AS reads, sum(comments)::bigint AS comments, sum(reposts)::bigint AS reposts, sum(likes)::bigint AS likes
FROM (
  SELECT (array_agg(platform ORDER BY report_id) FILTER (WHERE platform IS NOT NULL))[1] AS platform,
    (array_agg(author_type ORDER BY report_id) FILTER (WHERE author_type IS NOT NULL))[1] AS author_type,
    count(*) AS reports, max(reads) AS reads, max(comments) AS comments, max(reposts) AS reposts, max(likes) AS likes
  FROM intake.reports WHERE incident_id = $1 GROUP BY coalesce(counted_in, report_id)
) posts GROUP BY 1, 2
"""
_FAMILY = """
WITH RECURSIVE family AS (
  SELECT $1::uuid AS incident_id
  UNION
  SELECT i.incident_id FROM family f JOIN intake.incidents i ON i.merged_into = f.incident_id
)
"""
_HOURS = f"""
{_FAMILY}, grown AS (
  SELECT hour, sum(reads) AS reads, sum(comments) AS comments, sum(reposts) AS reposts, sum(likes) AS likes
  FROM intake.spread_hours JOIN family USING (incident_id) WHERE hour >= $2 GROUP BY hour
), came AS (
  SELECT date_trunc('hour', received_at) AS hour, count(*) AS reports FROM intake.reports
  WHERE incident_id = $1 AND received_at >= $2 GROUP BY 1
)
SELECT hour, coalesce(reports, 0)::bigint AS reports, coalesce(reads, 0)::bigint AS reads,
  coalesce(comments, 0)::bigint AS comments, coalesce(reposts, 0)::bigint AS reposts, coalesce(likes, 0)::bigint AS likes
FROM grown FULL JOIN came USING (hour) ORDER BY hour
"""
_CROSSED = f"""
{_FAMILY}
SELECT metric, threshold, min(crossed_at) AS at FROM intake.crossings JOIN family USING (incident_id) GROUP BY 1, 2
"""
# Of every post the steps from one look to the next, from its publication to the first; looks of the same minutes together.
_GAINS = """
WITH fresh AS MATERIALIZED (
  SELECT report_id, occurred_at, coalesce(sampled_at, received_at) AS at, reads, comments, reposts, likes
  FROM intake.reports
  WHERE incident_id = $1 AND counted_in IS NULL AND external_id IS NOT NULL AND coalesce(sampled_at, received_at) >= $2
), told AS (
  SELECT report_id, occurred_at, at, reads, comments, reposts, likes FROM fresh
  UNION
  SELECT f.report_id, f.occurred_at, s.sampled_at, s.reads, s.comments, s.reposts, s.likes
  FROM fresh f JOIN intake.samples s USING (report_id)
), steps AS (
  SELECT lag(at, 1, least(occurred_at, at)) OVER looks AS since, at AS until, reads - lag(reads, 1, 0::bigint) OVER looks AS reads,
    comments - lag(comments, 1, 0::bigint) OVER looks AS comments, reposts - lag(reposts, 1, 0::bigint) OVER looks AS reposts,
    likes - lag(likes, 1, 0::bigint) OVER looks AS likes
  FROM told WINDOW looks AS (PARTITION BY report_id ORDER BY at)
)
SELECT date_trunc('minute', since) AS since, date_trunc('minute', until) AS until, sum(reads)::bigint AS reads,
  sum(comments)::bigint AS comments, sum(reposts)::bigint AS reposts, sum(likes)::bigint AS likes
FROM steps WHERE until >= $2 GROUP BY 1, 2
"""


async def read_incident_spread(tx: Transaction, organisation_id: str, incident_id: UUID) -> Row | None:
    """An incident's totals, with its organisation's thresholds (JSON) and zone; None where it isn't there."""
    row = await tx.row(_INCIDENT, incident_id, organisation_id)
    return None if row is None else dict(row)


async def read_posts(tx: Transaction, incident_id: UUID) -> list[Row]:
    """Reports and counts by platform and kind of author, the empty text where unknown."""
    return [dict(row) for row in await tx.fetch(_POSTS, incident_id)]


async def read_hours(tx: Transaction, incident_id: UUID, since: datetime) -> list[Row]:
    """What came and what was gained in each hour (UTC) from `since` on; hours without either are left out."""
    return [dict(row) for row in await tx.fetch(_HOURS, incident_id, since)]


async def read_crossings(tx: Transaction, incident_id: UUID) -> dict[tuple[str, int], datetime]:
    """When each threshold was first passed, by metric and threshold."""
    return {(row["metric"], row["threshold"]): row["at"] for row in await tx.fetch(_CROSSED, incident_id)}


async def read_gains(tx: Transaction, incident_id: UUID, now: datetime) -> list[Row]:
    """What its posts gained from look to look, as far as a forecast at `now` asks; times to the minute."""
    return [dict(row) for row in await tx.fetch(_GAINS, incident_id, now - 2 * WINDOW)]
