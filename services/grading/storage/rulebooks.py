"""Rulebooks as they were when they came into force, by the hash of what they say."""

from datetime import datetime
from typing import NamedTuple

from services.grading.rulebook import CompiledRulebook
from shared.db import Transaction


class Activation(NamedTuple):
    """Under which rulebook an organisation opens its procedures."""

    organisation_id: str
    name: str
    rulebook_hash: str


async def keep(tx: Transaction, rulebook: CompiledRulebook, canonical: bytes, now: datetime) -> None:
    """Keep a rulebook; one with the same hash is the same."""
    await tx.execute(
        "INSERT INTO grading.rulebooks (hash, rulebook, version, title, canonical, loaded_at) VALUES ($1, $2, $3, $4, $5, $6) "
        "ON CONFLICT DO NOTHING",
        rulebook.hash,
        rulebook.id,
        rulebook.version,
        rulebook.model.title,
        canonical.decode(),
        now,
    )


async def canonical_of(tx: Transaction, rulebook_hash: str) -> str | None:
    """The canonical text of a kept rulebook."""
    found: str | None = await tx.value("SELECT canonical FROM grading.rulebooks WHERE hash = $1", rulebook_hash)
    return found


async def activate(tx: Transaction, activation: Activation) -> bool:
    """Set an organisation's rulebook for procedures opened from now on; answers whether that changed anything."""
    changed = await tx.value(
        "INSERT INTO grading.organisations AS o (organisation_id, name, rulebook_hash) VALUES ($1, $2, $3) "
        "ON CONFLICT (organisation_id) DO UPDATE SET name = excluded.name, rulebook_hash = excluded.rulebook_hash "
        "WHERE (o.name, o.rulebook_hash) IS DISTINCT FROM (excluded.name, excluded.rulebook_hash) RETURNING true",
        *activation,
    )
    return changed is True


async def active(tx: Transaction, organisations: list[str]) -> dict[str, str]:
    """The rulebook hash of each of these organisations that has one."""
    rows = await tx.fetch(
        "SELECT organisation_id, rulebook_hash FROM grading.organisations WHERE organisation_id = ANY($1::text[])",
        organisations,
    )
    return {row["organisation_id"]: row["rulebook_hash"] for row in rows}
