"""The tables that the code knows are the tables that the migrations make."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from services.tasks.storage.tables import metadata
from tests.builders.databases import TestDatabase


async def test_tables_match_the_migrated_schema(database: TestDatabase) -> None:
    known = {table.name for table in metadata.sorted_tables}

    def compare(connection: Connection) -> list[object]:
        def ours(name: str | None, kind: str, parents: object) -> bool:
            if kind == "schema":
                return name == "tasks"
            return kind != "table" or name in known

        context = MigrationContext.configure(
            connection, opts={"include_schemas": True, "include_name": ours, "compare_type": True}
        )
        return list(compare_metadata(context, metadata))

    engine = create_async_engine(database.url().replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.connect() as connection:
            assert await connection.run_sync(compare) == []
    finally:
        await engine.dispose()
