"""Reading the calendar in force and how it came to be so."""

from typing import Any

from services.grading.storage.calendar import Made
from services.grading.storage.running import lagging
from services.grading.usecases.calendars import Calendars
from shared.db import Database


class LookCalendar:
    """The calendar for people."""

    def __init__(self, db: Database, calendars: Calendars) -> None:
        self._db = db
        self._calendars = calendars

    async def year(self, year: int) -> dict[str, Any]:
        """One year: whether its notice is in, the days that differ from Monday to Friday, and the changes that concern it."""
        async with self._db.transaction() as tx:
            in_force = await self._calendars.current(tx)
            behind = await lagging(tx, in_force.version)
        calendar = in_force.calendar
        days = [calendar.day(day) for day in sorted(calendar.exceptions) if day.year == year]
        return {
            "year": year,
            "version": in_force.version,
            "calendar": calendar.version,
            "notice": year in calendar.notices,
            "days": [
                {"date": each.date, "working": each.working, "reason": each.reason, "provisional": each.provisional}
                for each in days
            ],
            "changes": [_made(each) for each in in_force.made if each.change.year == year],
            "lagging": behind,
        }


def _made(made: Made) -> dict[str, Any]:
    change = made.change
    return {
        "version": made.version,
        "change": change.kind,
        "source": change.source,
        "days": [{"date": each.date, "working": each.working, "reason": each.reason} for each in change.days],
        "by": made.made_by,
        "at": made.made_at,
    }
