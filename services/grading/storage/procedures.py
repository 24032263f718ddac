"""Procedures, loaded and saved many at a time; facts and orders are opaque JSON text to the database."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.grading.domain.procedure import Procedure
from services.grading.domain.reprojection import NOTHING_RUNS, running
from services.grading.rulebook import facts_from_json, facts_to_json, orders_from_json, orders_to_json
from shared.db import Transaction

_LOAD = "SELECT * FROM grading.procedures WHERE incident_id = ANY($1::uuid[]) ORDER BY incident_id FOR UPDATE"
_SAVE = """
INSERT INTO grading.procedures AS p (incident_id, organisation_id, rulebook_hash, title, version, phase, grade_state, level,
  proposal, deciding, facts, issued, discharged, calendar_version, running, runs_until, provisional, merged_into)
SELECT a, b, c, d, e, f, g, h, i, j, k, l, string_to_array(m, E'\\x1f'), n, o IS NOT NULL, o, p, q
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[],
  $10::text[], $11::text[], $12::text[], $13::text[], $14::int[], $15::timestamptz[], $16::int[], $17::uuid[])
  w(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q)
ON CONFLICT (incident_id) DO UPDATE SET rulebook_hash = excluded.rulebook_hash, title = excluded.title,
  version = excluded.version, phase = excluded.phase, grade_state = excluded.grade_state, level = excluded.level,
  proposal = excluded.proposal, deciding = excluded.deciding, facts = excluded.facts, issued = excluded.issued,
  discharged = excluded.discharged, calendar_version = excluded.calendar_version, running = excluded.running,
  runs_until = excluded.runs_until, provisional = excluded.provisional, merged_into = excluded.merged_into
"""
_FAMILY = """
WITH RECURSIVE up(id) AS (
  SELECT unnest($1::uuid[]) UNION SELECT p.merged_into FROM up JOIN grading.procedures p ON p.incident_id = up.id
  WHERE p.merged_into IS NOT NULL)
SELECT id FROM up
"""


async def load_many(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, Procedure]:
    """These procedures, locked in the order of their ids; those that do not exist are absent."""
    return {row["incident_id"]: _procedure(row) for row in await tx.fetch(_LOAD, sorted(ids))}


async def family(tx: Transaction, ids: Sequence[UUID]) -> list[UUID]:
    """These incidents and all that they are merged into, unlocked."""
    return [row["id"] for row in await tx.fetch(_FAMILY, list(ids))]


async def survivor_of(tx: Transaction, incident_id: UUID) -> UUID:
    """Where the chain of merges that begins here ends; the incident itself where it is part of no other."""
    chain = await read_many(tx, await family(tx, [incident_id]))
    return next((each.incident_id for each in chain if each.merged_into is None), incident_id)


async def is_parked(tx: Transaction, incident_id: UUID) -> bool:
    """Whether events of this incident wait for a person."""
    return await tx.value("SELECT true FROM grading.parked WHERE subject = $1 LIMIT 1", incident_id) is True


async def read_many(tx: Transaction, ids: Sequence[UUID]) -> list[Procedure]:
    """These procedures in the order of their ids, unlocked: to look, not to decide."""
    rows = await tx.fetch(
        "SELECT * FROM grading.procedures WHERE incident_id = ANY($1::uuid[]) ORDER BY incident_id", list(ids)
    )
    return [_procedure(row) for row in rows]


async def load_one(tx: Transaction, incident_id: UUID, organisation_id: str) -> Procedure | None:
    """One procedure of this organisation, for reading."""
    row = await tx.row(
        "SELECT * FROM grading.procedures WHERE incident_id = $1 AND organisation_id = $2", incident_id, organisation_id
    )
    return _procedure(row) if row is not None else None


async def save_many(tx: Transaction, procedures: Sequence[Procedure]) -> None:
    """Write these procedures whole."""
    if procedures:
        rows = [_row(each) for each in procedures]
        await tx.execute(_SAVE, *(list(column) for column in zip(*rows, strict=True)))


async def waiting(tx: Transaction, organisation_id: str, after: UUID | None, limit: int) -> list[Procedure]:
    """Procedures whose grade waits for a decision, newest first, behind `after`."""
    rows = await tx.fetch(
        "SELECT * FROM grading.procedures WHERE organisation_id = $1 AND deciding IS NOT NULL "
        "AND ($2::uuid IS NULL OR incident_id < $2) ORDER BY incident_id DESC LIMIT $3",
        organisation_id,
        after,
        limit,
    )
    return [_procedure(row) for row in rows]


async def decided(tx: Transaction, organisation_id: str, after: UUID | None, limit: int) -> list[Procedure]:
    """Procedures whose grade is approved, newest first, behind `after`."""
    rows = await tx.fetch(
        "SELECT * FROM grading.procedures WHERE organisation_id = $1 AND grade_state = 'approved' AND merged_into IS NULL "
        "AND ($2::uuid IS NULL OR incident_id < $2) ORDER BY incident_id DESC LIMIT $3",
        organisation_id,
        after,
        limit,
    )
    return [_procedure(row) for row in rows]


async def running_here(
    tx: Transaction, organisation_id: str, only: Sequence[UUID] | None, limit: int
) -> list[Procedure]:
    """Procedures of this organisation that are open or calm, oldest first; `only` limits them to these."""
    rows = await tx.fetch(
        "SELECT * FROM grading.procedures WHERE organisation_id = $1 AND phase IN ('open', 'calmed') "
        "AND ($2::uuid[] IS NULL OR incident_id = ANY($2)) ORDER BY incident_id LIMIT $3",
        organisation_id,
        None if only is None else list(only),
        limit,
    )
    return [_procedure(row) for row in rows]


def _procedure(row: Any) -> Procedure:
    return Procedure(
        incident_id=row["incident_id"],
        organisation_id=row["organisation_id"],
        rulebook_hash=row["rulebook_hash"],
        title=row["title"],
        version=row["version"],
        phase=row["phase"],
        grade_state=row["grade_state"],
        level=row["level"],
        proposal=row["proposal"],
        deciding=row["deciding"],
        facts=facts_from_json(row["facts"]),
        issued=orders_from_json(row["issued"]),
        discharged=frozenset(row["discharged"]),
        calendar_version=row["calendar_version"],
        merged_into=row["merged_into"],
    )


def _row(procedure: Procedure) -> tuple[Any, ...]:
    return (
        procedure.incident_id,
        procedure.organisation_id,
        procedure.rulebook_hash,
        procedure.title,
        procedure.version,
        procedure.phase,
        procedure.grade_state,
        procedure.level,
        procedure.proposal,
        procedure.deciding,
        facts_to_json(procedure.facts).decode(),
        orders_to_json(procedure.issued).decode(),
        "\x1f".join(sorted(procedure.discharged)),
        procedure.calendar_version,
        *(running(procedure.issued, procedure.discharged) if procedure.merged_into is None else NOTHING_RUNS),
        procedure.merged_into,
    )
