"""Reads newcomers in the background: their vectors first, then what is alike, for at most a fifth of a core.

A round's work is one transaction that takes its incidents past those another replica has: what is cut off is done again, and
doing it twice changes nothing.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from services.intake.domain.likeness import Weights, said, vector
from services.intake.domain.membership import BY_ITSELF
from services.intake.domain.suggesting import (
    Alike,
    Standing,
    joins_by_itself,
    missed_each_other,
    one_template,
    same_words,
    says_enough,
    survivor_of,
)
from services.intake.storage import generations, matters, suggestions
from services.intake.storage.matters import Matter, Words
from services.intake.usecases.membership import Membership
from services.intake.usecases.shelves import Shelves
from services.intake.usecases.similar import ARRIVAL, AT_ARRIVAL, Found, in_words, look, told
from shared import pulse
from shared.clock import Clock
from shared.db import Database, Transaction
from shared.errors import HuiyingError, MissingError

_log = structlog.get_logger()
READ_AT_ONCE, LOOKED_AT_ONCE = 32, 4
SLICE_SECONDS = 0.002
"""So long vectors are made before others have their turn of the loop; in a thread they would hold the interpreter for longer."""
NEWCOMER = timedelta(days=3)
"""How old an incident may be to join another by itself: what is read late, or brought back, is a person's to join."""
REST, BUSY_READING, BUSY_COMPARING = 4.0, 9.0, 39.0
"""Rest after work, in times of what it took: where nobody waits at a door, and where somebody does. A vector that is not kept
yet is made by whoever asks, so reading may lag a little; comparing may lag until the valley."""
IDLE = 0.5
_AT_ONCE = "同时到达，文字相同"


class Reading:
    """The loop of one replica. `busy` tells whether anybody waits at its doors; `sleep` and `monotonic` are given by tests."""

    def __init__(
        self,
        db: Database,
        shelves: Shelves,
        membership: Membership,
        office: Clock,
        busy: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = db
        self._shelves = shelves
        self._membership = membership
        self._office = office
        self._busy = busy
        self._sleep = sleep
        self._monotonic = monotonic

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            began = self._monotonic()
            read = await self.read()
            worked = read or await self.compare()
            pulse.beat()
            rest = REST if not self._busy() else BUSY_READING if read else BUSY_COMPARING
            await self._sleep(rest * (self._monotonic() - began) if worked else IDLE)

    async def read(self) -> int:
        """Make and keep the vectors of a batch; answers how many incidents were taken."""
        async with self._db.transaction() as tx:
            taken = await matters.claim_unread(tx, READ_AT_ONCE)
            if not taken:
                return 0
            found = await matters.leading(tx, taken)
            numbers: dict[str, list[Weights]] = defaultdict(list)
            for each in await generations.hold_for_writing(
                tx, sorted({words.organisation_id for words in found}), self._office.now()
            ):
                known = await self._shelves.weights(tx, each.organisation_id, each.number)
                numbers[each.organisation_id].append(known)
            await matters.keep(tx, await self._vectors(found, numbers))
            await matters.now_read(tx, taken, [words.incident_id for words in found])
        return len(taken)

    async def _vectors(self, found: Sequence[Words], numbers: dict[str, list[Weights]]) -> list[Matter]:
        made: list[Matter] = []
        began = self._monotonic()
        for words in found:
            made += vectors([words], numbers)
            if self._monotonic() - began > SLICE_SECONDS:
                await self._sleep(0)
                began = self._monotonic()
        return made

    async def compare(self) -> int:
        """Look for what is alike to a few that were read, keep it, and join what the organisation lets join by itself."""
        async with self._db.transaction() as tx:
            taken = await matters.claim_unseen(tx, 1 if self._busy() else LOOKED_AT_ONCE)
            for incident_id, organisation_id in taken:
                found = await self._look(organisation_id, incident_id)
                if found is None or found.mine.closed or found.mine.incident_id != incident_id:
                    continue
                if not await self._joined(tx, organisation_id, found):
                    await suggestions.store(tx, organisation_id, incident_id, found.alike, self._office.now())
            await matters.seen(tx, [incident_id for incident_id, _ in taken])
        return len(taken)

    async def _joined(self, tx: Transaction, organisation_id: str, found: Found) -> bool:
        """Whether it is part of another now. Never where it is old, or somebody has moved its reports: that is a person's to join."""
        if self._office.now() - found.mine.opened_at > NEWCOMER or await suggestions.moved(tx, found.mine.incident_id):
            return False
        twin = next((each for each in found.alike if missed_each_other(found.mine, each.standing)), None)
        if twin is not None and await asyncio.to_thread(_same, found, twin):
            return await self._merge(organisation_id, found.mine, twin.standing, _AT_ONCE)
        above = await suggestions.join_above(tx, organisation_id)
        best = next((each for each in found.alike if joins_by_itself(found.mine, each, above)), None)
        if above is None or best is None or await asyncio.to_thread(_doubtful, found, best):
            return False
        return await self._merge(organisation_id, found.mine, best.standing, in_words(best.score, above))

    async def _look(self, organisation_id: str, incident_id: UUID) -> Found | None:
        try:
            async with self._shelves.opened(organisation_id) as (tx, held):
                return await look(tx, held, organisation_id, incident_id, AT_ARRIVAL, floor=ARRIVAL)
        except MissingError:  # archived meanwhile
            return None

    async def _merge(self, organisation_id: str, mine: Standing, other: Standing, why: str) -> bool:
        survivor, absorbed = survivor_of(mine, other)
        try:
            await self._membership.merge(BY_ITSELF, organisation_id, survivor, absorbed, why)
        except HuiyingError as error:  # moved or refused meanwhile: a person sees the suggestion instead
            _log.info("joining.not_joined", incident=str(survivor), other=str(absorbed), reason=error.type)
            return False
        return True


def _same(found: Found, twin: Alike) -> bool:
    return same_words(told(found.words[found.mine.incident_id]), told(found.words[twin.member]))


def _doubtful(found: Found, best: Alike) -> bool:
    mine, other = found.words[found.mine.incident_id], found.words[best.member]
    enough = says_enough(said(mine.title, mine.body), said(other.title, other.body))
    return not enough or one_template(told(mine), told(other))


def vectors(found: Sequence[Words], numbers: dict[str, list[Weights]]) -> list[Matter]:
    """The vectors of these words at each generation of their organisations."""
    made = []
    for words in found:
        grams = said(words.title, words.body)
        made += [
            Matter(
                words.incident_id,
                words.organisation_id,
                weights.number,
                words.report_id,
                words.opened_at,
                vector(grams, weights),
            )
            for weights in numbers[words.organisation_id]
        ]
    return made
