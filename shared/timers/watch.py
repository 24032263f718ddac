"""How many clocks are past their moment and not acted on yet: a look of its own, for a loop that stands still cannot tell."""

import asyncio
from datetime import datetime

from shared.clock import Clock
from shared.db import Database, Transaction
from shared.telemetry import gauge

_EVERY = 5.0
MOST = 10_000
"""Clocks counted at most, so that a look stays cheap however many wait."""
PAST_DUE = gauge(
    "huiying_timers_past_due", f"Clocks past their moment and not acted on yet, {MOST} at most", ("schema",)
)
OLDEST = gauge(
    "huiying_timer_oldest_past_due_seconds", "How long the oldest clock that is past its moment has waited", ("schema",)
)


class TimersWatch:
    """Looks at the clocks of one schema every five seconds, by office time."""

    def __init__(self, schema: str, db: Database, office: Clock) -> None:
        self._schema = schema
        self._db = db
        self._office = office

    async def run(self) -> None:
        """Look until cancelled. Raises what the database raises."""
        while True:
            async with self._db.transaction() as tx:
                await self.look(tx, self._office.now())
            await asyncio.sleep(_EVERY)

    async def look(self, tx: Transaction, now: datetime) -> None:
        """Set both numbers, from the index of moments alone."""
        row = await tx.row(
            f"SELECT count(*) AS waiting, min(fire_at) AS oldest FROM "
            f"(SELECT fire_at FROM {self._schema}.timers WHERE fire_at <= $1 ORDER BY fire_at LIMIT $2) due",
            now,
            MOST,
        )
        oldest = row["oldest"] if row else None
        PAST_DUE.labels(self._schema).set(row["waiting"] if row else 0)
        OLDEST.labels(self._schema).set((now - oldest).total_seconds() if oldest else 0)
