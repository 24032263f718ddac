"""What intake forgets by itself: idempotency answers after seven days, webhook ids once no signature could repeat them, fingerprints
once no newcomer can join by them."""

import asyncio
from datetime import timedelta

from services.intake.storage.fading import forget_faded
from services.intake.storage.idempotency import forget_old
from services.intake.storage.keys import prune_webhook_ids
from shared.clock import Clock
from shared.db import Database

_EVERY_SECONDS = 60.0
ANSWERS_KEPT = timedelta(days=7)
WEBHOOK_IDS_KEPT = timedelta(days=1)


class Janitor:
    """Runs a bounded round every minute."""

    def __init__(self, db: Database, office: Clock, system: Clock) -> None:
        self._db = db
        self._office = office
        self._system = system

    async def run(self) -> None:
        """Forget until cancelled."""
        while True:
            await self.round()
            await asyncio.sleep(_EVERY_SECONDS)

    async def round(self) -> None:
        """One round."""
        async with self._db.transaction() as tx:
            await forget_faded(tx, self._office.now())
            await forget_old(tx, self._office.now() - ANSWERS_KEPT)
            await prune_webhook_ids(tx, self._system.now() - WEBHOOK_IDS_KEPT)
