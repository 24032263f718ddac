"""The console's read model thrown away and built anew from the journals: it must come out as it was."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from tests.bench.stillness import Connection, rest, schemas_with
from tests.chaos.findings import Finding, some

SCHEMA = "console"
NOT_OF_IT = ("positions", "parked", "alembic_version")
ATTEMPTS = 20

Rows = Mapping[str, Mapping[str, str]]
"""By table, by the first column: the row as text."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The read model at an instant, whose incident each row is of, and how far each journal was."""

    rows: Rows
    subjects: Mapping[str, str]
    journals: Mapping[str, int]


async def check_projection(
    connection: Connection, *, within: float, watch: Callable[[dict[str, int]], None]
) -> list[Finding]:
    """Throw away, wait for rest, compare. Incidents that went on meanwhile (clocks do) are left out.

    Raises `RestlessError` where the console has not caught up `within` seconds.
    """
    before = await picture(connection)
    await _forget(connection)
    await rest(connection, within=within, watch=watch)
    after = await picture(connection)
    moved = await _moved(connection, before.journals)
    return differences(before, after, moved)


def differences(before: Picture, after: Picture, moved: set[str]) -> list[Finding]:
    """What is not the same in both, but for rows of incidents in `moved`."""
    found = []
    for table, rows in before.rows.items():
        rebuilt = after.rows[table]
        keys = {
            key
            for key in rows.keys() | rebuilt.keys()
            if rows.get(key) != rebuilt.get(key)
            and not {before.subjects.get(key, key), after.subjects.get(key, key)} & moved
        }
        found += some(
            "broken",
            f"{SCHEMA}.{table} (not equal to a rebuild)",
            [f"{rows.get(key)} rebuilt {rebuilt.get(key)}" for key in sorted(keys)],
        )
    return found


async def picture(connection: Connection) -> Picture:
    """As it is now, in one instant."""
    tables = await _tables(connection)
    rows: dict[str, dict[str, str]] = {}
    subjects: dict[str, str] = {}
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        for table in tables:
            found = await connection.fetch(f"SELECT t.*, t::text AS row_text FROM {SCHEMA}.{table} t")
            rows[table] = {str(row[0]): row["row_text"] for row in found}
            subjects |= {str(row[0]): str(dict(row).get("incident_id", row[0])) for row in found}
        journals = {
            producer: await connection.fetchval(f"SELECT coalesce(max(id), 0) FROM {producer}.journal")
            for producer in await schemas_with(connection, "heads")
        }
    return Picture(rows, subjects, journals)


async def _tables(connection: Connection) -> Sequence[str]:
    rows = await connection.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = $1 AND tablename <> ALL($2::text[]) ORDER BY 1",
        SCHEMA,
        list(NOT_OF_IT),
    )
    return [row["tablename"] for row in rows]


async def _forget(connection: Connection) -> None:
    tables = ", ".join(f"{SCHEMA}.{table}" for table in await _tables(connection))
    for attempt in range(ATTEMPTS):
        try:
            async with connection.transaction():
                await connection.execute("SET LOCAL lock_timeout = '1s'")
                await connection.execute(f"LOCK TABLE {SCHEMA}.positions IN EXCLUSIVE MODE")
                await connection.execute(f"TRUNCATE {tables}; UPDATE {SCHEMA}.positions SET position = 0")
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            if attempt == ATTEMPTS - 1:
                raise
            await asyncio.sleep(0.2)
        else:
            return


async def _moved(connection: Connection, journals: Mapping[str, int]) -> set[str]:
    """The subjects that any journal has said something of since."""
    moved: set[Any] = set()
    for producer, last in journals.items():
        rows = await connection.fetch(f"SELECT DISTINCT subject FROM {producer}.journal WHERE id > $1", last)
        moved |= {row["subject"] for row in rows}
    return {str(UUID(str(each))) for each in moved}
