"""What an organisation has put on its own shelf: rulebooks it wrote, and the original texts of regulations."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from shared.db import Transaction


class Own(NamedTuple):
    """A rulebook that the organisation loaded itself; `source_text` is the YAML as it came."""

    hash: str
    rulebook: str
    version: str
    title: str
    source_text: str
    layers: Sequence[str]
    uploaded_by: str
    uploaded_at: datetime


class Original(NamedTuple):
    """The text of the regulation itself, uploaded to be read beside the rulebook."""

    original: str
    uploaded_by: str
    uploaded_at: datetime


MOST = 500
"""Rulebooks that a shelf lists, the latest; an older one is still found by its hash."""

_OWN = """
SELECT w.hash, r.rulebook, r.version, r.title, {text} AS source_text, w.layers, w.uploaded_by, w.uploaded_at
FROM grading.own_rulebooks w JOIN grading.rulebooks r USING (hash) WHERE w.organisation_id = $1
"""


async def put_own(
    tx: Transaction, organisation_id: str, rulebook_hash: str, text: str, layers: Sequence[str], by: str, now: datetime
) -> bool:
    """Put a rulebook on the shelf; the same again changes nothing, other comments or layers replace. True where it is new."""
    new = await tx.value(
        "INSERT INTO grading.own_rulebooks AS w (organisation_id, hash, source_text, layers, uploaded_by, uploaded_at) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organisation_id, hash) DO UPDATE SET source_text = excluded.source_text, "
        "layers = excluded.layers, uploaded_by = excluded.uploaded_by, uploaded_at = excluded.uploaded_at "
        "WHERE (w.source_text, w.layers) IS DISTINCT FROM (excluded.source_text, excluded.layers) RETURNING xmax = 0",
        organisation_id,
        rulebook_hash,
        text,
        list(layers),
        by,
        now,
    )
    return new is True


async def own(tx: Transaction, organisation_id: str) -> list[Own]:
    """What is on the shelf, newest first, without the texts."""
    query = _OWN.format(text="''") + " ORDER BY w.uploaded_at DESC, w.hash LIMIT $2"
    return [Own(*row.values()) for row in await tx.fetch(query, organisation_id, MOST)]


async def find_own(tx: Transaction, organisation_id: str, rulebook_hash: str) -> Own | None:
    """One of them."""
    row = await tx.row(_OWN.format(text="w.source_text") + " AND w.hash = $2", organisation_id, rulebook_hash)
    return None if row is None else Own(*row.values())


async def put_original(
    tx: Transaction, organisation_id: str, rulebook_hash: str, text: str, by: str, now: datetime
) -> None:
    """Keep the original of a regulation; a later one replaces it."""
    await tx.execute(
        "INSERT INTO grading.originals (organisation_id, hash, original, uploaded_by, uploaded_at) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (organisation_id, hash) DO UPDATE SET original = excluded.original, uploaded_by = excluded.uploaded_by, "
        "uploaded_at = excluded.uploaded_at",
        organisation_id,
        rulebook_hash,
        text,
        by,
        now,
    )


async def find_original(tx: Transaction, organisation_id: str, rulebook_hash: str) -> Original | None:
    """The original that this organisation uploaded."""
    row = await tx.row(
        "SELECT original, uploaded_by, uploaded_at FROM grading.originals WHERE organisation_id = $1 AND hash = $2",
        organisation_id,
        rulebook_hash,
    )
    return None if row is None else Original(*row.values())


async def with_original(tx: Transaction, organisation_id: str) -> frozenset[str]:
    """The rulebooks that this organisation uploaded the original of."""
    rows = await tx.fetch("SELECT hash FROM grading.originals WHERE organisation_id = $1", organisation_id)
    return frozenset(row["hash"] for row in rows)
