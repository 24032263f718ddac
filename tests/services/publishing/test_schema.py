"""The tables as declared are the tables as migrated, and every row belongs to an organisation."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from services.publishing.storage.tables import metadata
from tests.builders.databases import TestDatabase

MACHINERY = {
    "identity", "journal", "archived", "outbox", "stamps", "heads", "positions", "parked", "timers", "alembic_version",
}  # fmt: skip


def differences(connection: Connection) -> list[Any]:
    """What alembic would change."""

    def ours(_item: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        return kind != "table" or name not in MACHINERY

    def in_schema(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "schema" or name == "publishing"

    options = {"include_schemas": True, "include_name": in_schema, "include_object": ours, "compare_type": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


async def test_declared_and_migrated_are_the_same(database: TestDatabase) -> None:
    engine = create_async_engine(database.url().replace("postgresql://", "postgresql+asyncpg://", 1))
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


def test_every_table_has_its_organisation() -> None:
    assert all("organisation_id" in table.c for table in metadata.tables.values())
