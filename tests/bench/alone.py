"""The database of a stopped product by itself, set up to take in much at once."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from unittest import mock

import asyncpg

from deploy.local.postgres import SETTINGS, Postgres
from tests.bench.product import Product
from tests.bench.stillness import Connection

FAST = {
    "max_wal_size": "8GB",
    "maintenance_work_mem": "1GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}
"""For the time of seeding only, and without fsync; what is measured runs under the product's own settings."""
_CONSTRAINTS = """
SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
WHERE conrelid = $1::text::regclass AND contype IN ('p', 'u')
"""
_INDEXES = """
SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = $1::text::regclass AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid)
"""


@asynccontextmanager
async def alone(product: Product) -> AsyncIterator[Callable[[], Awaitable[Connection]]]:
    """Start the database of a product that is not running, for the time of a block; gives what connects to it as superuser."""
    home, lines = product.var / "postgres", list[Connection]()
    with mock.patch.dict(SETTINGS, FAST):
        postgres = Postgres(home, secrets=product.var / "secrets", log=product.var / "log" / "seed.log", durable=False)
        postgres.start()

        async def connect() -> Connection:
            lines.append(await asyncpg.connect(postgres.admin_url, command_timeout=3600))
            return lines[-1]

        try:
            yield connect
        finally:
            for line in lines:
                await line.close()
            postgres.stop(patience=120.0)


@asynccontextmanager
async def without_indexes(
    connection: Connection, tables: Sequence[str], say: Callable[[str], None]
) -> AsyncIterator[None]:
    """Drop the indexes and keys of these tables, and build them anew after the block: a tenth of the cost of keeping them."""
    again: list[str] = []
    for table in tables:
        for row in await connection.fetch(_CONSTRAINTS, table):
            await connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{row["name"]}"')
            again.append(f'ALTER TABLE {table} ADD CONSTRAINT "{row["name"]}" {row["definition"]}')
        for row in await connection.fetch(_INDEXES, table):
            await connection.execute(f'DROP INDEX {table.partition(".")[0]}."{row["name"]}"')
            again.append(row["definition"])
    yield
    for number, statement in enumerate(again, start=1):
        began = time.monotonic()
        await connection.execute(statement)
        say(f"  index {number}/{len(again)}: {time.monotonic() - began:.1f} s")
