"""What waits in the tables of a journal: events without a number yet, and events set aside; looked at every five seconds."""

import asyncio
from datetime import datetime

from shared.clock import Clock
from shared.db import Database, Transaction
from shared.telemetry import gauge

_EVERY = 5.0
MOST = 10_000
"""Rows counted at most, so that a look stays cheap however many wait."""
WAITING = gauge("huiying_outbox_waiting", f"Events that no relay has numbered yet, {MOST} at most", ("schema",))
OLDEST = gauge("huiying_outbox_oldest_seconds", "How long the oldest event without a number has waited", ("schema",))
PARKED = gauge("huiying_parked", f"Events that stand set aside with their error, {MOST} at most", ("schema",))


class OutboxWatch:
    """Looks at the outbox of one schema; `clock` is the one that its events take their time from."""

    def __init__(self, schema: str, db: Database, clock: Clock) -> None:
        self._schema = schema
        self._db = db
        self._clock = clock

    async def run(self) -> None:
        """Look until cancelled. Raises what the database raises."""
        while True:
            async with self._db.transaction() as tx:
                await self.look(tx, self._clock.now())
            await asyncio.sleep(_EVERY)

    async def look(self, tx: Transaction, now: datetime) -> None:
        """Set how many wait and since when."""
        schema = self._schema
        row = await tx.row(
            f"SELECT (SELECT count(*) FROM (SELECT 1 FROM {schema}.outbox LIMIT $1) w) AS waiting, "
            f"(SELECT j.time FROM {schema}.outbox o JOIN {schema}.journal j ON j.id = o.journal_id "
            "ORDER BY o.journal_id LIMIT 1) AS oldest",
            MOST,
        )
        oldest = row["oldest"] if row else None
        WAITING.labels(schema).set(row["waiting"] if row else 0)
        OLDEST.labels(schema).set(max(0.0, (now - oldest).total_seconds()) if oldest else 0)


class ParkedWatch:
    """Looks at what a consumer has set aside."""

    def __init__(self, schema: str, db: Database) -> None:
        self._schema = schema
        self._db = db

    async def run(self) -> None:
        """Look until cancelled. Raises what the database raises."""
        while True:
            async with self._db.transaction() as tx:
                await self.look(tx)
            await asyncio.sleep(_EVERY)

    async def look(self, tx: Transaction) -> None:
        """Set how many stand there."""
        found = await tx.value(f"SELECT count(*) FROM (SELECT 1 FROM {self._schema}.parked LIMIT $1) p", MOST)
        PARKED.labels(self._schema).set(found)
