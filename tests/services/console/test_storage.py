"""The tables in code and the migrated database are the same."""

from collections.abc import Mapping

import pytest
from sqlalchemy import MetaData
from sqlalchemy.dialects.postgresql import asyncpg

from services.console.directory.storage.tables import metadata as directory
from services.console.storage.tables import metadata as console
from tests.services.console.world import World

_NAMES = {"TIMESTAMP WITH TIME ZONE": "timestamp with time zone", "TEXT[]": "ARRAY"}


def _in_code(metadata: MetaData) -> Mapping[str, tuple[str, bool]]:
    dialect = asyncpg.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves its dialects untyped
    found = {}
    for table in metadata.tables.values():
        for column in table.columns:
            kind = column.type.compile(dialect)
            found[f"{table.name}.{column.name}"] = _NAMES.get(kind, kind.lower()), bool(column.nullable)
    return found


@pytest.mark.parametrize(("schema", "metadata"), [("console", console), ("directory", directory)])
async def test_tables_match_the_migrations(world: World, schema: str, metadata: MetaData) -> None:
    database = world.db if schema == "console" else world.ledger
    query = (
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = $1"
    )
    async with database.transaction() as tx:
        rows = await tx.fetch(query, schema)
        indexes = {
            row["indexname"] for row in await tx.fetch("SELECT indexname FROM pg_indexes WHERE schemaname = $1", schema)
        }
    tables = {table.name for table in metadata.tables.values()}
    migrated = {
        f"{row['table_name']}.{row['column_name']}": (row["data_type"], row["is_nullable"] == "YES")
        for row in rows
        if row["table_name"] in tables
    }
    assert migrated == _in_code(metadata)
    assert {index.name for table in metadata.tables.values() for index in table.indexes} <= indexes


async def test_each_role_sees_only_its_schema(world: World) -> None:
    for database, foreign in ((world.db, "directory"), (world.ledger, "console")):
        async with database.transaction() as tx:
            visible = await tx.value("SELECT has_schema_privilege(current_user, $1, 'USAGE')", foreign)
        assert visible is False
