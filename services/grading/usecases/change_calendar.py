"""Correcting the calendar: shown first, kept as a version, told of; running deadlines then follow in the background.

The calendar is the installation's: only the platform's administrator changes it. An organisation's own may see what a change would
move with them.
"""

from dataclasses import dataclass
from typing import Any

from services.grading.domain.holidays import Change, laid_over
from services.grading.domain.notice import check_notice
from services.grading.storage.calendar import Made, lock_calendar, save_change
from services.grading.storage.running import lagging
from services.grading.usecases.calendars import Calendars, InForce
from services.grading.usecases.impact import Impact
from shared.auth import Staff
from shared.calendar import Calendar, official_calendar
from shared.clock import Clock
from shared.contracts.envelope import NewEvent
from shared.contracts.grading import CALENDAR_SUBJECT, CalendarChanged, CalendarDay
from shared.db import Database, Transaction
from shared.errors import ForbiddenError, InvalidError
from shared.ids import new_id
from shared.journal import Journal

PLATFORM, PLATFORM_ADMIN = "platform", "platform_admin"
"""The house of those who run the installation, and their role in it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change. `changed` False: all of it held already, or it was only looked at (`impact` is then there)."""

    changed: bool
    preview: bool
    version: int
    calendar: str
    warnings: list[str]
    lagging: int
    impact: dict[str, Any] | None


class ChangeCalendar:
    """Corrections of the calendar by people."""

    def __init__(self, db: Database, journal: Journal, calendars: Calendars, impact: Impact, office: Clock) -> None:
        self._db = db
        self._journal = journal
        self._calendars = calendars
        self._impact = impact
        self._office = office

    async def __call__(self, staff: Staff, change: Change, *, preview: bool) -> Outcome:
        """Look at a change, or make it. The same change again changes nothing.

        Raises `ForbiddenError` unless the platform's administrator makes it, `InvalidError` listing what can't be in a notice.
        """
        warnings = _checked(change)
        if preview:
            return await self._look(staff, change, warnings)
        if not _runs_platform(staff):
            raise ForbiddenError(
                "日历为全平台共用，只有平台管理员可以修改；预览请加 preview / The calendar is the whole installation's: only the "
                "platform's administrator changes it. Ask with `preview` to see what it would move here."
            )
        return await self._make(staff, change, warnings)

    async def _look(self, staff: Staff, change: Change, warnings: list[str]) -> Outcome:
        async with self._db.transaction() as tx:
            in_force = await self._calendars.current(tx)
        candidate = _with(in_force, change)
        first = self._calendars.first_difference(in_force.calendar, candidate)
        within = None if _runs_platform(staff) else staff.organisation_id
        report = await self._impact(candidate, in_force, first, within)
        return Outcome(False, True, in_force.version, candidate.version, warnings, 0, report.as_dict())

    async def _make(self, staff: Staff, change: Change, warnings: list[str]) -> Outcome:
        async with self._db.transaction() as tx:
            await lock_calendar(tx)
            in_force = await self._calendars.current(tx)
            after = _with(in_force, change)
            if after.version == in_force.calendar.version:
                behind = await lagging(tx, in_force.version)
                return Outcome(False, False, in_force.version, after.version, warnings, behind, None)
            version = in_force.version + 1
            await self._keep(tx, Made(version, change, staff.login, self._office.now()), after)
            return Outcome(True, False, version, after.version, warnings, await lagging(tx, version), None)

    async def _keep(self, tx: Transaction, made: Made, after: Calendar) -> None:
        await save_change(tx, made)
        payload = CalendarChanged(
            version=made.version,
            calendar=after.version,
            change=made.change.kind,
            year=made.change.year,
            days=[CalendarDay(date=each.date, working=each.working) for each in made.change.days],
            by=made.made_by,
        )
        await self._journal.append(tx, [NewEvent(new_id(), PLATFORM, CALENDAR_SUBJECT, made.made_at, payload)])


def _with(in_force: InForce, change: Change) -> Calendar:
    return laid_over(official_calendar(), [*(each.change for each in in_force.made), change])


def _runs_platform(staff: Staff) -> bool:
    return staff.organisation_id == PLATFORM and PLATFORM_ADMIN in staff.roles


def _checked(change: Change) -> list[str]:
    if change.kind == "day":
        return []
    findings = check_notice(change.year, change.days)
    if findings.errors:
        errors = [{"where": "body.days", "what": what} for what in findings.errors]
        raise InvalidError("放假安排有误，见 errors / This can't be a year's notice; see `errors`.", errors=errors)
    return findings.warnings
