"""What keeps suggestions whole over time: shelves held before anybody asks, what was missed read after all, the oldest forgotten."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from services.intake.storage import generations, matters
from services.intake.usecases.shelves import Shelves
from shared import pulse
from shared.db import Database

EVERY = 600.0
PAGE = 1_000
_BETWEEN = 0.05


class Upkeep:
    """A round at the start and every ten minutes. `sleep` is given by tests."""

    def __init__(
        self, db: Database, shelves: Shelves, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._db = db
        self._shelves = shelves
        self._sleep = sleep

    async def run(self) -> None:
        """Go round until cancelled."""
        while True:
            await self.warm()
            await self.note_missed()
            await self.prune()
            pulse.beat()
            await self._sleep(EVERY)

    async def warm(self) -> None:
        """Hold every organisation's matters in memory."""
        async with self._db.transaction() as tx:
            names = await generations.organisations(tx)
        for name in names:
            await self._shelves.warm(name)

    async def note_missed(self) -> None:
        """Let be read what is among the newest and never was: opened by an earlier version, or back from the archive."""
        before: UUID | None = None
        for _ in range(matters.MOST_KEPT // PAGE):
            async with self._db.transaction() as tx:
                before = await matters.note_missed(tx, before, PAGE)
            if before is None:
                return
            await self._sleep(_BETWEEN)

    async def prune(self) -> None:
        """Forget the oldest beyond what may be kept."""
        async with self._db.transaction() as tx:
            await matters.prune(tx, matters.MOST_KEPT, PAGE)
