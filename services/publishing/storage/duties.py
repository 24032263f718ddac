"""Duties to the public, loaded and saved in sets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.publishing.domain.duties import Duty
from shared.db import Transaction

_COLUMNS = (
    "assignment_id, organisation_id, incident_id, key, name, owner, owner_name, clause, chain, recurring, presumed, "
    "due_at, remind_at, reminded_until, overdue, state, ended_at, reason"
)
_OF_INCIDENTS = f"SELECT {_COLUMNS} FROM publishing.duties WHERE incident_id = ANY($1::uuid[])"
_BY_ID = f"SELECT {_COLUMNS} FROM publishing.duties WHERE assignment_id = ANY($1::uuid[])"

_SAVE = f"""
INSERT INTO publishing.duties ({_COLUMNS})
SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
  $9::text[], $10::bool[], $11::bool[], $12::timestamptz[], $13::text[], $14::timestamptz[], $15::bool[], $16::text[],
  $17::timestamptz[], $18::text[])
ON CONFLICT (assignment_id) DO UPDATE SET key = excluded.key, name = excluded.name, owner = excluded.owner,
  owner_name = excluded.owner_name, clause = excluded.clause, chain = excluded.chain, recurring = excluded.recurring,
  presumed = excluded.presumed, due_at = excluded.due_at, remind_at = excluded.remind_at,
  reminded_until = excluded.reminded_until, overdue = excluded.overdue, state = excluded.state,
  ended_at = excluded.ended_at, reason = excluded.reason
"""


def _duty(row: Any) -> Duty:
    values = dict(row)
    values["remind_at"] = tuple(datetime.fromisoformat(at) for at in orjson.loads(values["remind_at"]))
    return Duty(**values)


def _row(duty: Duty) -> tuple[Any, ...]:
    return (
        duty.assignment_id,
        duty.organisation_id,
        duty.incident_id,
        duty.key,
        duty.name,
        duty.owner,
        duty.owner_name,
        duty.clause,
        duty.chain,
        duty.recurring,
        duty.presumed,
        duty.due_at,
        orjson.dumps(duty.remind_at).decode(),
        duty.reminded_until,
        duty.overdue,
        duty.state,
        duty.ended_at,
        duty.reason,
    )


async def duties_of(tx: Transaction, incident_ids: Sequence[UUID]) -> list[Duty]:
    """All duties of these incidents."""
    return [_duty(row) for row in await tx.fetch(_OF_INCIDENTS, list(incident_ids))]


async def load_duties(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, Duty]:
    """Duties by assignment id."""
    return {row["assignment_id"]: _duty(row) for row in await tx.fetch(_BY_ID, list(ids))}


async def save_duties(tx: Transaction, duties: Sequence[Duty]) -> None:
    """Write duties, new and changed, in one statement."""
    if duties:
        await tx.execute(_SAVE, *map(list, zip(*map(_row, duties), strict=True)))
