"""Frozen weights of grams, numbered, by organisation: which are in force, which are being prepared, and the passage between.

Whoever writes vectors holds the rows of the organisation's generations shared, and writes one for each; whoever switches holds
them alone. So nothing is written for a generation that has just gone out of force without being written for its successor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake.domain.likeness import Weights
from shared.db import Transaction


@dataclass(frozen=True, slots=True)
class Generation:
    """One of an organisation's; `documents` is how many matters there were when it was counted."""

    organisation_id: str
    number: int
    documents: int
    in_force: bool


async def hold_for_writing(tx: Transaction, organisation_ids: Sequence[str], now: datetime) -> list[Generation]:
    """The generations for which vectors of these organisations are to be written, held against a switch.

    An organisation of which nothing was read yet begins with number 0.
    """
    await tx.execute(
        "INSERT INTO intake.generations (organisation_id, number, documents, weights, made_at, in_force) "
        "SELECT w, 0, 0, '', $2, true FROM unnest($1::text[]) w "
        "WHERE NOT EXISTS (SELECT 1 FROM intake.generations g WHERE g.organisation_id = w) ORDER BY w ON CONFLICT DO NOTHING",
        list(organisation_ids),
        now,
    )
    rows = await tx.fetch(
        "SELECT organisation_id, number, documents, in_force FROM intake.generations WHERE organisation_id = ANY($1::text[]) "
        "ORDER BY organisation_id, number FOR KEY SHARE",
        list(organisation_ids),
    )
    return [Generation(**row) for row in rows]


async def present(tx: Transaction, organisation_id: str) -> list[Generation]:
    """The organisation's generations in the order of their numbers: the one in force, perhaps one in preparation behind it."""
    rows = await tx.fetch(
        "SELECT organisation_id, number, documents, in_force FROM intake.generations WHERE organisation_id = $1 ORDER BY number",
        organisation_id,
    )
    return [Generation(**row) for row in rows]


async def organisations(tx: Transaction) -> list[str]:
    """Those of which anything was read."""
    rows = await tx.fetch("SELECT organisation_id FROM intake.generations WHERE in_force ORDER BY organisation_id")
    return [row["organisation_id"] for row in rows]


async def weights(tx: Transaction, organisation_id: str, number: int) -> bytes:
    """The weights of a generation, which never change; raises ValueError where there is none of that number."""
    found: bytes | None = await tx.value(
        "SELECT weights FROM intake.generations WHERE organisation_id = $1 AND number = $2", organisation_id, number
    )
    if found is None:
        raise ValueError(f"organisation {organisation_id!r} has no generation {number}; it was taken out of force")
    return found


async def prepare(tx: Transaction, organisation_id: str, weights: Weights, documents: int, now: datetime) -> None:
    """Begin a generation; where another replica has begun it already, its weights stand."""
    await tx.execute(
        "INSERT INTO intake.generations (organisation_id, number, documents, weights, made_at) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT DO NOTHING",
        organisation_id,
        weights.number,
        documents,
        weights.to_bytes(),
        now,
    )


async def take(tx: Transaction, organisation_id: str, number: int) -> bool:
    """Hold a generation to go on preparing it, beside those who write newcomers; False where another prepares it."""
    row = await tx.row(
        "SELECT 1 FROM intake.generations WHERE organisation_id = $1 AND number = $2 AND NOT in_force FOR NO KEY UPDATE SKIP LOCKED",
        organisation_id,
        number,
    )
    return row is not None


async def take_all(tx: Transaction, organisation_id: str) -> None:
    """Hold all generations of an organisation alone: nobody is writing a vector of it then."""
    await tx.fetch(
        "SELECT 1 FROM intake.generations WHERE organisation_id = $1 ORDER BY number FOR UPDATE", organisation_id
    )


async def switch(tx: Transaction, organisation_id: str, number: int) -> None:
    """Put `number` in force, and every other out of it."""
    await tx.execute(
        "UPDATE intake.generations SET in_force = (number = $2) WHERE organisation_id = $1", organisation_id, number
    )


async def forget(tx: Transaction, organisation_id: str, below: int, most: int) -> bool:
    """Delete up to `most` vectors of generations below `below`, then these generations; True where more is left."""
    gone = await tx.fetch(
        "DELETE FROM intake.matters WHERE (incident_id, generation) IN (SELECT incident_id, generation FROM intake.matters "
        "WHERE organisation_id = $1 AND generation < $2 LIMIT $3) RETURNING 1",
        organisation_id,
        below,
        most,
    )
    if len(gone) < most:
        await tx.execute(
            "DELETE FROM intake.generations WHERE organisation_id = $1 AND number < $2", organisation_id, below
        )
    return len(gone) == most
