"""The relay: stamps what was appended with a dense number per shard, commits that, then sends.

Guarantee: every appended event gets exactly one `seq`; numbers of a shard have no gaps; events of one subject are numbered in
the order they were committed. Sending may fail or be cut off after the stamp: consumers see the gap and pull it.
"""

import asyncio
import contextlib
import zlib
from collections.abc import Sequence

import asyncpg
import structlog

from shared import pulse
from shared.bus.producer import Bus
from shared.contracts.envelope import RawEvent
from shared.db import TRANSIENT, Database
from shared.ids import SHARDS
from shared.journal.source import source_name

_log = structlog.get_logger()
_BATCH = 500
_PACE = 0.02
"""Seconds between rounds: what is appended meanwhile goes as one batch, which every consumer is the better for."""
_POLL, _IDLE_POLL = 0.05, 0.25
"""Seconds between looks for what another process appended; the longer one while none does."""
_CLAIM_EVERY = 1.0
"""Seconds between tries for shards that another process has: it may have been killed."""


class Relay:
    """Relays the shards whose advisory locks this process could take; the locks die with its one connection."""

    def __init__(self, schema: str, db: Database, bus: Bus) -> None:
        self._schema = schema
        self._db = db
        self._bus = bus
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._mine: list[int] = []
        self._source = ""
        self._claimed_at = 0.0
        self._news = asyncio.Event()
        self._poll = _POLL
        self._leaving = False

    def leave(self) -> None:
        """Let `run` end between two rounds, so that nothing is numbered here and not sent."""
        self._leaving = True
        self._news.set()

    def wake(self) -> None:
        """Something was committed: look now."""
        self._news.set()

    async def run(self) -> None:
        """Relay until cancelled or told to leave, through outages of database and broker alike."""
        while not self._leaving:
            try:
                await self._round()
                pulse.beat()
            except TRANSIENT as error:
                pulse.failed(error)
                _log.warning("relay.retry", schema=self._schema, error=repr(error))
                await self._drop()
                await asyncio.sleep(0.2)
        while await self.relay_once():
            pass

    async def _round(self) -> None:
        woken = self._news.is_set()
        self._news.clear()
        found = await self.relay_once()
        if found and not woken:
            self._poll = _POLL
        elif not found:
            self._poll = min(self._poll * 1.2, _IDLE_POLL)
        if found < _BATCH:
            await asyncio.sleep(_PACE)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll if self._mine else _CLAIM_EVERY):
                    await self._news.wait()

    async def relay_once(self) -> int:
        """Stamp one batch and offer it to the bus; answers how many events were stamped."""
        events = await self.stamp()
        if events:
            self._bus.offer(events)
        return len(events)

    async def stamp(self) -> Sequence[RawEvent]:
        """Number what is waiting, durably, and hand it over for sending."""
        connection = await self._claimed()
        if not self._mine:
            return []
        rows = await connection.fetch(f"SELECT * FROM {self._schema}.journal_stamp($1, $2)", self._mine, _BATCH)
        return [_raw(self._schema, row, self._source) for row in rows]

    async def _claimed(self) -> "asyncpg.Connection[asyncpg.Record]":
        now = asyncio.get_running_loop().time()
        if self._connection is None or self._connection.is_closed():
            self._connection, self._mine = await self._db.connection(), []
            self._claimed_at = 0.0
            journal_id = await self._connection.fetchval(f"SELECT journal_id FROM {self._schema}.identity")
            self._source = source_name(self._schema, journal_id)
        if len(self._mine) < SHARDS and now - self._claimed_at > _CLAIM_EVERY:
            self._claimed_at = now
            free = [shard for shard in range(SHARDS) if shard not in self._mine]
            rows = await self._connection.fetch(
                "SELECT s AS shard FROM unnest($2::int[]) s WHERE pg_try_advisory_lock($1, s)",
                zlib.crc32(f"relay:{self._schema}".encode()) - 2**31,
                free,
            )
            self._mine += [row["shard"] for row in rows]
        return self._connection

    async def _drop(self) -> None:
        connection, self._connection, self._mine = self._connection, None, []
        if connection is not None:
            connection.terminate()

    async def close(self) -> None:
        """Give the shards back at once."""
        await self._drop()


def _raw(producer: str, row: asyncpg.Record, source: str) -> RawEvent:
    return RawEvent(
        producer=producer,
        shard=row["shard"],
        seq=row["seq"],
        id=row["event_id"],
        type=row["type"],
        organisation_id=row["organisation_id"],
        subject=row["subject"],
        time=row["time"],
        data=row["data"],
        source=source,
        traceparent=row["traceparent"],
    )
