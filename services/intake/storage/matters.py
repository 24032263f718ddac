"""Vectors of matters as kept, by generation, and the incidents whose words are still to be read.

Who holds an index in memory asks for what was written since its last look. Ids are no order of commits: a transaction may
commit behind one that began later. So each row says in which transaction it was written, and a reader takes everything from
the oldest transaction on that was still running at its last look.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.intake.domain.likeness import Vector
from shared.db import Transaction

MOST_KEPT = 300_000
"""Matters of an installation that are kept to be found, the newest: what a replica's memory is sized for."""
MOST_LOOSE = 500
"""Incidents not read yet that a question reads itself, the newest."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A vector as kept; `report_id` is the leading report, whose words it was made from."""

    incident_id: UUID
    organisation_id: str
    generation: int
    report_id: UUID
    opened_at: datetime
    vector: Vector


@dataclass(frozen=True, slots=True)
class Words:
    """The masked words of an incident's leading report. A post has no title of its own."""

    incident_id: UUID
    organisation_id: str
    opened_at: datetime
    report_id: UUID
    title: str
    body: str


# The earliest report that was an incident's own before any that came by a merge; an absorbed one's are in its survivor.
_LEADING = """
SELECT i.incident_id, i.organisation_id, i.opened_at, r.report_id, r.kind, r.title, r.masked_text
FROM intake.incidents i
CROSS JOIN LATERAL (
  WITH RECURSIVE up(at, next, steps) AS (
    SELECT i.incident_id, i.merged_into, 0
    UNION ALL SELECT p.incident_id, p.merged_into, steps + 1 FROM up JOIN intake.incidents p ON p.incident_id = up.next WHERE steps < 20
  ) SELECT at FROM up WHERE next IS NULL) root
CROSS JOIN LATERAL (
  SELECT report_id, kind, title, masked_text FROM intake.reports
  WHERE incident_id = root.at AND (i.merged_into IS NULL OR coalesce(origin_id, incident_id) = i.incident_id)
  ORDER BY coalesce(origin_id, incident_id) <> i.incident_id, report_id LIMIT 1) r
WHERE i.incident_id = ANY($1::uuid[]) ORDER BY i.incident_id
"""
# Where it has been read before, its leading report is known: a post spread a thousand times is not looked through again.
_READ_BEFORE = """
SELECT m.incident_id, m.organisation_id, m.opened_at, m.report_id, r.kind, r.title, r.masked_text
FROM intake.matters m JOIN intake.reports r ON r.report_id = m.report_id
WHERE m.incident_id = ANY($1::uuid[]) AND m.generation = $2 ORDER BY m.incident_id
"""
_SAMPLE = """
SELECT m.incident_id, m.organisation_id, m.opened_at, m.report_id, r.kind, r.title, r.masked_text
FROM intake.matters m JOIN intake.reports r ON r.report_id = m.report_id
WHERE m.organisation_id = $1 AND m.generation = $2 AND m.incident_id < $3 ORDER BY m.incident_id DESC LIMIT $4
"""
_LACKING = """
SELECT m.incident_id, m.organisation_id, m.opened_at, m.report_id, r.kind, r.title, r.masked_text
FROM (SELECT * FROM intake.matters m WHERE m.organisation_id = $1 AND m.generation = $2 AND m.incident_id > $4
  AND NOT EXISTS (SELECT 1 FROM intake.matters n WHERE n.incident_id = m.incident_id AND n.generation = $3)
  ORDER BY m.incident_id LIMIT $5) m
JOIN intake.reports r ON r.report_id = m.report_id ORDER BY m.incident_id
"""
_KEEP = """
INSERT INTO intake.matters (incident_id, organisation_id, generation, report_id, opened_at, grams, weights)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::uuid[], $5::timestamptz[], $6::bytea[], $7::bytea[])
ON CONFLICT (incident_id, generation) DO """
_ANEW = """UPDATE SET report_id = excluded.report_id, grams = excluded.grams, weights = excluded.weights,
  changed_in = pg_current_xact_id()"""
_COLUMNS = "incident_id, opened_at, grams, weights"
# Materialised: found by when it was written, whatever young statistics make the planner believe.
_WRITTEN = f"""
WITH fresh AS MATERIALIZED (
  SELECT {_COLUMNS}, organisation_id, generation FROM intake.matters WHERE changed_in >= $1::text::xid8)
SELECT {_COLUMNS} FROM fresh WHERE organisation_id = $2 AND generation = $3
"""
_MISSED = """
WITH page AS (SELECT incident_id, organisation_id FROM intake.incidents
  WHERE $1::uuid IS NULL OR incident_id < $1 ORDER BY incident_id DESC LIMIT $2),
owed AS (INSERT INTO intake.unread (incident_id, organisation_id, kept) SELECT p.incident_id, p.organisation_id, false FROM page p
  WHERE NOT EXISTS (SELECT 1 FROM intake.matters m WHERE m.incident_id = p.incident_id) ON CONFLICT DO NOTHING)
SELECT min(incident_id::text)::uuid FROM page
"""
_PRUNE = """
DELETE FROM intake.matters WHERE incident_id IN (SELECT incident_id FROM intake.matters WHERE incident_id <
  (SELECT incident_id FROM (SELECT DISTINCT incident_id FROM intake.matters ORDER BY incident_id DESC) w OFFSET $1 LIMIT 1)
  ORDER BY incident_id LIMIT $2)
"""


async def claim_unread(tx: Transaction, most: int) -> list[UUID]:
    """Take up to `most` incidents whose words are still to be read, the newest first, past those that another takes just now."""
    rows = await tx.fetch(
        "SELECT incident_id FROM intake.unread WHERE NOT kept ORDER BY incident_id DESC LIMIT $1 FOR UPDATE SKIP LOCKED",
        most,
    )
    return [row["incident_id"] for row in rows]


async def claim_unseen(tx: Transaction, most: int) -> list[tuple[UUID, str]]:
    """Take up to `most` incidents that were read and for which nothing alike has been looked for, with their organisations."""
    rows = await tx.fetch(
        "SELECT incident_id, organisation_id FROM intake.unread WHERE kept ORDER BY incident_id DESC LIMIT $1 FOR UPDATE SKIP LOCKED",
        most,
    )
    return [(row["incident_id"], row["organisation_id"]) for row in rows]


async def now_read(tx: Transaction, incident_ids: Sequence[UUID], kept: Sequence[UUID]) -> None:
    """Of these taken, `kept` have a vector now; the others are not there to be read any more."""
    await tx.execute("UPDATE intake.unread SET kept = true WHERE incident_id = ANY($1::uuid[])", list(kept))
    await seen(tx, list(set(incident_ids).difference(kept)))


async def seen(tx: Transaction, incident_ids: Sequence[UUID]) -> None:
    """Nothing is owed to these any more."""
    await tx.execute("DELETE FROM intake.unread WHERE incident_id = ANY($1::uuid[])", list(incident_ids))


async def loose(tx: Transaction, organisation_id: str) -> list[UUID]:
    """The organisation's incidents not read yet, the newest `MOST_LOOSE`."""
    rows = await tx.fetch(
        "SELECT incident_id FROM intake.unread WHERE NOT kept AND organisation_id = $1 ORDER BY incident_id DESC LIMIT $2",
        organisation_id,
        MOST_LOOSE,
    )
    return [row["incident_id"] for row in rows]


async def leading(tx: Transaction, incident_ids: Sequence[UUID]) -> list[Words]:
    """The leading words of these incidents, in the order of their ids, as far as they are there."""
    return [_words(row) for row in await tx.fetch(_LEADING, list(incident_ids))] if incident_ids else []


async def words_of(tx: Transaction, incident_ids: Sequence[UUID], generation: int) -> dict[UUID, Words]:
    """As `leading`, by incident: cheap for all that have a vector of this generation."""
    found = {row["incident_id"]: _words(row) for row in await tx.fetch(_READ_BEFORE, list(incident_ids), generation)}
    others = [each for each in incident_ids if each not in found]
    return found | {words.incident_id: words for words in await leading(tx, others)}


async def newest_words(tx: Transaction, organisation_id: str, generation: int, before: UUID, most: int) -> list[Words]:
    """The words behind a generation's vectors, the newest first, of incidents before `before`."""
    return [_words(row) for row in await tx.fetch(_SAMPLE, organisation_id, generation, before, most)]


async def lacking(
    tx: Transaction, organisation_id: str, generation: int, successor: int, after: UUID, most: int
) -> list[Words]:
    """The words of what has a vector of `generation` and none of its successor yet, behind `after`."""
    return [_words(row) for row in await tx.fetch(_LACKING, organisation_id, generation, successor, after, most)]


def _words(row: Record) -> Words:
    title = "" if row["kind"] == "post" else row["title"]
    return Words(
        row["incident_id"], row["organisation_id"], row["opened_at"], row["report_id"], title, row["masked_text"]
    )


async def keep(tx: Transaction, made: Sequence[Matter], *, anew: bool = True) -> None:
    """Write these vectors; where there was one it is replaced if `anew`, or stands.

    Always in the order of the incidents: two writers wait for each other and never in a circle.
    """
    rows = [
        (m.incident_id, m.organisation_id, m.generation, m.report_id, m.opened_at, m.vector.grams, m.vector.weights)
        for m in sorted(made, key=lambda each: (each.incident_id, each.generation))
    ]
    if rows:
        await tx.execute(_KEEP + (_ANEW if anew else "NOTHING"), *(list(column) for column in zip(*rows, strict=True)))


async def horizon(tx: Transaction) -> int:
    """The oldest transaction still running as this transaction sees it: what is older is all to be seen, or gone."""
    found: int = await tx.value("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    return found


async def written_since(tx: Transaction, organisation_id: str, generation: int, since: int) -> list[Record]:
    """What was written from transaction `since` on; some of it may have been seen before."""
    return await tx.fetch(_WRITTEN, str(since), organisation_id, generation)


async def pages(tx: Transaction, organisation_id: str, generation: int, size: int) -> AsyncIterator[list[Record]]:
    """All of a generation, in pages in the order of the ids."""
    after = UUID(int=0)
    while rows := await tx.fetch(
        f"SELECT {_COLUMNS} FROM intake.matters WHERE organisation_id = $1 AND generation = $2 AND incident_id > $3 "
        "ORDER BY incident_id LIMIT $4",
        organisation_id,
        generation,
        after,
        size,
    ):
        yield rows
        after = rows[-1]["incident_id"]


async def these(tx: Transaction, incident_ids: Sequence[UUID], generation: int) -> list[Record]:
    """The vectors of these at a generation, as far as they are there."""
    return await tx.fetch(
        f"SELECT {_COLUMNS} FROM intake.matters WHERE incident_id = ANY($1::uuid[]) AND generation = $2",
        list(incident_ids),
        generation,
    )


async def all_ids(tx: Transaction, organisation_id: str, generation: int) -> set[UUID]:
    """The incidents of a generation; for small ones."""
    rows = await tx.fetch(
        "SELECT incident_id FROM intake.matters WHERE organisation_id = $1 AND generation = $2",
        organisation_id,
        generation,
    )
    return {row["incident_id"] for row in rows}


async def count(tx: Transaction, organisation_id: str, generation: int, most: int) -> int:
    """How many there are of a generation; counted no further than `most`."""
    found: int = await tx.value(
        "SELECT count(*) FROM (SELECT 1 FROM intake.matters WHERE organisation_id = $1 AND generation = $2 LIMIT $3) w",
        organisation_id,
        generation,
        most,
    )
    return found


async def note_missed(tx: Transaction, before: UUID | None, most: int) -> UUID | None:
    """Let be read what was opened without: by an earlier version, or brought back from the archive.

    Looks through the `most` newest incidents opened before `before`; answers the oldest of them, None where there are no more.
    """
    found: UUID | None = await tx.value(_MISSED, before, most)
    return found


async def prune(tx: Transaction, most: int, at_once: int) -> None:
    """Forget the oldest where more than `most` are kept, `at_once` at a time."""
    await tx.execute(_PRUNE, most - 1, at_once)
