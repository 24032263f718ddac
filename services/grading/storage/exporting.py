"""Reading an organisation's procedures from first to last, a page at a time, without locking any."""

from typing import NamedTuple
from uuid import UUID

from services.grading.rulebook import Fact, facts_from_json
from shared.db import Transaction


class Past(NamedTuple):
    """What is known of one incident, and the rulebook it is pinned to."""

    incident_id: UUID
    rulebook_hash: str
    facts: list[Fact]


async def past(tx: Transaction, organisation_id: str, after: UUID | None, limit: int) -> list[Past]:
    """Those whose id comes after `after`, oldest first: ids are in order of time."""
    rows = await tx.fetch(
        "SELECT incident_id, rulebook_hash, facts FROM grading.procedures "
        "WHERE organisation_id = $1 AND ($2::uuid IS NULL OR incident_id > $2) ORDER BY incident_id LIMIT $3",
        organisation_id,
        after,
        limit,
    )
    return [Past(row["incident_id"], row["rulebook_hash"], facts_from_json(row["facts"])) for row in rows]
