"""Rulebooks as they were when they were loaded, by the hash of what they say; and which one each organisation works under."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.grading.rulebook import CompiledRulebook
from shared.db import Transaction


class InForce(NamedTuple):
    """What an organisation works under: `named` is what the directory last named, at `named_at`."""

    name: str
    rulebook_hash: str
    named: str | None
    named_at: datetime | None


class Activation(NamedTuple):
    """One coming into force; `activated_by` and `reason` are None where the directory named it."""

    id: UUID
    organisation_id: str
    hash: str
    previous: str | None
    activated_at: datetime
    activated_by: str | None
    reason: str | None


class Kept(NamedTuple):
    """A rulebook kept here. A composed one has the hash of its `base` and the ids of the layers it stands on."""

    hash: str
    rulebook: str
    version: str
    title: str
    canonical: str
    base_hash: str | None
    layers: Sequence[str]


async def keep(
    tx: Transaction,
    rulebook: CompiledRulebook,
    canonical: bytes,
    now: datetime,
    *,
    base_hash: str | None = None,
    layers: Sequence[str] = (),
) -> None:
    """Keep a rulebook; one with the same hash is the same."""
    await tx.execute(
        "INSERT INTO grading.rulebooks (hash, rulebook, version, title, canonical, loaded_at, base_hash, layers) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        rulebook.hash,
        rulebook.id,
        rulebook.version,
        rulebook.title,
        canonical.decode(),
        now,
        base_hash,
        list(layers),
    )


async def canonical_of(tx: Transaction, rulebook_hash: str) -> str | None:
    """The canonical text of a kept rulebook."""
    found: str | None = await tx.value("SELECT canonical FROM grading.rulebooks WHERE hash = $1", rulebook_hash)
    return found


async def kept(tx: Transaction, rulebook_hash: str) -> Kept | None:
    """All that is kept of a rulebook."""
    row = await tx.row(
        "SELECT hash, rulebook, version, title, canonical, base_hash, layers FROM grading.rulebooks WHERE hash = $1",
        rulebook_hash,
    )
    return None if row is None else Kept(*row.values())


async def hold_organisation(tx: Transaction, organisation_id: str) -> InForce | None:
    """What the organisation works under, its row held until the transaction ends; None before anything was named."""
    row = await tx.row(
        "SELECT name, rulebook_hash, named, named_at FROM grading.organisations WHERE organisation_id = $1 FOR UPDATE",
        organisation_id,
    )
    return None if row is None else InForce(*row.values())


async def save_organisation(tx: Transaction, organisation_id: str, now: InForce) -> None:
    """Write what the organisation works under for procedures opened from now on."""
    await tx.execute(
        "INSERT INTO grading.organisations (organisation_id, name, rulebook_hash, named, named_at) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (organisation_id) DO UPDATE SET name = excluded.name, "
        "rulebook_hash = excluded.rulebook_hash, named = excluded.named, named_at = excluded.named_at",
        organisation_id,
        *now,
    )


async def add_activation(tx: Transaction, activation: Activation) -> None:
    """Write down a coming into force."""
    await tx.execute("INSERT INTO grading.activations VALUES ($1, $2, $3, $4, $5, $6, $7)", *activation)


async def activations(tx: Transaction, organisation_id: str, limit: int = 50) -> list[Activation]:
    """An organisation's, newest first."""
    rows = await tx.fetch(
        "SELECT id, organisation_id, hash, previous, activated_at, activated_by, reason FROM grading.activations "
        "WHERE organisation_id = $1 ORDER BY activated_at DESC, id DESC LIMIT $2",
        organisation_id,
        limit,
    )
    return [Activation(*row.values()) for row in rows]


async def was_active(tx: Transaction, organisation_id: str, rulebook_hash: str) -> bool:
    """Whether the organisation works or has worked under this rulebook."""
    found = await tx.value(
        "SELECT true FROM grading.activations WHERE organisation_id = $1 AND hash = $2 LIMIT 1",
        organisation_id,
        rulebook_hash,
    )
    return found is True


async def active(tx: Transaction, organisations: list[str]) -> dict[str, str]:
    """The rulebook hash of each of these organisations that has one."""
    rows = await tx.fetch(
        "SELECT organisation_id, rulebook_hash FROM grading.organisations WHERE organisation_id = ANY($1::text[])",
        organisations,
    )
    return {row["organisation_id"]: row["rulebook_hash"] for row in rows}
