"""Each schema comes to be from nothing, alone; a second run does nothing; tables in code are tables in the database."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local.passwords import passwords
from deploy.local.postgres import Postgres
from services.console.directory.storage.tables import metadata as directory
from services.console.storage.tables import metadata as console
from services.intake.storage.key_tables import METADATA as INTAKE_KEYS
from services.publishing.storage.tables import metadata as publishing
from services.tasks.storage.tables import metadata as tasks
from shared.migrations import ROLES, SCHEMAS, migrate, migrate_all, provision
from shared.migrations.migrate import head
from tests.builders.databases import TestDatabase

MACHINERY = {"outbox", "stamps", "heads", "identity", "positions", "timers", "alembic_version"}
SHARED = {"intake": {"idempotency"}, "grading": {"rulebooks", "calendar_changes", "calendar_days"}}
"""Keyed by a portal's or vendor's client, which belongs to its organisations; regulations and the calendar, which belong to all."""
LEDGER = ("journal", "outbox", "stamps", "heads", "identity", "archived")


@pytest.fixture
async def empty(postgres: Postgres, template: str) -> AsyncIterator[str]:
    """The owner's URL of a database with nothing in it; `template` makes the roles first, for two must not at once."""
    name = f"empty_{template[-4:]}_{uuid4().hex[:8]}"
    secrets = passwords(postgres.home / "secrets")
    await provision(postgres.admin_url, name, {role: secrets[role] for role in ROLES.values()})
    yield postgres.url(name)
    postgres.drop_database(name)


async def tables(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    await connection.close()
    return {row[0] for row in rows}


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_a_schema_comes_from_nothing_and_the_second_run_does_nothing(empty: str, schema: str) -> None:
    assert await migrate(empty, schema) is True
    made = await tables(empty)
    assert {name.partition(".")[0] for name in made} == {schema}
    connection = await asyncpg.connect(empty)
    assert await connection.fetchval(f"SELECT version_num FROM {schema}.alembic_version") == head(schema)
    await connection.execute(f"UPDATE {schema}.alembic_version SET version_num = version_num")
    before = await connection.fetchval(f"SELECT xmin::text FROM {schema}.alembic_version")
    assert await migrate(empty, schema) is False
    assert await connection.fetchval(f"SELECT xmin::text FROM {schema}.alembic_version") == before
    await connection.close()
    assert await tables(empty) == made


async def test_all_at_once_and_then_nothing(empty: str) -> None:
    assert await migrate_all(empty) == list(SCHEMAS)
    assert await migrate_all(empty) == []


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_a_role_sees_its_own_schema_alone_and_cannot_change_the_ledger(
    database: TestDatabase, schema: str
) -> None:
    connection = await asyncpg.connect(database.url(schema))
    for other in SCHEMAS:
        seen = await connection.fetchval("SELECT has_schema_privilege($1, 'USAGE')", other)
        assert seen is (other == schema), f"{schema} and {other}"
    for table in LEDGER:
        if await connection.fetchval("SELECT to_regclass($1)", f"{schema}.{table}"):
            for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
                held = await connection.fetchval("SELECT has_table_privilege($1, $2)", f"{schema}.{table}", right)
                assert held is False, f"{right} on {schema}.{table}"
    assert await connection.fetchval("SELECT has_schema_privilege($1, 'CREATE')", schema) is False
    await connection.close()


@pytest.mark.parametrize(
    ("schema", "metadata"),
    [
        ("intake", INTAKE_KEYS),
        ("tasks", tasks),
        ("publishing", publishing),
        ("console", console),
        ("directory", directory),
    ],
)
async def test_tables_in_code_are_tables_in_the_database(
    database: TestDatabase, schema: str, metadata: MetaData
) -> None:
    known = {table.name for table in metadata.sorted_tables}

    def ours(name: str | None, kind: str, _parents: object) -> bool:
        return name == schema if kind == "schema" else kind != "table" or name in known

    def compare(connection: Connection) -> list[Any]:
        options = {"include_schemas": True, "include_name": ours, "compare_type": True}
        # PostgreSQL writes a computed column's expression in its own words, which alembic takes for another.
        options["compare_server_default"] = schema != "console"
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    engine = create_async_engine(database.url().replace("postgresql://", "postgresql+asyncpg://", 1))
    async with engine.connect() as connection:
        assert await connection.run_sync(compare) == []
    await engine.dispose()


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_every_table_of_a_service_says_whose_its_rows_are(database: TestDatabase, schema: str) -> None:
    """What belongs to an incident or a person carries its organisation; the machinery of bus and clocks need not."""
    connection = await asyncpg.connect(database.url())
    rows = await connection.fetch(
        "SELECT t.tablename FROM pg_tables t WHERE t.schemaname = $1 AND NOT EXISTS (SELECT 1 FROM information_schema.columns c"
        " WHERE c.table_schema = $1 AND c.table_name = t.tablename AND c.column_name = 'organisation_id')",
        schema,
    )
    await connection.close()
    assert {row["tablename"] for row in rows} - MACHINERY == SHARED.get(schema, set())
