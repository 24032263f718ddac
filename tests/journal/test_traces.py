"""The journal's column for traces: a process of the version before works on while it comes, and a new one at once."""

import asyncio
from collections.abc import AsyncIterator
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
Connection = Any


@pytest.fixture
async def before(journal_url: str) -> AsyncIterator[str]:
    """A database whose schema `gamma` is as it was before traces."""
    connection = await asyncpg.connect(journal_url)
    await connection.execute("CREATE SCHEMA gamma")
    for script in journal_ddl("gamma"):
        await connection.execute(script)
    await connection.close()
    yield journal_url


async def expand(url: str) -> None:
    """What the migration does, in one transaction."""
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        for script in traces_ddl("gamma"):
            await connection.execute(script)
    await connection.close()


def event(subject: object) -> list[list[Any]]:
    return [[new_id()], [3], ["told.v1"], ["org"], [subject], [datetime.now(UTC)], ["{}"]]


async def test_what_an_old_process_has_prepared_goes_on_working_while_the_schema_grows(before: str) -> None:
    old = [await asyncpg.connect(before) for _ in range(4)]
    relay = await asyncpg.connect(before)
    grown = asyncio.Event()
    appended = stamped = 0

    async def say(connection: Connection) -> None:
        nonlocal appended
        further = 20
        while further := further - grown.is_set():
            await connection.execute(OLD, *event(new_id()))
            appended += 1

    async def number() -> None:
        nonlocal stamped
        while rows := await relay.fetch(STAMP, list(range(16)), 5) or not grown.is_set():
            stamped += len(rows) if isinstance(rows, list) else 0

    async def grow() -> None:
        while appended < 20:
            await asyncio.sleep(0)
        await expand(before)
        grown.set()

    await asyncio.gather(number(), grow(), *(say(each) for each in old))
    while rows := await relay.fetch(STAMP, list(range(16)), 500):
        stamped += len(rows)
    assert stamped == appended
    assert await relay.fetchval("SELECT count(*) FROM gamma.journal WHERE traceparent IS NULL") == appended
    for each in (*old, relay):
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
    verify(await connection.fetch("SELECT * FROM gamma.journal ORDER BY position"))
    await connection.close()
