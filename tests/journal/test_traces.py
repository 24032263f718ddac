"""The journal's column for traces: a process of the version before works on while it comes, and a new one at once."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from shared.ids import new_id
from shared.journal.chain import verify
from shared.journal.schema import journal_ddl, traces_ddl

OLD = "SELECT gamma.journal_append($1, $2, $3, $4, $5, $6, $7)"
NEW = "SELECT gamma.journal_append($1, $2, $3, $4, $5, $6, $7, $8)"
STAMP = "SELECT * FROM gamma.journal_stamp($1, $2)"
TRACE = "00-" + "ab" * 16 + "-" + "cd" * 8 + "-01"
WRITERS = 4
Connection = Any


@pytest.fixture
async def before(journal_url: str) -> str:
    """A database whose schema `gamma` is as it was before traces."""
    connection = await asyncpg.connect(journal_url)
    await connection.execute("CREATE SCHEMA gamma")
    for script in journal_ddl("gamma"):
        await connection.execute(script)
    await connection.close()
    return journal_url


async def expand(url: str) -> None:
    """What the migration does, in one transaction."""
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        for script in traces_ddl("gamma"):
            await connection.execute(script)
    await connection.close()


def event(subject: object) -> list[list[Any]]:
    return [[new_id()], [3], ["told.v1"], ["org"], [subject], [datetime.now(UTC)], ["{}"]]


class OldProcess:
    """Appends and stamps with statements prepared before the schema grew, until twenty times after."""

    def __init__(self) -> None:
        self.appended = self.stamped = self.at_end = 0
        self.grown = asyncio.Event()
        self.at_work = asyncio.Event()

    async def append(self, connection: Connection) -> None:
        further = 20
        while further := further - self.grown.is_set():
            await connection.execute(OLD, *event(new_id()))
            self.appended += 1
            self.at_work.set()
        self.at_end += 1

    async def relay(self, connection: Connection) -> None:
        while self.at_end < WRITERS or self.stamped < self.appended:
            self.stamped += len(await connection.fetch(STAMP, list(range(16)), 5))

    async def grow(self, url: str) -> None:
        await self.at_work.wait()
        await expand(url)
        self.grown.set()


async def test_what_an_old_process_has_prepared_goes_on_working_while_the_schema_grows(before: str) -> None:
    old, connections = OldProcess(), [await asyncpg.connect(before) for _ in range(1 + WRITERS)]
    appending = [old.append(each) for each in connections[1:]]
    await asyncio.gather(old.relay(connections[0]), old.grow(before), *appending)
    kept = await connections[0].fetchval("SELECT count(*) FROM gamma.journal WHERE traceparent IS NULL")
    assert old.stamped == old.appended == kept
    for each in connections:
        await each.close()


async def test_a_new_process_keeps_the_trace_beside_the_event_and_outside_its_hash(before: str) -> None:
    connection = await asyncpg.connect(before)
    subject = new_id()
    await connection.execute(OLD, *event(subject))
    await expand(before)
    await connection.execute(NEW, *event(subject), [TRACE])
    await connection.execute(OLD, *event(subject))
    rows = await connection.fetch(STAMP, list(range(16)), 500)
    assert [row["traceparent"] for row in rows] == [None, TRACE, None]
    assert verify([dict(row) for row in await connection.fetch("SELECT * FROM gamma.journal ORDER BY position")]) == 3
    await connection.close()
