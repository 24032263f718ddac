"""An expanding step of a schema, as a next version would bring it: by alembic, from a folder that is thrown away afterwards."""

import asyncio
import tempfile
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from shared.migrations import SCHEMAS
from shared.migrations.migrate import head
from tests.bench.product import ROOT

TABLES = {
    "intake": "incidents",
    "grading": "procedures",
    "tasks": "tasks",
    "publishing": "duties",
    "console": "assignments",
    "directory": "accounts",
}
"""By schema: the table that the next version wants wider. Each is read and written all the time."""
ATTEMPTS = 20
_STEP = """
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '500ms'")
    op.execute("ALTER TABLE {schema}.{table} ADD COLUMN {revision} text")
"""


async def expand(url: str, schema: str) -> str:
    """Widen a table under load; the new revision. `url` is a superuser's.

    A lock is waited for half a second at most, as whoever waits for it holds up everybody, and asked for again.
    """
    connection = await asyncpg.connect(url)
    try:
        before: str = await connection.fetchval(f"SELECT version_num FROM {schema}.alembic_version")
    finally:
        await connection.close()
    number = int(before.rpartition("_")[2]) + 1 if before.startswith("next_") else 1
    with tempfile.TemporaryDirectory() as folder:
        _write_steps(Path(folder), schema, number)
        for attempt in range(ATTEMPTS):
            try:
                await _upgrade(url, schema, folder)
            except DBAPIError:
                if attempt == ATTEMPTS - 1:
                    raise
                await asyncio.sleep(0.2)
            else:
                break
    return f"next_{schema}_{number}"


def _write_steps(folder: Path, schema: str, number: int) -> None:
    """All that this run has added so far, after the product's own."""
    before = head(schema)
    for step in range(1, number + 1):
        revision = f"next_{schema}_{step}"
        text = _STEP.format(revision=revision, before=before, schema=schema, table=TABLES[schema])
        (folder / f"{revision}.py").write_text(text, encoding="utf-8")
        before = revision


async def _upgrade(url: str, schema: str, folder: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "shared" / "migrations" / "environment"))
    config.set_main_option("version_locations", f"{ROOT / SCHEMAS[schema]}:{folder}")
    config.set_main_option("path_separator", "os")
    config.attributes["schema"] = schema
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_to_head, config)
    finally:
        await engine.dispose()


def _to_head(connection: Connection, config: Config) -> None:
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
