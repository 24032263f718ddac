"""Alembic, one history a schema, run from code; nothing is done where the head is already there."""

from functools import cache
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from shared.db import Transaction
from shared.migrations.provision import grant

_ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = {
    "intake": "services/intake/storage/migrations/versions",
    "grading": "services/grading/storage/migrations/versions",
    "tasks": "services/tasks/storage/migrations/versions",
    "publishing": "services/publishing/storage/migrations/versions",
    "console": "services/console/storage/migrations/versions",
    "directory": "services/console/directory/migrations/versions",
}
"""By schema: where its migrations stand."""


def _config(schema: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "environment"))
    config.set_main_option("version_locations", str(_ROOT / SCHEMAS[schema]))
    config.set_main_option("path_separator", "os")
    config.attributes["schema"] = schema
    return config


@cache
def head(schema: str) -> str | None:
    """The head that the code of this schema is written for."""
    return ScriptDirectory.from_config(_config(schema)).get_current_head()


@cache
def revisions(schema: str) -> frozenset[str]:
    """The revisions that the code of this schema knows."""
    return frozenset(each.revision for each in ScriptDirectory.from_config(_config(schema)).walk_revisions())


def serves(schema: str, present: str | None) -> bool:
    """Whether this code can work on a schema that has reached `present`: its own head, or a later one that it does not know.

    Schemas are expanded before they are contracted, so that the code before a step works beside it.
    """
    return present is not None and (present == head(schema) or present not in revisions(schema))


async def present_head(tx: Transaction, schema: str) -> str | None:
    """The head that the schema has reached, as its own role sees it."""
    present: str | None = await tx.value(f"SELECT version_num FROM {schema}.alembic_version")
    return present


async def migrate(url: str, schema: str) -> bool:
    """Bring one schema to its head; answers whether anything was done. `url` is an owner's (`postgresql://…`).

    One that newer code has brought further is left as it is.
    """
    config = _config(schema)
    connection = await asyncpg.connect(url)
    try:
        if serves(schema, await _present(connection, schema)):
            return False
        await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        await _upgrade(url, config)
        await grant(connection, schema)
        return True
    finally:
        await connection.close()


async def _present(connection: "asyncpg.Connection[asyncpg.Record]", schema: str) -> str | None:
    if not await connection.fetchval("SELECT to_regclass($1)", f"{schema}.alembic_version"):
        return None
    present: str | None = await connection.fetchval(f"SELECT version_num FROM {schema}.alembic_version")
    return present


async def _upgrade(url: str, config: Config) -> None:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_to_head, config)
    finally:
        await engine.dispose()


def _to_head(connection: Connection, config: Config) -> None:
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def migrate_all(url: str) -> list[str]:
    """Bring every schema to its head; answers the schemas that had something to do."""
    return [schema for schema in SCHEMAS if await migrate(url, schema)]
