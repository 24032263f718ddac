"""A schema is widened while a process with prepared statements works on it: at most one transaction is tried again."""

import asyncpg
import pytest

from shared.db import TRANSIENT, Database
from tests.builders.databases import TestDatabase
from tests.chaos.expand import TABLES, expand

READ = "SELECT * FROM grading.procedures ORDER BY incident_id"


@pytest.mark.parametrize("schema", TABLES)
async def test_every_schema_can_be_widened_twice(database: TestDatabase, schema: str) -> None:
    assert [await expand(database.url(), schema) for _ in range(2)] == [f"next_{schema}_1", f"next_{schema}_2"]


async def test_a_statement_prepared_before_is_transient_once_and_then_works(database: TestDatabase) -> None:
    db = Database(database.url("grading"), name="before", size=2)
    await db.open()
    try:
        async with db.transaction() as tx:
            assert await tx.fetch(READ) == []
        await expand(database.url(), "grading")
        with pytest.raises(TRANSIENT) as raised:
            async with db.transaction() as tx:
                await tx.fetch(READ)
        assert raised.type is asyncpg.InvalidCachedStatementError
        async with db.transaction() as tx:
            assert await tx.fetch(READ) == []
    finally:
        await db.close()
