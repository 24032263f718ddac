"""What is known of a report's way into its incident, and what it is compared with; one organisation's, masked words only."""

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from shared.db import Transaction

_REPORT = """
SELECT r.report_id, r.incident_id, COALESCE(r.origin_id, r.incident_id) AS first_id, r.kind, r.title, r.masked_text,
  r.received_at, r.joined_by, r.joined_score, i.region, i.follows
FROM intake.reports r JOIN intake.incidents i ON i.incident_id = COALESCE(r.origin_id, r.incident_id)
WHERE r.report_id = $1 AND r.organisation_id = $2 AND i.organisation_id = $2
"""
# A text too short for a fingerprint leads without one, and is then the incident's earliest.
_LEADING = """
SELECT i.incident_id, i.title AS incident_title, i.region, i.opened_at, i.public_state AS state, i.merged_into,
  r.report_id, r.kind, r.title, r.masked_text, r.received_at
FROM intake.incidents i LEFT JOIN intake.fingerprints f USING (incident_id)
LEFT JOIN intake.reports r ON r.organisation_id = i.organisation_id AND r.report_id = COALESCE(f.report_id,
  (SELECT e.report_id FROM intake.reports e WHERE e.incident_id = i.incident_id ORDER BY e.report_id LIMIT 1))
WHERE i.incident_id = ANY($1::uuid[]) AND i.organisation_id = $2
"""
_ALIKE = """
SELECT incident_id, grams FROM intake.fingerprints
WHERE bands && $1::bigint[] AND organisation_id = $2 AND incident_id <> $3 ORDER BY incident_id DESC LIMIT 500
"""
_MOVES = """
WITH RECURSIVE been (incident_id) AS (
  SELECT unnest($3::uuid[])
  UNION
  SELECT w.id FROM been b
  JOIN intake.moves m ON (m.incident_id = b.incident_id OR m.other_id = b.incident_id) AND $1 = ANY(m.report_ids)
  CROSS JOIN LATERAL (VALUES (m.incident_id), (m.other_id)) w(id)
)
SELECT DISTINCT m.move_id, m.kind, m.incident_id, m.other_id, m.made_by, m.made_at, m.undoes, m.undone_by
FROM been b JOIN intake.moves m ON m.incident_id = b.incident_id OR m.other_id = b.incident_id
WHERE m.organisation_id = $2 AND $1 = ANY(m.report_ids) ORDER BY m.made_at, m.move_id
"""


async def load_report(tx: Transaction, organisation_id: str, report_id: UUID) -> Record | None:
    """A report with why it joined; `first_id` is the incident it came to at first, `region` that incident's."""
    return await tx.row(_REPORT, report_id, organisation_id)


async def load_leading(tx: Transaction, organisation_id: str, incidents: Sequence[UUID]) -> dict[UUID, Record]:
    """Incidents of the organisation, each with its leading report."""
    rows = await tx.fetch(_LEADING, list(incidents), organisation_id)
    return {row["incident_id"]: row for row in rows}


async def load_alike(tx: Transaction, organisation_id: str, bands: Sequence[int], without: UUID) -> dict[UUID, bytes]:
    """The grams of incidents that share a band, closed ones too; the newest 500."""
    rows = await tx.fetch(_ALIKE, list(bands), organisation_id, without) if bands else []
    return {row["incident_id"]: row["grams"] for row in rows}


async def load_moves(tx: Transaction, organisation_id: str, report_id: UUID, incidents: Sequence[UUID]) -> list[Record]:
    """The moves that took this report along, by which one of these incidents is reached; the earliest first."""
    return await tx.fetch(_MOVES, report_id, organisation_id, list(incidents))
