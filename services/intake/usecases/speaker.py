"""Saying what incidents owe: under a storm one event speaks for many, and the last state is always said.

The batch that finds an incident silent leaves what it owes in its row (`unsaid`); any replica says it once a second has passed,
so one that dies with words unsaid takes none along.
"""

import asyncio

from services.intake.domain.reports import AT_MOST_EVERY
from services.intake.storage.recognising import read_incident
from services.intake.storage.spread import latest_reports, said, silent, take_crossings
from shared import pulse
from shared.clock import Clock
from shared.contracts.envelope import NewEvent
from shared.db import Database
from shared.ids import new_id
from shared.journal import Journal

_EVERY_SECONDS = 0.5
_MOST_TOGETHER = 100


class Speaker:
    """Says `incident.changed` for incidents that were joined or spread on while they had just spoken."""

    def __init__(self, db: Database, journal: Journal, office: Clock) -> None:
        self._db = db
        self._journal = journal
        self._office = office

    async def run(self) -> None:
        """Speak until cancelled."""
        while True:
            while await self.round() == _MOST_TOGETHER:
                continue
            pulse.beat()
            await asyncio.sleep(_EVERY_SECONDS)

    async def round(self, *, early: bool = False) -> int:
        """Speak for those that may speak again, at most `_MOST_TOGETHER`; answers how many. `early`: for all that owe anything."""
        async with self._db.transaction() as tx:
            now = self._office.now()
            owing = [read_incident(row) for row in await silent(tx, now, AT_MOST_EVERY, _MOST_TOGETHER, early=early)]
            if not owing:
                return 0
            ids = [each.incident_id for each in owing]
            crossed, latest = await take_crossings(tx, ids), await latest_reports(tx, ids)
            events = []
            for incident in owing:
                incident.crossed = crossed.get(incident.incident_id, [])
                incident.gained = latest.get(incident.incident_id, []) if incident.unsaid == "joined" else []
                payload = incident.told("joined" if incident.unsaid == "joined" else "spread")
                events.append(NewEvent(new_id(), incident.organisation_id, incident.incident_id, now, payload))
            await said(tx, ids, now)
            await self._journal.append(tx, events)
        return len(owing)
