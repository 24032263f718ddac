"""Counts anew how much every gram tells, and rebuilds an organisation's vectors by it, while answers go on under the old count.

Small steps, each a transaction: what is done is seen in the database, so whoever comes after a crash, here or in another
replica, goes on. Vectors of both generations stand beside each other until the new one is whole; then it is in force at once.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from queue import SimpleQueue
from uuid import UUID

from services.intake.domain.likeness import Grams, Weights, said, vector
from services.intake.storage import generations, matters
from services.intake.storage.generations import Generation
from services.intake.storage.matters import Matter, Words
from services.intake.usecases.shelves import Shelves
from shared import pulse
from shared.clock import Clock
from shared.db import Database

FIRST = 256
"""Matters from which on it is worth counting; before, the index counts what it holds."""
COUNTED = 20_000
"""Documents that are counted at most, the newest: more tell nothing new."""
STEP, FORGOTTEN, READ = 100, 1_000, 100
CHECKED_EVERY = 60.0
REST = 9.0
"""Rest after work, in times of what it took: a tenth of a core."""
_IDLE = 5.0
_FIRST_ID, _LAST_ID = UUID(int=0), UUID(int=2**128 - 1)


class Generations:
    """One replica's share of the work, of which any may do any step. `monotonic` and `sleep` are given by tests."""

    def __init__(
        self,
        db: Database,
        shelves: Shelves,
        office: Clock,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._db = db
        self._shelves = shelves
        self._office = office
        self._monotonic = monotonic
        self._sleep = sleep
        self._pending: list[str] = []
        self._checked: float | None = None
        self._reached: dict[tuple[str, int], UUID] = {}

    async def run(self) -> None:
        """Count and rebuild until cancelled, where it is time."""
        while True:
            began = self._monotonic()
            worked = await self.round()
            pulse.beat()
            await self._sleep(REST * (self._monotonic() - began) if worked else _IDLE)

    async def round(self) -> bool:
        """One step for an organisation that needs one; False where none does. They are looked through once a minute."""
        if not self._pending:
            if self._checked is not None and self._monotonic() - self._checked < CHECKED_EVERY:
                return False
            self._checked = self._monotonic()
            async with self._db.transaction() as tx:
                self._pending = await generations.organisations(tx)
        while self._pending:
            if await self.step(self._pending[-1]):
                return True
            self._pending.pop()
        return False

    async def step(self, organisation_id: str) -> bool:
        """One step for this organisation; False where there is none to be done, or another replica does it."""
        async with self._db.transaction() as tx:
            present = await generations.present(tx, organisation_id)
        in_force = next((each for each in present if each.in_force), None)
        if in_force is None:
            return False
        coming = next((each for each in present if each.number > in_force.number), None)
        if coming is not None:
            return await self._rebuild(in_force, coming)
        if present[0].number < in_force.number:
            async with self._db.transaction() as tx:
                await generations.forget(tx, organisation_id, in_force.number, FORGOTTEN)
            return True
        return await self._count(in_force)

    async def _count(self, in_force: Generation) -> bool:
        """Where there are twice as many matters as when it was counted last, count again."""
        name, wanted = in_force.organisation_id, max(FIRST, 2 * in_force.documents)
        async with self._db.transaction() as tx:
            if await matters.count(tx, name, in_force.number, wanted) < wanted:
                return False
            total = await matters.count(tx, name, in_force.number, matters.MOST_KEPT)
        weights = await self._weigh(in_force)
        async with self._db.transaction() as tx:
            await generations.prepare(tx, name, weights, total, self._office.now())
        return True

    async def _weigh(self, of: Generation) -> Weights:
        """Count the newest documents, page by page, each followed by its rest."""
        pages: SimpleQueue[list[Grams]] = SimpleQueue()
        said_by_page = iter(pages.get, [])
        grams = (each for page in said_by_page for each in page)
        counting = asyncio.create_task(asyncio.to_thread(Weights.counted, of.number + 1, grams))
        try:
            before = _LAST_ID
            for _ in range(COUNTED // READ):
                page = await self._page(of, before)
                if not page:
                    break
                began = self._monotonic()
                pages.put(await asyncio.to_thread(_said, page))
                before = page[-1].incident_id
                await self._sleep(REST * (self._monotonic() - began))
        finally:
            pages.put([])
            await asyncio.wait([counting])
        return counting.result()

    async def _page(self, of: Generation, before: UUID) -> list[Words]:
        async with self._db.transaction() as tx:
            return await matters.newest_words(tx, of.organisation_id, of.number, before, READ)

    async def _rebuild(self, old: Generation, coming: Generation) -> bool:
        """Some vectors more of the coming generation; where none lack, put it in force."""
        name = old.organisation_id
        reached = self._reached.get((name, coming.number), _FIRST_ID)
        async with self._db.transaction() as tx:
            if not await generations.take(tx, name, coming.number):
                return False
            weights = await self._shelves.weights(tx, name, coming.number)
            found = await matters.lacking(tx, name, old.number, coming.number, reached, STEP)
            await matters.keep(tx, await asyncio.to_thread(_rebuilt, found, weights), anew=False)
        if found:
            self._reached[name, coming.number] = found[-1].incident_id
            return True
        await self._shelves.warm(name)  # so that the first question after the switch need not load it
        return await self._switch(old, coming, weights)

    async def _switch(self, old: Generation, coming: Generation, weights: Weights) -> bool:
        """Write what came meanwhile while nobody else writes, and put the new generation in force."""
        name = old.organisation_id
        self._reached.pop((name, coming.number), None)
        async with self._db.transaction() as tx:
            await generations.take_all(tx, name)
            found = await matters.lacking(tx, name, old.number, coming.number, _FIRST_ID, STEP)
            await matters.keep(tx, await asyncio.to_thread(_rebuilt, found, weights), anew=False)
            if len(found) < STEP:
                await generations.switch(tx, name, coming.number)
        return True


def _said(page: list[Words]) -> list[Grams]:
    return [said(words.title, words.body) for words in page]


def _rebuilt(found: list[Words], weights: Weights) -> list[Matter]:
    return [
        Matter(
            words.incident_id,
            words.organisation_id,
            weights.number,
            words.report_id,
            words.opened_at,
            vector(said(words.title, words.body), weights),
        )
        for words in found
    ]
