"""Which days are worked: the State Council's yearly notices as a table, correctable, and what holds without."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

WEEKDAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
# A notice sometimes moves days of the December before it (29-31 December in 2007, 2018, 2022, 2023): with a margin.
LAST_SETTLED_DECEMBER_DAY: Final = 24


@dataclass(frozen=True, slots=True)
class Day:
    """One day: worked or not, why when it is not what the weekday says, and whether that may still change."""

    date: date
    working: bool
    reason: str | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class Correction:
    """What an administrator sets for one day, with the reason shown to auditors ('国庆节', '春节调休', '台风停工')."""

    date: date
    working: bool
    reason: str


class Calendar:
    """An immutable value: the days that differ from Mon-Fri, and the years whose notice is in.

    Compared and hashed by identity, so that counted periods can be cached per calendar; two calendars with equal
    `version` hold equal data.
    """

    __slots__ = ("_days", "_exceptions", "notices", "version")

    def __init__(self, exceptions: Mapping[date, tuple[bool, str]], notices: Iterable[int]) -> None:
        self._exceptions = MappingProxyType(dict(exceptions))
        self.notices: Final = frozenset(notices)
        self.version: Final = _version(self._exceptions, self.notices)
        self._days: dict[date, Day] = {}

    @property
    def exceptions(self) -> Mapping[date, tuple[bool, str]]:
        """The days that differ from Mon-Fri: date to (working, reason)."""
        return self._exceptions

    def day(self, when: date) -> Day:
        """What is known of one day. Never fails: a year without notice is answered provisionally."""
        known = self._days.get(when)
        if known is None:
            known = self._days[when] = self._look(when)
        return known

    def _look(self, when: date) -> Day:
        provisional = self.is_provisional(when)
        exception = self._exceptions.get(when)
        if exception is not None:
            return Day(when, exception[0], exception[1], provisional)
        working = when.weekday() < 5
        return Day(when, working, None if working else WEEKDAYS[when.weekday()], provisional)

    def is_working(self, when: date) -> bool:
        """Whether the office works that day."""
        return self.day(when).working

    def is_provisional(self, when: date) -> bool:
        """Whether a notice still to come may change that day."""
        if when.year not in self.notices:
            return True
        return when.month == 12 and when.day > LAST_SETTLED_DECEMBER_DAY and when.year + 1 not in self.notices

    def next_working(self, when: date) -> date:
        """The day itself when it is worked, else the next one that is."""
        while not self.day(when).working:
            when += timedelta(days=1)
        return when

    def with_corrections(self, corrections: Iterable[Correction], notices: Iterable[int] = ()) -> "Calendar":
        """A new calendar with these days set; the further `notices` are years no longer provisional."""
        days = dict(self._exceptions)
        days.update({c.date: (c.working, c.reason) for c in corrections})
        return Calendar(days, self.notices | set(notices))


def _version(exceptions: Mapping[date, tuple[bool, str]], notices: frozenset[int]) -> str:
    digest = hashlib.sha256()
    for when in sorted(exceptions):
        working, reason = exceptions[when]
        digest.update(f"{when.isoformat()}|{int(working)}|{reason}\n".encode())
    digest.update(",".join(map(str, sorted(notices))).encode())
    return f"cn-{max(notices, default=0)}-{digest.hexdigest()[:12]}"
