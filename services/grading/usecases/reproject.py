"""Running deadlines follow the calendar in force, in the background, in small batches; what is done says the database."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from prometheus_client import Counter

from services.grading.storage.running import Lagging, oldest_version, pass_untouched, take
from services.grading.usecases.calendars import Calendars, InForce
from services.grading.usecases.impact import midnight_before
from services.grading.usecases.reconcile import News, Reconcile
from shared.clock import Clock
from shared.db import TRANSIENT, Database, Transaction

BATCH = 50
_PASSED = 500
_IDLE, _BETWEEN = 1.0, 0.02
_SET_ASIDE = timedelta(minutes=10)
_log = structlog.get_logger()
FAILED = Counter("huiying_reprojections_failed", "Procedures whose deadlines could not be counted by a new calendar")


class Reproject:
    """Counts anew what was counted by an earlier calendar. Any number of processes may do it at once, and be killed at it."""

    def __init__(self, db: Database, reconcile: Reconcile, calendars: Calendars, system: Clock) -> None:
        self._db = db
        self._reconcile = reconcile
        self._calendars = calendars
        self._system = system
        self._aside: dict[UUID, datetime] = {}

    async def run(self) -> None:
        """Go on until cancelled; an idle look is one indexed row a second."""
        while True:
            pause = _BETWEEN if await self.batch() else _IDLE
            await asyncio.sleep(pause)

    async def batch(self, size: int = BATCH) -> int:
        """Bring the next procedures to the calendar in force; answers how many, 0 when there are none (or others have them).

        One that can't be counted stops no other: it is set aside for ten minutes, with an error in the log and in
        `huiying_reprojections_failed_total`. Raises what is transient.
        """
        try:
            return await self._together(size)
        except TRANSIENT:
            raise
        except Exception as error:  # noqa: BLE001 - whatever one procedure raises must not stop the others
            _log.error("reprojection.batch_failed", error=type(error).__name__)
            return await self._one_by_one(size)

    async def _together(self, size: int) -> int:
        async with self._db.transaction() as tx:
            in_force = await self._calendars.current(tx)
            old = await self._oldest(tx, in_force)
            if old is None:
                return 0
            return await self._pass(tx, old, in_force) or await self._count(
                tx, await take(tx, old, list(self._aside), size), in_force
            )

    async def _pass(self, tx: Transaction, old: int, in_force: InForce) -> int:
        """What ends before the first day that differs needs no counting."""
        before = (await self._calendars.at(tx, old)).calendar
        first = self._calendars.first_difference(before, in_force.calendar)
        return await pass_untouched(tx, old, in_force.version, midnight_before(first) if first else None, _PASSED)

    async def _oldest(self, tx: Transaction, in_force: InForce) -> int | None:
        if not in_force.version:
            return None
        now = self._system.now()
        self._aside = {id_: until for id_, until in self._aside.items() if until > now}
        return await oldest_version(tx, in_force.version, list(self._aside))

    async def _count(self, tx: Transaction, found: Sequence[Lagging], in_force: InForce) -> int:
        by = in_force.made[-1].made_by
        news = {each.incident_id: News(each.organisation_id, (), "calendar", by) for each in found}
        if news:
            await self._reconcile(tx, news)
        return len(news)

    async def _one_by_one(self, size: int) -> int:
        counted = 0
        for _ in range(size):
            async with self._db.transaction() as tx:
                in_force = await self._calendars.current(tx)
                old = await self._oldest(tx, in_force)
                found = await take(tx, old, list(self._aside), 1) if old is not None else []
            if not found:
                break
            counted += await self._alone(found[0])
        return counted

    async def _alone(self, one: Lagging) -> int:
        try:
            async with self._db.transaction() as tx:
                return await self._count(tx, [one], await self._calendars.current(tx))
        except TRANSIENT:
            raise
        except Exception as error:  # noqa: BLE001 - see batch
            _log.error("reprojection.failed", incident=str(one.incident_id), error=type(error).__name__)
            FAILED.inc()
            self._aside[one.incident_id] = self._system.now() + _SET_ASIDE
            return 0
