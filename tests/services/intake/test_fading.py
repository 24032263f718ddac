"""Fingerprints go when nothing can join by them any more, and not before."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from services.intake.storage.fading import forget_faded
from shared.db import Database
from shared.ids import new_id
from tests.builders.databases import TestDatabase

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


async def _opened(connection: "asyncpg.Connection[asyncpg.Record]", organisation: str, age: timedelta) -> UUID:
    incident = new_id()
    await connection.execute(
        "INSERT INTO intake.fingerprints VALUES ($1, $2, $3, $4, $5)",
        incident,
        organisation,
        NOW - age,
        b"1234",
        [1, 2],
    )
    return incident


async def test_only_what_is_older_than_the_longest_window_is_forgotten(database: TestDatabase) -> None:
    connection = await asyncpg.connect(database.url())
    for organisation, days in (("anhui", 7), ("yichun", 30)):
        await connection.execute(
            "INSERT INTO intake.organisations (organisation_id, name, state, join_window) VALUES ($1, $1, 'active', $2)",
            organisation,
            timedelta(days=days),
        )
    await _opened(connection, "anhui", timedelta(days=32))
    old = await _opened(connection, "yichun", timedelta(days=30))
    young = await _opened(connection, "anhui", timedelta(hours=1))
    db = Database(database.url("intake"), name="intake")
    await db.open()
    async with db.transaction() as tx:
        await forget_faded(tx, NOW)
    await db.close()
    left = await connection.fetch("SELECT incident_id FROM intake.fingerprints")
    assert {row["incident_id"] for row in left} == {old, young}
    await connection.close()


async def test_nothing_is_forgotten_before_any_organisation_is_known(database: TestDatabase) -> None:
    connection = await asyncpg.connect(database.url())
    await _opened(connection, "anhui", timedelta(days=400))
    db = Database(database.url("intake"), name="intake")
    await db.open()
    async with db.transaction() as tx:
        await forget_faded(tx, NOW)
    await db.close()
    assert await connection.fetchval("SELECT count(*) FROM intake.fingerprints") == 1
    await connection.close()
