"""The calendar in force: the one place from which every transaction that computes dates has it."""

from dataclasses import dataclass
from functools import lru_cache

from services.grading.domain.holidays import first_difference, laid_over
from services.grading.storage.calendar import Made, current_version, load_changes
from shared.calendar import Calendar, official_calendar
from shared.db import Transaction


@dataclass(frozen=True, slots=True, eq=False)
class InForce:
    """The calendar of one version, with the changes that made it, oldest first."""

    version: int
    calendar: Calendar
    made: tuple[Made, ...]

    def since(self, version: int) -> list[Made]:
        """The changes after that version."""
        return [each for each in self.made if each.version > version]


class Calendars:
    """Calendars by version, each built once a process; which one is in force, the database says in every transaction.

    Read it after the procedures are locked: a procedure that was counted by a version then never meets an older one.
    """

    def __init__(self) -> None:
        self._known: dict[int, InForce] = {0: InForce(0, official_calendar(), ())}
        self.first_difference = lru_cache(maxsize=64)(first_difference)

    async def current(self, tx: Transaction) -> InForce:
        """The calendar in force."""
        return await self.at(tx, await current_version(tx))

    async def at(self, tx: Transaction, version: int) -> InForce:
        """The calendar of a version, by which dates were counted then."""
        found = self._known.get(version)
        if found is None:
            made = await load_changes(tx, version)
            calendar = laid_over(official_calendar(), [each.change for each in made])
            found = self._known[version] = InForce(version, calendar, tuple(made))
        return found
