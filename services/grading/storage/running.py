"""Procedures whose clocks run, as far as a change of the calendar asks about them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.db import Transaction

_TOUCHED = """
SELECT incident_id FROM grading.procedures
WHERE running AND runs_until >= $1 AND ($2::text IS NULL OR organisation_id = $2) ORDER BY incident_id LIMIT $3
"""
_MOVE_ON = """
UPDATE grading.procedures SET calendar_version = $2 WHERE incident_id IN (
  SELECT incident_id FROM grading.procedures WHERE running AND calendar_version = $1 AND ($3::timestamptz IS NULL OR runs_until < $3)
  ORDER BY incident_id LIMIT $4 FOR UPDATE SKIP LOCKED)
RETURNING incident_id
"""
_TAKE = """
SELECT incident_id, organisation_id FROM grading.procedures
WHERE running AND calendar_version = $1 AND incident_id <> ALL ($2::uuid[]) ORDER BY incident_id LIMIT $3 FOR UPDATE SKIP LOCKED
"""


class Lagging(NamedTuple):
    """A procedure whose dates were counted by an earlier calendar."""

    incident_id: UUID
    organisation_id: str


async def touched(tx: Transaction, since: datetime, organisation_id: str | None, limit: int) -> list[UUID]:
    """Procedures with a clock that runs to `since` or beyond, of one organisation or (None) of all."""
    return [row["incident_id"] for row in await tx.fetch(_TOUCHED, since, organisation_id, limit)]


async def oldest_version(tx: Transaction, current: int, aside: Sequence[UUID]) -> int | None:
    """The oldest calendar by which a running clock is still counted, but for those `aside`; None where all are at the current one."""
    oldest: int | None = await tx.value(
        "SELECT calendar_version FROM grading.procedures WHERE running AND calendar_version < $1 "
        "AND incident_id <> ALL ($2::uuid[]) ORDER BY calendar_version, incident_id LIMIT 1",
        current,
        list(aside),
    )
    return oldest


async def lagging(tx: Transaction, current: int) -> int:
    """How many running procedures are still to be counted anew."""
    count: int = await tx.value(
        "SELECT count(*) FROM grading.procedures WHERE running AND calendar_version < $1", current
    )
    return count


async def pass_untouched(tx: Transaction, old: int, new: int, before: datetime | None, limit: int) -> int:
    """Take what ends before the first day that differs (None: no day does) to be counted by the new calendar; answers how many."""
    return len(await tx.fetch(_MOVE_ON, old, new, before, limit))


async def take(tx: Transaction, old: int, aside: Sequence[UUID], limit: int) -> list[Lagging]:
    """Lock the next procedures counted by an old calendar; those that somebody works on, and those `aside`, are left for later."""
    return [Lagging(*row) for row in await tx.fetch(_TAKE, old, list(aside), limit)]


async def provisional_deadlines(tx: Transaction) -> int:
    """How many running deadlines a notice still to come may move."""
    count: int = await tx.value("SELECT coalesce(sum(provisional), 0) FROM grading.procedures WHERE provisional > 0")
    return count
