"""Counts of posts: read under their incidents' lock, written with the batch in one further statement; thresholds, each once."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record

from services.intake.domain.counting import Counts, Sample
from services.intake.domain.reports import MOST_NAMED, Incident
from services.intake.domain.spread import METRICS
from shared.contracts.intake import Crossed, Spread
from shared.db import Transaction

_COUNTED = """
WITH mine AS MATERIALIZED (
  SELECT DISTINCT coalesce(counted_in, report_id) AS post_id, incident_id FROM intake.reports WHERE report_id = ANY($1::uuid[])
), all_of AS (
  SELECT m.post_id, r.* FROM mine m JOIN intake.reports r ON r.report_id = m.post_id AND r.incident_id = m.incident_id
  UNION ALL
  SELECT m.post_id, r.* FROM mine m JOIN intake.reports r ON r.counted_in = m.post_id AND r.incident_id = m.incident_id
)
SELECT report_id, post_id, incident_id, organisation_id, source, platform, author_type, reads, comments, reposts, likes,
  coalesce(sampled_at, received_at) AS at
FROM all_of
"""
# The report keeps its latest sample; of one that is told again, what it had before goes among the samples too.
_WRITTEN = """
WITH now_at AS (
  UPDATE intake.reports r SET reads = w.a, comments = w.b, reposts = w.c, likes = w.d, sampled_at = w.at
  FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[]) w(id, a, b, c, d, at)
  WHERE r.report_id = w.id
), told AS (
  INSERT INTO intake.samples AS t (report_id, incident_id, organisation_id, reads, comments, reposts, likes, sampled_at)
  SELECT * FROM unnest($7::uuid[], $8::uuid[], $9::text[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[],
    $14::timestamptz[])
  ON CONFLICT (report_id, sampled_at) DO UPDATE
    SET reads = excluded.reads, comments = excluded.comments, reposts = excluded.reposts, likes = excluded.likes
)
INSERT INTO intake.spread_hours AS t
  (incident_id, organisation_id, hour, platform, author_type, reads, comments, reposts, likes)
SELECT * FROM unnest($15::uuid[], $16::text[], $17::timestamptz[], $18::text[], $19::text[], $20::bigint[], $21::bigint[],
  $22::bigint[], $23::bigint[])
ON CONFLICT (incident_id, hour, platform, author_type) DO UPDATE
  SET reads = t.reads + excluded.reads, comments = t.comments + excluded.comments,
    reposts = t.reposts + excluded.reposts, likes = t.likes + excluded.likes
"""
_PASSED = """
INSERT INTO intake.crossings (incident_id, organisation_id, metric, threshold, crossed_at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[]) ON CONFLICT DO NOTHING
"""
_SAID = """
UPDATE intake.crossings SET said = true WHERE incident_id = ANY($1::uuid[]) AND NOT said
RETURNING incident_id, metric, threshold, crossed_at
"""
# A last word that lies in the future was said before the clock was set back.
_SILENT = """
SELECT * FROM intake.incidents
WHERE unsaid IS NOT NULL AND ($4 OR said_at <= $1::timestamptz - $2::interval OR said_at >= $1::timestamptz + $2::interval)
ORDER BY incident_id LIMIT $3 FOR UPDATE SKIP LOCKED
"""
_LATEST = """
SELECT i.incident_id, r.report_id FROM intake.incidents i CROSS JOIN LATERAL (
  SELECT report_id FROM intake.reports r WHERE r.incident_id = i.incident_id AND r.received_at >= i.said_at
  ORDER BY report_id DESC LIMIT $2
) r WHERE i.incident_id = ANY($1::uuid[]) ORDER BY r.report_id
"""
_TOTALS = """
SELECT incident_id, sum(reads)::bigint AS reads, sum(comments)::bigint AS comments, sum(reposts)::bigint AS reposts,
  sum(likes)::bigint AS likes
FROM (
  SELECT incident_id, max(reads) AS reads, max(comments) AS comments, max(reposts) AS reposts, max(likes) AS likes
  FROM intake.reports WHERE incident_id = ANY($1::uuid[]) GROUP BY incident_id, coalesce(counted_in, report_id)
) posts GROUP BY incident_id
"""


async def load_counts(tx: Transaction, report_ids: Collection[UUID]) -> Counts:
    """The counts of these reports, and of those that tell of the same posts in the same incidents, which must be locked."""
    if not report_ids:
        return Counts()
    return Counts.of(_sample(row) for row in await tx.fetch(_COUNTED, list(report_ids)))


async def save_spread(tx: Transaction, counts: Counts) -> None:
    """Write the latest counts of reports told again, their samples, and what was gained in which hour."""
    if not (counts.told or counts.hours):
        return
    now = [
        (each.report_id, *spread_row(each.spread), each.at) for each in map(counts.latest.__getitem__, counts.changed)
    ]
    told = {(each.report_id, each.at): each for each in counts.told}  # the later word of the same moment holds
    samples = [
        (each.report_id, each.incident_id, each.organisation_id, *spread_row(each.spread), each.at)
        for each in told.values()
    ]
    hours = [
        (incident_id, counts.owners[incident_id], hour, platform, author_type, *spread_row(gained))
        for (incident_id, hour, platform, author_type), gained in counts.hours.items()
    ]
    await tx.execute(_WRITTEN, *_columns(now, 6), *_columns(samples, 8), *_columns(hours, 9))


async def note_crossings(tx: Transaction, incidents: Sequence[Incident]) -> None:
    """Keep the thresholds that these incidents' totals passed, each once for good, and give those their words that speak now.

    The incidents must be locked or new. What is passed while an incident is silent is spoken of when it speaks next.
    """
    passed = {(each.incident_id, one.metric, one.threshold): (each, one) for each in incidents for one in each.passed}
    if passed:
        rows = [(*key, each.organisation_id, one.at) for key, (each, one) in passed.items()]
        await tx.execute(_PASSED, *_columns([(id_, org, m, t, at) for id_, m, t, org, at in rows], 5))
    speaking = {each.incident_id: each for each in incidents if each.speaks and (each.passed or each.owed)}
    for incident_id, crossed in (await take_crossings(tx, list(speaking))).items():
        speaking[incident_id].crossed = crossed


async def take_crossings(tx: Transaction, incident_ids: Sequence[UUID]) -> dict[UUID, list[Crossed]]:
    """The thresholds that these incidents have passed and not spoken of; from now on they have."""
    found: dict[UUID, list[Crossed]] = {}
    if incident_ids:
        for row in await tx.fetch(_SAID, list(incident_ids)):
            one = Crossed(metric=row["metric"], threshold=row["threshold"], at=row["crossed_at"])
            found.setdefault(row["incident_id"], []).append(one)
    return {id_: sorted(each, key=lambda one: (one.at, one.metric, one.threshold)) for id_, each in found.items()}


async def silent(tx: Transaction, now: datetime, pause: timedelta, most: int, *, early: bool = False) -> list[Record]:
    """Incidents that owe words and last spoke `pause` ago or more (`early`: whenever), locked; those at work elsewhere are not
    waited for, for whoever holds them speaks or leaves them owing."""
    return await tx.fetch(_SILENT, now, pause, most, early)


async def latest_reports(tx: Transaction, incident_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """The reports that came in since each of these incidents last spoke, the latest `MOST_NAMED`, oldest first."""
    found: dict[UUID, list[UUID]] = {}
    for row in await tx.fetch(_LATEST, list(incident_ids), MOST_NAMED):
        found.setdefault(row["incident_id"], []).append(row["report_id"])
    return found


async def said(tx: Transaction, incident_ids: Sequence[UUID], now: datetime) -> None:
    """They have spoken, and owe nothing."""
    await tx.execute(
        "UPDATE intake.incidents SET said_at = $2, unsaid = NULL WHERE incident_id = ANY($1::uuid[])",
        list(incident_ids),
        now,
    )


async def spread_totals(tx: Transaction, incident_ids: Sequence[UUID]) -> dict[UUID, Spread]:
    """Counted anew from the reports, a post that two vendors tell of once; incidents without reports are left out."""
    return {row["incident_id"]: read_spread(row) for row in await tx.fetch(_TOTALS, list(incident_ids))}


def read_spread(row: Record) -> Spread:
    """The counts of a row."""
    return Spread(**{metric: row[metric] for metric in METRICS})


def spread_row(spread: Spread) -> tuple[int, int, int, int]:
    """In the order of the tables."""
    return spread.reads, spread.comments, spread.reposts, spread.likes


def _sample(row: Record) -> Sample:
    return Sample(
        report_id=row["report_id"],
        post_id=row["post_id"],
        incident_id=row["incident_id"],
        organisation_id=row["organisation_id"],
        source=row["source"],
        platform=row["platform"],
        author_type=row["author_type"],
        spread=read_spread(row),
        at=row["at"],
    )


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
