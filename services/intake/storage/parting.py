"""Opening an incident for reports that leave another, and keeping the marks of reports with the incident they stand in."""

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from services.intake.domain.membership import LONGEST_CHAIN, Standing
from services.intake.domain.parting import KeptReport, marks
from shared.contracts.intake import IncidentReported, Spread
from shared.db import Transaction

_REPORT = (
    "SELECT report_id, kind, source, external_id, url, platform, author_type, title, masked_text, occurred_at, received_at, "
    "reads, comments, reposts, likes, origin_id FROM intake.reports"
)
_OPEN = """
INSERT INTO intake.incidents (incident_id, organisation_id, title, region, topic, opened_at, occurred_at, reports, reads, comments,
  reposts, likes, kinds, platforms, author_types, words, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, 0, 0, '{}', '{}', '{}', '{}', 0)
"""
_FAMILY = """
WITH RECURSIVE family AS (
  SELECT $1::uuid AS incident_id, 1 AS height
  UNION ALL SELECT i.incident_id, f.height + 1 FROM family f JOIN intake.incidents i ON i.merged_into = f.incident_id
  WHERE f.height <= $2
)
SELECT incident_id FROM family
"""
_KEYS_GO = """
UPDATE intake.join_keys SET incident_id = $2 WHERE key = ANY($1::bytea[]) AND incident_id = ANY($3::uuid[])
"""
# A leading report that stands elsewhere by now leads nobody here.
_FORGET = """
DELETE FROM intake.fingerprints f USING intake.reports r
WHERE f.incident_id = ANY($1::uuid[]) AND r.report_id = f.report_id AND NOT (r.incident_id = ANY($1::uuid[]))
"""
_LEAD = """
INSERT INTO intake.fingerprints (incident_id, organisation_id, opened_at, grams, bands, report_id)
SELECT $1, $2, i.opened_at, $3, $4, $5 FROM intake.incidents i WHERE i.incident_id = $1
ON CONFLICT (incident_id) DO UPDATE SET grams = excluded.grams, bands = excluded.bands, report_id = excluded.report_id
"""
_UNREAD = """
INSERT INTO intake.unread (incident_id, organisation_id) VALUES ($1, $2) ON CONFLICT (incident_id) DO UPDATE SET kept = false
"""


async def leading(tx: Transaction, incident_id: UUID) -> tuple[KeptReport, UUID | None]:
    """The report of an incident that came first, and the incident that it once opened or joined, if that was another."""
    row = await tx.row(f"{_REPORT} WHERE incident_id = $1 ORDER BY received_at, report_id LIMIT 1", incident_id)
    assert row is not None
    return _report(row), row["origin_id"]


async def first_of(tx: Transaction, incident_id: UUID, reports: Sequence[UUID]) -> tuple[KeptReport, UUID | None]:
    """The same of some reports of an incident."""
    row = await tx.row(
        f"{_REPORT} WHERE incident_id = $1 AND report_id = ANY($2::uuid[]) ORDER BY received_at, report_id LIMIT 1",
        incident_id,
        list(reports),
    )
    assert row is not None
    return _report(row), row["origin_id"]


async def said_of(tx: Transaction, incidents: Sequence[UUID], report_id: UUID) -> IncidentReported | None:
    """What was said when this report opened one of these incidents; None where it joined."""
    rows = await tx.fetch(
        "SELECT data FROM intake.journal WHERE subject = ANY($1::uuid[]) AND type = $2",
        incidents,
        IncidentReported.TYPE,
    )
    said = [IncidentReported.model_validate_json(row["data"]) for row in rows]
    return next((each for each in said if each.report_id == report_id), None)


async def open_incident(tx: Transaction, incident_id: UUID, organisation_id: str, said: IncidentReported) -> Standing:
    """An incident without reports yet, at version 0; it is known since its leading report was discovered."""
    known = (said.title, said.region, said.topic, said.discovered_at, said.occurred_at)
    await tx.execute(_OPEN, incident_id, organisation_id, *known)
    return Standing(incident_id, organisation_id, said.title, said.region, said.topic, "received", None, 0, ())


async def marks_follow(tx: Transaction, origin: Standing, other: UUID, reports: Sequence[UUID]) -> None:
    """The keys of `reports`, which have just left `origin`, lead to `other`, but for those that a report left behind shares."""
    if not reports:
        return
    org = origin.organisation_id
    rows = await tx.fetch(f"{_REPORT} WHERE report_id = ANY($1::uuid[])", list(reports))
    gone = [_report(row) for row in rows]
    behind = await _like(tx, origin.incident_id, gone)
    keys = {key for report in gone for key in marks(org, report).keys.all()}
    keys -= {key for report in behind for key in marks(org, report).keys.all()}
    await tx.execute(_KEYS_GO, sorted(keys), other, await _family(tx, origin.incident_id))


async def lead_anew(tx: Transaction, organisation_id: str, origin: UUID, other: UUID) -> None:
    """Fingerprints are of reports that stand there: `origin`, what stands in it, and `other` lose and gain theirs accordingly."""
    family, others = await _family(tx, origin), await _family(tx, other)
    await tx.execute(_FORGET, family)
    await tx.execute(_FORGET, others)
    for incident_id in (origin, other):
        if await tx.value("SELECT 1 FROM intake.fingerprints WHERE incident_id = $1", incident_id) is None:
            await _lead(tx, organisation_id, incident_id)


async def _lead(tx: Transaction, organisation_id: str, incident_id: UUID) -> None:
    report, _ = await leading(tx, incident_id)
    found = marks(organisation_id, report)
    if found.bands:
        await tx.execute(_LEAD, incident_id, organisation_id, found.grams, list(found.bands), report.report_id)
    if len(found.grams) > 0:
        await tx.execute(_UNREAD, incident_id, organisation_id)


async def _like(tx: Transaction, origin: UUID, gone: Sequence[KeptReport]) -> list[KeptReport]:
    """Reports left behind that share an address or their very words with one that left."""
    urls = sorted({report.url for report in gone if report.url})
    texts = sorted({report.masked_text for report in gone})
    rows = await tx.fetch(
        f"{_REPORT} WHERE incident_id = $1 AND (url = ANY($2::text[]) OR masked_text = ANY($3::text[]))",
        origin,
        urls,
        texts,
    )
    return [_report(row) for row in rows]


async def _family(tx: Transaction, incident_id: UUID) -> list[UUID]:
    return [row["incident_id"] for row in await tx.fetch(_FAMILY, incident_id, LONGEST_CHAIN)]


def _report(row: Record) -> KeptReport:
    return KeptReport(
        report_id=row["report_id"],
        kind=row["kind"],
        source=row["source"],
        external_id=row["external_id"],
        url=row["url"],
        platform=row["platform"],
        author_type=row["author_type"],
        title=row["title"],
        masked_text=row["masked_text"],
        occurred_at=row["occurred_at"],
        received_at=row["received_at"],
        spread=Spread(reads=row["reads"], comments=row["comments"], reposts=row["reposts"], likes=row["likes"]),
    )
