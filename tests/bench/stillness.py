"""Whether the product has come to rest: every consumer at every producer's head, nothing left to stamp."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeAlias

import asyncpg

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
"""A superuser's connection to the product's database."""


class RestlessError(Exception):
    """The product did not come to rest in time; the message says who is behind."""


async def schemas_with(connection: Connection, table: str) -> list[str]:
    """The schemas that have such a table, sorted: producers have `heads`, consumers `positions`."""
    rows = await connection.fetch("SELECT schemaname FROM pg_tables WHERE tablename = $1 ORDER BY 1", table)
    return [row["schemaname"] for row in rows]


async def behind(connection: Connection) -> dict[str, int]:
    """By `consumer<producer` how many events are still to be applied, and by `producer` how many to be stamped."""
    late: dict[str, int] = {}
    producers = await schemas_with(connection, "heads")
    for producer in producers:
        late[producer] = await connection.fetchval(f"SELECT count(*) FROM {producer}.outbox")
    for consumer in await schemas_with(connection, "positions"):
        for producer in producers:
            late[f"{consumer}<{producer}"] = await connection.fetchval(
                f"SELECT coalesce(sum(h.seq - p.position), 0)::bigint FROM {consumer}.positions p "
                f"JOIN {producer}.heads h USING (shard) WHERE p.producer = $1",
                producer,
            )
    return {name: count for name, count in late.items() if count}


async def rest(
    connection: Connection, *, within: float = 300.0, watch: Callable[[dict[str, int]], None] | None = None
) -> float:
    """Wait for it; the seconds that took. Raises `RestlessError` after `within` seconds."""
    began = time.monotonic()
    while late := await behind(connection):
        if watch is not None:
            watch(late)
        if time.monotonic() - began > within:
            raise RestlessError(f"not at rest after {within:.0f} s; still behind: {late}")
        await asyncio.sleep(0.1)
    return time.monotonic() - began
