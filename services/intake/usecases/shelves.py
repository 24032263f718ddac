"""Every matter of an organisation in the memory of this process, caught up with the database at each question.

So every replica answers alike, at once after a commit and right after a start: what it holds is what the question's snapshot
shows, the vectors kept and the newest of what has no vector yet, which it reads itself.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.intake.domain.likeness import NO_WEIGHTS, Index, Vector, Weights, said, vector
from services.intake.storage import generations, matters
from services.intake.storage.matters import Words
from shared.db import Database, Transaction

_PAGE = 2_000
_SPARE = 1_000
"""So many more than the database keeps may be held of what was archived or forgotten meanwhile, and a fifth."""


@dataclass(slots=True)
class Held:
    """One generation of an organisation in memory. `loose` are those read here that are not kept yet."""

    weights: Weights
    index: Index
    horizon: int = 0
    loose: set[UUID] = field(default_factory=set)
    ids: set[UUID] = field(default_factory=set)

    def put(self, rows: Iterable[Record]) -> None:
        """Take these as they are kept."""
        for row in rows:
            self._put(row["incident_id"], Vector(row["grams"], row["weights"]), row["opened_at"])

    def read(self, found: Sequence[Words]) -> None:
        """Take these by their words."""
        for words in found:
            self._put(words.incident_id, vector(said(words.title, words.body), self.weights), words.opened_at)

    def _put(self, incident_id: UUID, made: Vector, opened_at: datetime) -> None:
        if len(made):
            self.index.put(incident_id, made, opened_at)
        else:
            self.index.drop(incident_id)
        if not self.weights.number:
            self.ids.add(incident_id)

    def drop(self, incident_ids: Iterable[UUID]) -> None:
        """Forget these."""
        for each in incident_ids:
            self.index.drop(each)
            self.ids.discard(each)


@dataclass(slots=True)
class _Shelf:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    held: dict[int, Held] = field(default_factory=dict)


class Shelves:
    """By organisation. One question at a time looks at a shelf; the computing is done in a thread beside the loop."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._shelves: dict[str, _Shelf] = {}
        self._weights: dict[tuple[str, int], Weights] = {}

    @asynccontextmanager
    async def opened(self, organisation_id: str) -> AsyncIterator[tuple[Transaction, Held]]:
        """What is in force, caught up with the snapshot of the transaction that comes with it, until the block ends."""
        shelf = self._shelves.setdefault(organisation_id, _Shelf())
        async with shelf.lock, self._db.transaction() as tx:
            await tx.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            present = await generations.present(tx, organisation_id)
            number = next((each.number for each in present if each.in_force), 0)
            for old in [each for each in shelf.held if each < number]:
                del shelf.held[old]
                self._weights.pop((organisation_id, old), None)
            yield tx, await self._caught_up(tx, organisation_id, shelf, number)

    async def warm(self, organisation_id: str) -> None:
        """Hold what is in force, and what is in preparation, before anybody asks; begin anew where too much is held that is gone."""
        async with self.opened(organisation_id) as (tx, held):
            shelf = self._shelves[organisation_id]
            for each in await generations.present(tx, organisation_id):
                if each.number > held.weights.number:
                    await self._caught_up(tx, organisation_id, shelf, each.number)
            kept = await matters.count(tx, organisation_id, held.weights.number, matters.MOST_KEPT)
            if len(held.index) > kept * 1.2 + _SPARE:
                del shelf.held[held.weights.number]

    async def weights(self, tx: Transaction, organisation_id: str, number: int) -> Weights:
        """The weights of a generation, kept in memory."""
        if not number:
            return NO_WEIGHTS
        known = self._weights.get((organisation_id, number))
        if known is None:
            known = Weights.from_bytes(number, await generations.weights(tx, organisation_id, number))
            self._weights[organisation_id, number] = known
        return known

    async def _caught_up(self, tx: Transaction, organisation_id: str, shelf: _Shelf, number: int) -> Held:
        held, present = shelf.held.get(number), await matters.horizon(tx)
        if held is None or present < held.horizon:  # behind what was seen: another database has taken this one's place
            held = Held(await self.weights(tx, organisation_id, number), Index(number))
            async for rows in matters.pages(tx, organisation_id, number, _PAGE):
                await asyncio.to_thread(held.put, rows)
            written = set(held.ids)
        else:
            rows = await matters.written_since(tx, organisation_id, number, held.horizon)
            await asyncio.to_thread(held.put, rows)
            written = {row["incident_id"] for row in rows}
        await _loosen(tx, organisation_id, held, written)
        held.horizon = present
        shelf.held[number] = held
        return held


async def _loosen(tx: Transaction, organisation_id: str, held: Held, written: set[UUID]) -> None:
    """Read what is not kept yet, and leave what has been read here and is neither kept nor among the newest any more."""
    number, present = held.weights.number, set(await matters.loose(tx, organisation_id))
    stale = held.loose - present - written
    kept = await matters.these(tx, list(stale), number) if stale else []
    held.drop(stale)
    held.put(kept)
    fresh = present - (held.loose - written)
    if fresh:
        await asyncio.to_thread(held.read, await matters.leading(tx, list(fresh)))
    held.loose = present
    if not number:  # every document counts before the first generation: those that are gone must not
        gone = held.ids - present - await matters.all_ids(tx, organisation_id, number)
        held.drop(gone)
