"""Moves of reports between incidents, and what the incidents' rows say afterwards."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import orjson
from asyncpg import Record

from services.intake.domain.membership import LONGEST_CHAIN, Move, Standing, Totals
from services.intake.domain.spread import Threshold, crossed
from services.intake.domain.words import find_words
from services.intake.storage.spread import spread_totals, take_crossings
from shared.contracts.intake import Crossed, Spread
from shared.db import Transaction

_PAGE = 1000
_LOCK = """
SELECT incident_id, organisation_id, title, region, topic, public_state, merged_into, version, words
FROM intake.incidents WHERE incident_id = ANY($1::uuid[]) AND organisation_id = $2 ORDER BY incident_id FOR UPDATE
"""
# Reports of one post are one: where two vendors told of it, both go.
_WHOLE = """
WITH posts AS MATERIALIZED (
  SELECT DISTINCT coalesce(counted_in, report_id) AS post_id FROM intake.reports
  WHERE report_id = ANY($2::uuid[]) AND incident_id = $1
)
SELECT report_id FROM intake.reports WHERE incident_id = $1 AND coalesce(counted_in, report_id) IN (SELECT post_id FROM posts)
"""
# What is kept of a report besides goes with it; its first incident is remembered until it is back there.
_GO = """
WITH gone AS (
  UPDATE intake.reports SET incident_id = $2, origin_id = NULLIF(coalesce(origin_id, incident_id), $2)
  WHERE incident_id = $1 AND ($3::uuid[] IS NULL OR report_id = ANY($3)) RETURNING report_id
), samples AS (
  UPDATE intake.samples s SET incident_id = $2 FROM gone WHERE s.report_id = gone.report_id
), edits AS (
  UPDATE intake.edits e SET incident_id = $2 FROM gone WHERE e.report_id = gone.report_id
)
SELECT report_id FROM gone ORDER BY report_id
"""
_COUNT = """
SELECT count(*)::int AS reports, coalesce(sum(reads), 0)::bigint AS reads, coalesce(sum(comments), 0)::bigint AS comments,
  coalesce(sum(reposts), 0)::bigint AS reposts, coalesce(sum(likes), 0)::bigint AS likes, min(occurred_at) AS occurred_at,
  coalesce(array_agg(DISTINCT kind), '{}') AS kinds,
  coalesce(array_agg(DISTINCT platform) FILTER (WHERE platform > ''), '{}') AS platforms,
  coalesce(array_agg(DISTINCT author_type) FILTER (WHERE author_type > ''), '{}') AS author_types
FROM intake.reports WHERE incident_id = $1
"""
_WRITE = """
UPDATE intake.incidents SET reports = $2, reads = $3, comments = $4, reposts = $5, likes = $6, kinds = $7, platforms = $8,
  author_types = $9, words = $10, occurred_at = coalesce($11, occurred_at), merged_into = $12, said_at = $13, unsaid = NULL,
  version = version + 1
WHERE incident_id = $1 RETURNING version
"""
_MOVES = "SELECT * FROM intake.moves WHERE organisation_id = $1 AND "
_HEIGHT = """
WITH RECURSIVE below AS (
  SELECT $1::uuid AS incident_id, 1 AS height
  UNION ALL SELECT i.incident_id, b.height + 1 FROM below b JOIN intake.incidents i ON i.merged_into = b.incident_id
  WHERE b.height <= $2
)
SELECT max(height) FROM below
"""


async def lock_standing(tx: Transaction, organisation_id: str, ids: Collection[UUID]) -> dict[UUID, Standing]:
    """Those of these incidents that the organisation has, locked in the order of their ids."""
    return {row["incident_id"]: _standing(row) for row in await tx.fetch(_LOCK, list(ids), organisation_id)}


def _standing(row: Record) -> Standing:
    return Standing(
        incident_id=row["incident_id"],
        organisation_id=row["organisation_id"],
        title=row["title"],
        region=row["region"],
        topic=row["topic"],
        state=row["public_state"],
        merged_into=row["merged_into"],
        version=row["version"],
        words=tuple(row["words"]),
    )


async def carry(tx: Transaction, source: UUID, target: UUID, reports: Sequence[UUID] | None = None) -> list[UUID]:
    """Move reports (all of them where none are named), with what is kept beside them; answers which, sorted."""
    rows = await tx.fetch(_GO, source, target, None if reports is None else list(reports))
    return [row["report_id"] for row in rows]


async def with_mates(tx: Transaction, incident_id: UUID, reports: Sequence[UUID]) -> list[UUID]:
    """Those of these reports that stand in the incident, with its others of the same posts, sorted."""
    return sorted(row["report_id"] for row in await tx.fetch(_WHOLE, incident_id, list(reports)))


async def those_in(tx: Transaction, incident_id: UUID, reports: Sequence[UUID]) -> set[UUID]:
    """Those of these reports that stand in the incident."""
    rows = await tx.fetch(
        "SELECT report_id FROM intake.reports WHERE incident_id = $1 AND report_id = ANY($2::uuid[])",
        incident_id,
        list(reports),
    )
    return {row["report_id"] for row in rows}


async def recount(tx: Transaction, incident_id: UUID) -> Totals:
    """An incident's totals from its reports, all but their watch words."""
    row = await tx.row(_COUNT, incident_id)
    assert row is not None
    counted = await spread_totals(tx, [incident_id])
    return Totals(
        reports=row["reports"],
        spread=counted.get(incident_id, Spread()),
        kinds=tuple(sorted(row["kinds"])),
        platforms=tuple(sorted(row["platforms"])),
        author_types=tuple(sorted(row["author_types"])),
        occurred_at=row["occurred_at"],
    )


async def words_in(tx: Transaction, incident_id: UUID, among: Collection[str]) -> set[str]:
    """Those of these watch words that stand in the incident's reports, read in pages until all are found."""
    left, last = tuple(sorted(among)), UUID(int=0)
    found: set[str] = set()
    while left:
        page = await tx.fetch(
            "SELECT report_id, title, masked_text FROM intake.reports WHERE incident_id = $1 AND report_id > $2 "
            "ORDER BY report_id LIMIT $3",
            incident_id,
            last,
            _PAGE,
        )
        found |= set(find_words("\n".join(f"{row['title']}\n{row['masked_text']}" for row in page), left))
        if len(page) < _PAGE:
            break
        left, last = tuple(word for word in left if word not in found), page[-1]["report_id"]
    return found


async def write_totals(
    tx: Transaction, incident_id: UUID, totals: Totals, merged_into: UUID | None, said_at: datetime
) -> int:
    """An incident's totals and where it stands now; it has just spoken. Answers its version."""
    spread = totals.spread
    counts = (totals.reports, spread.reads, spread.comments, spread.reposts, spread.likes)
    sets = [list(each) for each in (totals.kinds, totals.platforms, totals.author_types, totals.words)]
    version = await tx.value(_WRITE, incident_id, *counts, *sets, totals.occurred_at, merged_into, said_at)
    return int(version)


async def height(tx: Transaction, incident_id: UUID) -> int:
    """How many incidents stand one in another below and with this one; no further than is allowed."""
    return int(await tx.value(_HEIGHT, incident_id, LONGEST_CHAIN))


async def save_move(tx: Transaction, move: Move) -> None:
    """Keep a move; the one that it undoes learns of it."""
    await tx.execute(
        "INSERT INTO intake.moves (move_id, organisation_id, kind, incident_id, other_id, report_ids, made_by, reason, made_at, "
        "undoes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        move.move_id,
        move.organisation_id,
        move.kind,
        move.incident_id,
        move.other_id,
        list(move.report_ids),
        move.made_by,
        move.reason,
        move.made_at,
        move.undoes,
    )
    if move.undoes is not None:
        await tx.execute("UPDATE intake.moves SET undone_by = $2 WHERE move_id = $1", move.undoes, move.move_id)


async def refuse_pair(tx: Transaction, move: Move) -> None:
    """Incidents that were taken apart are not suggested to each other, nor joined by the product itself."""
    await tx.execute(
        "INSERT INTO intake.refused_pairs (one, other, organisation_id, refused_by, reason, refused_at) "
        "VALUES (least($1::uuid, $2), greatest($1::uuid, $2), $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        move.incident_id,
        move.other_id,
        move.organisation_id,
        move.made_by,
        move.reason,
        move.made_at,
    )


async def forget_refusal(tx: Transaction, one: UUID, other: UUID) -> None:
    """They are one matter after all."""
    await tx.execute(
        "DELETE FROM intake.refused_pairs WHERE one = least($1::uuid, $2) AND other = greatest($1::uuid, $2)",
        one,
        other,
    )


async def pass_thresholds(tx: Transaction, incident: Standing, total: Spread, at: datetime) -> list[Crossed]:
    """Keep the rulebook's thresholds that a total has reached; answers those that the incident has never spoken of."""
    written = await tx.value(
        "SELECT thresholds FROM intake.organisations WHERE organisation_id = $1", incident.organisation_id
    )
    passed = crossed(Threshold.read(orjson.loads(written or "[]")), Spread(), total, at)
    await tx.execute(
        "INSERT INTO intake.crossings (incident_id, organisation_id, metric, threshold, crossed_at) "
        "SELECT $1, $2, t.metric, t.threshold, $3 FROM unnest($4::text[], $5::bigint[]) t(metric, threshold) "
        "ON CONFLICT DO NOTHING",
        incident.incident_id,
        incident.organisation_id,
        at,
        [each.metric for each in passed],
        [each.threshold for each in passed],
    )
    return (await take_crossings(tx, [incident.incident_id])).get(incident.incident_id, [])


async def one_move(tx: Transaction, organisation_id: str, move_id: UUID) -> Move | None:
    """A move of the organisation."""
    row = await tx.row(f"{_MOVES} move_id = $2", organisation_id, move_id)
    return _move(row) if row else None


async def moves_of(tx: Transaction, organisation_id: str, incident_id: UUID) -> list[Move]:
    """All moves that an incident had part in, oldest first."""
    rows = await tx.fetch(f"{_MOVES} (incident_id = $2 OR other_id = $2) ORDER BY number", organisation_id, incident_id)
    return [_move(row) for row in rows]


async def later_moves(tx: Transaction, move: Move, report_id: UUID) -> list[Move]:
    """The moves after this one that carried a report on, in the order in which they were made."""
    rows = await tx.fetch(
        f"{_MOVES} report_ids @> ARRAY[$3::uuid] AND number > (SELECT number FROM intake.moves WHERE move_id = $2) ORDER BY number",
        move.organisation_id,
        move.move_id,
        report_id,
    )
    return [_move(row) for row in rows]


async def split_since(tx: Transaction, move: Move) -> list[UUID]:
    """Those reports of an undoing that somebody had split off at any time since the move that it undoes."""
    rows = await tx.fetch(
        "SELECT DISTINCT r.id FROM intake.moves m, unnest(m.report_ids) r(id) WHERE m.organisation_id = $1 "
        "AND m.kind = 'split' AND m.undoes IS NULL AND r.id = ANY($3::uuid[]) "
        "AND m.number > (SELECT number FROM intake.moves WHERE move_id = $2)",
        move.organisation_id,
        move.undoes,
        list(move.report_ids),
    )
    return [row["id"] for row in rows]


async def last_split(tx: Transaction, incident_id: UUID) -> Move | None:
    """The latest split of an incident that stands; one that is no undoing before others."""
    row = await tx.row(
        "SELECT * FROM intake.moves WHERE incident_id = $1 AND kind = 'split' AND undone_by IS NULL "
        "ORDER BY undoes IS NULL DESC, number DESC LIMIT 1",
        incident_id,
    )
    return _move(row) if row else None


async def absorbing(tx: Transaction, incident_id: UUID) -> Move | None:
    """The merge by which an incident was absorbed last."""
    row = await tx.row(
        "SELECT * FROM intake.moves WHERE other_id = $1 AND kind = 'merge' ORDER BY number DESC LIMIT 1", incident_id
    )
    return _move(row) if row else None


def _move(row: Record) -> Move:
    told = {name: value for name, value in row.items() if name != "number"}
    return Move(**{**told, "report_ids": tuple(row["report_ids"])})
