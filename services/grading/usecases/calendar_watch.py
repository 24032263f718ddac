"""What has to be seen from outside about the calendar: deadlines still to be counted anew, provisional ones, a notice missing."""

import asyncio
from datetime import date, timedelta

import structlog
from prometheus_client import Gauge

from services.grading.storage.running import lagging, provisional_deadlines
from services.grading.usecases.calendars import Calendars
from shared.calendar.hours import SHANGHAI
from shared.clock import Clock
from shared.db import Database

NOTICE_BEFORE = timedelta(days=45)
"""So long before a year begins its notice should be loaded: the State Council gives it out in the autumn."""
_EVERY = 30.0
_log = structlog.get_logger()
LAGGING = Gauge("huiying_calendar_lagging", "Procedures whose deadlines are still counted by an earlier calendar")
PROVISIONAL = Gauge("huiying_deadlines_provisional", "Running deadlines that a notice still to come may move")
MISSING = Gauge("huiying_calendar_notice_missing", "1 where a year that is near has no notice", ["year"])


class CalendarWatch:
    """Keeps the gauges, and says in the log once a day that a notice is missing."""

    def __init__(self, db: Database, calendars: Calendars, office: Clock) -> None:
        self._db = db
        self._calendars = calendars
        self._office = office
        self._said_on: date | None = None

    async def run(self) -> None:
        """Look every half minute until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(_EVERY)

    async def look(self) -> list[int]:
        """Set the gauges; answers the years whose notice is missing."""
        async with self._db.transaction() as tx:
            in_force = await self._calendars.current(tx)
            LAGGING.set(await lagging(tx, in_force.version))
            provisional = await provisional_deadlines(tx)
        PROVISIONAL.set(provisional)
        today = self._office.now().astimezone(SHANGHAI).date()
        near = {today.year, (today + NOTICE_BEFORE).year}
        missing = sorted(near - in_force.calendar.notices)
        MISSING.clear()
        for year in sorted(near):
            MISSING.labels(str(year)).set(year in missing)
        if missing and self._said_on != today:
            self._said_on = today
            _log.warning("calendar.notice_missing", years=missing, provisional_deadlines=provisional)
        return missing
