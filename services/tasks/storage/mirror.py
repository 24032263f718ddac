"""Publishing's duties as tasks shows them: released or overdue, as publishing said.

Publishing may speak before grading's order has arrived here; a placeholder row (no name, never shown) keeps what it said, and the
order fills it in.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.db import Transaction


class Said(NamedTuple):
    """What publishing said of one duty; `at` is office time."""

    assignment_id: UUID
    incident_id: UUID
    organisation_id: str
    key: str
    released: bool
    at: datetime


_INCIDENTS = """
INSERT INTO tasks.incidents (incident_id, organisation_id, version, phase, title)
SELECT i, o, 0, 'open', '' FROM unnest($1::uuid[], $2::text[]) AS n(i, o) ON CONFLICT DO NOTHING
"""
_PLACEHOLDERS = """
INSERT INTO tasks.tasks (id, incident_id, organisation_id, desk, key, kind, name, owner, owner_name, clause, body)
SELECT id, i, o, 'publishing', k, '', '', '', '', '', '{}' FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])
  AS n(id, i, o, k) ON CONFLICT DO NOTHING
"""
_SAID = """
UPDATE tasks.tasks AS t SET
  state = CASE WHEN s.released THEN 'done' ELSE t.state END, done_at = CASE WHEN s.released THEN s.at END,
  overdue = CASE WHEN s.released THEN coalesce(s.at > t.due_at, false) ELSE true END, version = t.version + 1
FROM unnest($1::uuid[], $2::bool[], $3::timestamptz[]) AS s(id, released, at)
WHERE t.id = s.id AND t.state IN ('open', 'claimed') AND (s.released OR t.due_at IS NULL OR t.due_at < s.at)
"""


async def save_said(tx: Transaction, said: Sequence[Said]) -> None:
    """Mirror it; what has ended already stays as it is."""
    rows = sorted(said)
    ids, incidents, organisations, keys, released, moments = map(list, zip(*rows, strict=True))
    owners = sorted(set(zip(incidents, organisations, strict=True)))
    await tx.execute(_INCIDENTS, *map(list, zip(*owners, strict=True)))
    await tx.execute(_PLACEHOLDERS, ids, incidents, organisations, keys)
    await tx.execute(_SAID, ids, released, moments)
