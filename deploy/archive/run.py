"""Archiving: one transaction an incident. The file is on the disk before anything is deleted, so that a crash between leaves both."""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

import asyncpg

from deploy.archive.file import Chain, Manifest, body_of, write
from deploy.archive.rows import columns, delete, take
from deploy.archive.stillness import Mark, Rule, hold, refusal
from deploy.archive.tables import PRODUCERS, ROWS
from shared.journal.chain import BrokenChainError, verify

_PAGE = 500
_CANDIDATES = """
SELECT p.incident_id FROM grading.procedures p WHERE p.phase = 'closed' AND ($1::uuid IS NULL OR p.incident_id > $1)
AND NOT EXISTS (SELECT 1 FROM grading.journal j WHERE j.subject = p.incident_id AND j.time >= $2)
ORDER BY p.incident_id LIMIT $3
"""
# What was merged into another goes before it, the innermost first: nothing may stand in an incident that is not there.
_ABSORBED = """
WITH RECURSIVE absorbed AS (
  SELECT i.incident_id, 1 AS depth FROM intake.incidents i JOIN grading.procedures p ON p.incident_id = i.merged_into
  WHERE p.phase = 'closed' AND NOT EXISTS (SELECT 1 FROM grading.journal j WHERE j.subject = p.incident_id AND j.time >= $1)
  UNION ALL
  SELECT i.incident_id, a.depth + 1 FROM absorbed a JOIN intake.incidents i ON i.merged_into = a.incident_id WHERE a.depth < 25
)
SELECT a.incident_id FROM absorbed a
WHERE NOT EXISTS (SELECT 1 FROM grading.journal j WHERE j.subject = a.incident_id AND j.time >= $1)
ORDER BY a.depth DESC, a.incident_id
"""
_REMEMBER = "INSERT INTO {s}.archived VALUES ($1, $2, $3, $4, $5, $6, $7)"
_RECEIPTS = """
INSERT INTO intake.archived_reports (report_id, incident_id, organisation_id, received_at, receipt_hash, key_id)
SELECT report_id, incident_id, organisation_id, received_at, receipt_hash, key_id FROM intake.reports WHERE incident_id = $1
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one incident: its file, how many rows are in it, or why it stays."""

    incident: UUID
    rows: int = 0
    refused: str | None = None


@dataclass(slots=True)
class Archivist:
    """Archives into `folder`. `now` is written into the manifests; with `dry` nothing is written at all."""

    connection: "asyncpg.Connection[asyncpg.Record]"
    folder: Path
    now: datetime
    dry: bool = False
    _known: Mapping[str, Sequence[str]] = field(default_factory=dict)

    async def candidates(self, before: datetime, limit: int | None) -> AsyncIterator[UUID]:
        """Closed incidents of which grading has said nothing since `before`, oldest first; before them what was merged into them."""
        absorbed = [row["incident_id"] for row in await self.connection.fetch(_ABSORBED, before)]
        for incident in absorbed[:limit]:
            yield incident
        last: UUID | None = None
        left = None if limit is None else limit - len(absorbed[:limit])
        while left is None or left > 0:
            page = await self.connection.fetch(_CANDIDATES, last, before, _PAGE)
            for row in page[:left]:
                last = row["incident_id"]
                yield row["incident_id"]
            if len(page) < _PAGE:
                return
            left = None if left is None else left - len(page)

    async def count(self, before: datetime) -> int:
        """How many of them there are."""
        whole = _CANDIDATES.replace("ORDER BY p.incident_id LIMIT $3", "")
        closed = await self.connection.fetchval(f"SELECT count(*) FROM ({whole}) c", None, before)
        return int(closed) + len(await self.connection.fetch(_ABSORBED, before))

    async def one(self, incident: UUID, rule: Rule, start: Mark) -> Outcome:
        """Archive one incident, wholly or not at all."""
        try:
            async with self.connection.transaction():
                await self.connection.execute("SET LOCAL lock_timeout = '2s'; SET LOCAL timezone = 'UTC'")
                await hold(self.connection, incident)
                why = await refusal(self.connection, incident, rule, start)
                return Outcome(incident, refused=why) if why else await self._move(incident)
        except asyncpg.LockNotAvailableError:
            return Outcome(incident, refused="somebody is working on it just now")
        except BrokenChainError as error:
            return Outcome(incident, refused=f"its hash chain is broken: {error}")

    async def _move(self, incident: UUID) -> Outcome:
        self._known = self._known or await columns(self.connection)
        rows = await take(self.connection, incident, self._known)
        count = sum(map(len, rows.values()))
        chains = {schema: await self._chain(schema, incident) for schema in PRODUCERS}
        if self.dry:
            return Outcome(incident, count)
        manifest, body = await self._manifest(incident, rows, chains)
        place = Path(manifest.last_event_at[:7].replace("-", "/")) / f"{incident}.jsonl.gz"
        digest = write(self.folder / place, manifest, body)
        await self.connection.execute(_RECEIPTS, incident)
        await delete(self.connection, incident)
        for schema, chain in chains.items():
            await self.connection.execute(
                _REMEMBER.format(s=schema),
                incident,
                manifest.organisation_id,
                self.now,
                chain.events,
                bytes.fromhex(chain.head),
                str(place),
                digest,
            )
        return Outcome(incident, count)

    async def _chain(self, schema: str, incident: UUID) -> Chain:
        found = await self.connection.fetch(
            f"SELECT subject, position, event_id, type, data, hash FROM {schema}.journal WHERE subject = $1 ORDER BY position",
            incident,
        )
        return Chain(verify([dict(row) for row in found]), found[-1]["hash"].hex() if found else "")

    async def _manifest(
        self, incident: UUID, rows: Mapping[str, Sequence[str]], chains: Mapping[str, Chain]
    ) -> tuple[Manifest, bytes]:
        organisation = await self.connection.fetchval(
            "SELECT organisation_id FROM grading.procedures WHERE incident_id = $1", incident
        )
        journals = " UNION ALL ".join(f"SELECT time FROM {schema}.journal WHERE subject = $1" for schema in PRODUCERS)
        last = await self.connection.fetchval(f"SELECT max(time) FROM ({journals}) t", incident)
        body = body_of(rows)
        manifest = Manifest(
            incident_id=str(incident),
            organisation_id=organisation,
            archived_at=self.now.isoformat(),
            last_event_at=last.isoformat(),
            rows={table: len(found) for table, found in rows.items()},
            chains=chains,
            revisions={
                schema: await self.connection.fetchval(f"SELECT version_num FROM {schema}.alembic_version")
                for schema in ROWS
            },
            body_sha256=hashlib.sha256(body).hexdigest(),
        )
        return manifest, body
