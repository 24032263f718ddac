"""A relay that comes back to a long backlog stamps it as fast as it would a short one, whatever vacuum believes of the outbox."""

import time

import asyncpg

from shared.journal.relay import _BATCH
from tests.journal.conftest import World

BACKLOG = 10_000
APPEND = """
SELECT alpha.journal_append(array_agg(gen_random_uuid()), array_agg((n % 16)::smallint), array_agg('told.v1'::text),
  array_agg('org'::text), array_agg(gen_random_uuid()), array_agg(now()), array_agg('{"n": 1}'::text))
FROM generate_series(1, $1::int) n
"""
STAMP = "SELECT * FROM alpha.journal_stamp(ARRAY(SELECT generate_series(0, 15)::smallint), $1)"
MOST = 0.5
"""Seconds for one batch: it takes about 0.006. Of 30,000, before it was told how to find its rows,
one had not ended after three minutes."""


async def test_a_batch_of_a_long_backlog_is_stamped_at_once(world: World) -> None:
    connection = await asyncpg.connect(world.url)
    await connection.execute("ALTER TABLE alpha.outbox SET (autovacuum_enabled = false)")
    await connection.execute(APPEND, BACKLOG)
    await connection.fetch(STAMP, BACKLOG)
    await connection.execute("VACUUM (ANALYZE, TRUNCATE false) alpha.outbox")  # as one that others look at is left
    await connection.execute(APPEND, BACKLOG)
    began = time.monotonic()
    rows = await connection.fetch(STAMP, _BATCH)
    assert len(rows) == _BATCH
    assert time.monotonic() - began < MOST
    await connection.close()
