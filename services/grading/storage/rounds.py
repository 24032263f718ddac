"""Rounds, the series they belong to, and how far each organisation's routines have been looked at."""

from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from services.grading.domain.rounds import Round
from shared.contracts.grading import series_subject
from shared.db import Transaction

_ASTRAY = """
SELECT o.organisation_id FROM grading.organisations o LEFT JOIN grading.routines r USING (organisation_id)
WHERE (r.rulebook_hash, r.calendar_version) IS DISTINCT FROM (o.rulebook_hash, $1::int) ORDER BY 1 LIMIT 100
"""
_PLACES = """
SELECT r.*, o.rulebook_hash AS active FROM grading.routines r JOIN grading.organisations o USING (organisation_id)
WHERE r.incident_id = ANY($1::uuid[]) ORDER BY r.incident_id FOR UPDATE OF r
"""
_KEEP = """
INSERT INTO grading.rounds AS r (id, organisation_id, routine, key, kind, name, owner, owner_name, clause, rulebook_hash,
  begins_at, due_at, over_at, provisional, issued, state, done_at, done_by)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
  $10::text[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::bool[], $15::bool[], $16::text[],
  $17::timestamptz[], $18::text[])
ON CONFLICT (id) DO UPDATE SET state = excluded.state, done_at = excluded.done_at, done_by = excluded.done_by
"""
_COUNT = """
INSERT INTO grading.series AS s (series, organisation_id, routine, version)
SELECT a, b, c, 1 FROM unnest($1::uuid[], $2::text[], $3::text[]) w(a, b, c)
ON CONFLICT (series) DO UPDATE SET version = s.version + 1 RETURNING routine, version
"""
_LIST = """
SELECT * FROM grading.rounds WHERE organisation_id = $1 AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR routine = $3)
  AND ($4::timestamptz IS NULL OR begins_at >= $4)
  AND ($5::uuid IS NULL OR (begins_at, id) < (SELECT a.begins_at, a.id FROM grading.rounds a WHERE a.id = $5))
ORDER BY begins_at DESC, id DESC LIMIT $6
"""


class Place(NamedTuple):
    """How far an organisation's routines have been looked at, under which rulebook; `active` is the one now in force."""

    subject: UUID
    organisation_id: str
    rulebook_hash: str
    issued_until: datetime
    active: str


async def astray(tx: Transaction, calendar_version: int) -> list[str]:
    """Organisations whose routines were never looked at, or under another rulebook or calendar than is now in force."""
    return [row["organisation_id"] for row in await tx.fetch(_ASTRAY, calendar_version)]


async def begin(tx: Transaction, subject: UUID, organisation_id: str, now: datetime) -> None:
    """Look at an organisation's routines from now on, if that wasn't done already."""
    await tx.execute(
        "INSERT INTO grading.routines (incident_id, organisation_id, rulebook_hash, calendar_version, issued_until) "
        "SELECT $1, organisation_id, rulebook_hash, -1, $3 FROM grading.organisations WHERE organisation_id = $2 "
        "ON CONFLICT DO NOTHING",
        subject,
        organisation_id,
        now,
    )


async def lock_places(tx: Transaction, subjects: Sequence[UUID]) -> list[Place]:
    """Lock organisations' routines in the order of their subjects."""
    return [
        Place(row["incident_id"], row["organisation_id"], row["rulebook_hash"], row["issued_until"], row["active"])
        for row in await tx.fetch(_PLACES, list(subjects))
    ]


async def move_place(tx: Transaction, place: Place, calendar_version: int) -> None:
    """Keep how far they have been looked at, and by which calendar."""
    await tx.execute(
        "UPDATE grading.routines SET rulebook_hash = $2, issued_until = $3, calendar_version = $4 WHERE incident_id = $1",
        place.subject,
        place.rulebook_hash,
        place.issued_until,
        calendar_version,
    )


async def due_rounds(tx: Transaction, organisation_id: str) -> list[Round]:
    """The rounds that are still to be done, oldest first."""
    rows = await tx.fetch(
        "SELECT * FROM grading.rounds WHERE organisation_id = $1 AND state = 'due' ORDER BY begins_at, id",
        organisation_id,
    )
    return [_round(row) for row in rows]


async def rounds_of(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, Round]:
    """These rounds; call it with their organisations' places locked."""
    rows = await tx.fetch("SELECT * FROM grading.rounds WHERE id = ANY($1::uuid[])", list(ids))
    return {row["id"]: _round(row) for row in rows}


async def keep_rounds(tx: Transaction, rounds: Sequence[Round]) -> None:
    """Write new rounds, and what became of known ones."""
    if rounds:
        await tx.execute(_KEEP, *map(list, zip(*(astuple(each) for each in rounds), strict=True)))


async def count_series(tx: Transaction, organisation_id: str, routines: Sequence[str]) -> dict[str, int]:
    """One more decision in each of these series; answers their versions."""
    ids = [series_subject(organisation_id, routine) for routine in routines]
    rows = await tx.fetch(_COUNT, ids, [organisation_id] * len(ids), list(routines))
    return {row["routine"]: row["version"] for row in rows}


class RoundQuery(NamedTuple):
    """What to list; None means: do not ask. `since` is inclusive, `after` the id of the last round of the page before."""

    organisation_id: str
    state: str | None
    routine: str | None
    since: datetime | None
    after: UUID | None
    limit: int


async def list_rounds(tx: Transaction, query: RoundQuery) -> list[Round]:
    """A page of rounds, newest first."""
    return [_round(row) for row in await tx.fetch(_LIST, *query)]


def _round(row: Any) -> Round:
    return Round(**dict(row))
