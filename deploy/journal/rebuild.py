"""The console's read model anew, from the journals, while it runs."""

import asyncio
from collections.abc import Callable

import asyncpg

TABLES = ("organisations", "incidents", "procedures", "assignments", "answers", "parked")
"""All that follows from events: each of the console's tables but how far it is."""
Tell = Callable[[int, int], None]
"""Told how many events have been taken, and how many there are."""
_HEADS = """
SELECT coalesce(sum(p.position), 0)::bigint, coalesce(sum(h.seq), 0)::bigint FROM console.positions p JOIN (
  SELECT 'intake' AS producer, * FROM intake.heads UNION ALL SELECT 'grading', * FROM grading.heads UNION ALL
  SELECT 'tasks', * FROM tasks.heads UNION ALL SELECT 'publishing', * FROM publishing.heads UNION ALL
  SELECT 'directory', * FROM directory.heads
) h USING (producer, shard)
"""


async def empty(database_url: str) -> None:
    """Forget what was read, in one step. The positions first: that is where the running consumer waits."""
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT 1 FROM console.positions ORDER BY producer, shard FOR UPDATE")
            await connection.execute("UPDATE console.positions SET position = 0")
            await connection.execute(f"TRUNCATE {', '.join(f'console.{table}' for table in TABLES)}")
    finally:
        await connection.close()


async def follow(database_url: str, tell: Tell) -> int:
    """Wait until the console has read everything that was said by now; answers how many events. Needs it to be running."""
    connection = await asyncpg.connect(database_url)
    try:
        goal = (await _look(connection))[1]
        while (done := (await _look(connection))[0]) < goal:
            tell(done, goal)
            await asyncio.sleep(0.2)
        return goal
    finally:
        await connection.close()


async def _look(connection: "asyncpg.Connection[asyncpg.Record]") -> tuple[int, int]:
    row = await connection.fetchrow(_HEADS)
    assert row is not None
    return row[0], row[1]
