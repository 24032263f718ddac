"""What is in the archive: listing it, checking it, and putting an incident back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from deploy.archive.file import Chain, Content, read
from deploy.archive.rows import put_back
from deploy.archive.tables import PRODUCERS
from deploy.installation import OperatorError
from shared.journal.chain import BrokenChainError, verify

_LIST = """
SELECT subject, organisation_id, archived_at, file, digest, (
  SELECT coalesce(sum(a.events), 0) FROM ({all}) a WHERE a.subject = i.subject
)::int AS events FROM intake.archived i WHERE $1::uuid IS NULL OR subject = $1 ORDER BY archived_at, subject
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """An archived incident, as the database remembers it; `events` of all journals together."""

    subject: UUID
    organisation_id: str
    archived_at: datetime
    file: str
    digest: bytes
    events: int


class Archive:
    """The files in `folder`, by what the database knows of them."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]", folder: Path) -> None:
        self._connection = connection
        self._folder = folder

    async def entries(self, subject: UUID | None = None) -> list[Entry]:
        """Every archived incident, or this one alone."""
        journals = " UNION ALL ".join(f"SELECT subject, events FROM {schema}.archived" for schema in PRODUCERS)
        return [Entry(*row) for row in await self._connection.fetch(_LIST.format(all=journals), subject)]

    async def content(self, subject: UUID) -> Content:
        """An incident's file. Raises OperatorError where it is not archived, or the file is not what it was."""
        found = await self.entries(subject)
        if not found:
            raise OperatorError(f"{subject} is not archived")
        return read(self._folder / found[0].file, found[0].digest)

    async def check(self, entry: Entry) -> str | None:
        """What is wrong with an archived incident, None where all is as it was: file, rows and every chain."""
        try:
            content = read(self._folder / entry.file, entry.digest)
        except OperatorError as error:
            return str(error)
        for schema in PRODUCERS:
            kept = await self._connection.fetchrow(
                f"SELECT events, head FROM {schema}.archived WHERE subject = $1", entry.subject
            )
            if kept is None:
                return f"{schema} does not know that it is archived"
            try:
                chain = chain_of(content, schema)
            except BrokenChainError as error:
                return f"{schema}: {error}"
            if chain != Chain(kept["events"], kept["head"].hex()) or chain != content.manifest.chains[schema]:
                return f"{schema}: the chain in the file is not the one that was archived"
        return None

    async def restore(self, subject: UUID) -> Content:
        """Put every row back, in one transaction; the file stays. Raises OperatorError and changes nothing."""
        content = await self.content(subject)
        async with self._connection.transaction():
            await self._connection.execute("SET LOCAL timezone = 'UTC'")
            await self._connection.execute("DELETE FROM intake.archived_reports WHERE incident_id = $1", subject)
            for schema in PRODUCERS:
                await self._connection.execute(f"DELETE FROM {schema}.archived WHERE subject = $1", subject)
            await put_back(self._connection, content.rows)
            await self._require_survivor(subject)
        return content

    async def _require_survivor(self, subject: UUID) -> None:
        """What was merged stands in its survivor: newcomers that are found by it must find that."""
        away = await self._connection.fetchval(
            "SELECT i.merged_into FROM intake.incidents i WHERE i.incident_id = $1 "
            "AND NOT EXISTS (SELECT 1 FROM intake.incidents s WHERE s.incident_id = i.merged_into)",
            subject,
        )
        if away is not None:
            raise OperatorError(f"{subject} had been merged into {away}, which is archived too: restore that one first")


def journal_of(content: Content, schema: str) -> list[dict[str, Any]]:
    """The journal rows of one schema, in their order."""
    rows: list[dict[str, Any]] = [orjson.loads(row) for row in content.rows.get(f"{schema}.journal", ())]
    return sorted(rows, key=_position)


def _position(row: Mapping[str, Any]) -> int:
    return int(row["position"])


def chain_of(content: Content, schema: str) -> Chain:
    """Follow a chain through the rows of the file. Raises BrokenChainError."""
    rows = [
        row | {"event_id": UUID(row["event_id"]), "hash": bytes.fromhex(row["hash"].removeprefix("\\x"))}
        for row in journal_of(content, schema)
    ]
    return Chain(verify(rows), rows[-1]["hash"].hex() if rows else "")
