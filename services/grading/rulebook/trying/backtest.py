"""Past incidents under a draft: what would have been graded, owed and missed differently. Pure; the caller reads and prints."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from services.grading.rulebook.engine.compiled import CompiledRulebook
from services.grading.rulebook.engine.facts import FactError
from services.grading.rulebook.trying.replay import Incident, IncidentError, Replayed, replay
from shared.calendar import Calendar

Compared = Literal["same", "higher", "lower", "undecided", "incomparable"]
OldOf = Callable[[Incident], CompiledRulebook]
"""The rulebook an incident is compared against. Raises IncidentError where there is none."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One incident under both. Keys are those of orders; `late` are missed under the rulebook it is named for."""

    id: str
    old: CompiledRulebook
    before: Replayed
    after: Replayed
    grade: Compared
    proposal: Compared

    @property
    def more(self) -> tuple[str, ...]:
        """Owed under the draft alone."""
        return tuple(key for key in self.after.orders if key not in self.before.orders)

    @property
    def fewer(self) -> tuple[str, ...]:
        """Owed before alone."""
        return tuple(key for key in self.before.orders if key not in self.after.orders)

    @property
    def newly_missed(self) -> tuple[str, ...]:
        """Missed under the draft alone, in the order of the rulebook."""
        return tuple(key for key in self.after.orders if key in self.after.missed - self.before.missed)

    @property
    def no_longer_missed(self) -> tuple[str, ...]:
        """Missed before alone."""
        return tuple(key for key in self.before.orders if key in self.before.missed - self.after.missed)

    @property
    def nothing(self) -> bool:
        """Whether the draft makes no difference to this incident."""
        return (
            self.before.level == self.after.level
            and self.before.proposal == self.after.proposal
            and self.before.orders.keys() == self.after.orders.keys()
            and self.before.missed == self.after.missed
            and not self.after.regraded
        )


@dataclass(slots=True)
class Totals:
    """Sums over all incidents. Duties by id: how often owed and missed, before and after."""

    incidents: int = 0
    different: int = 0
    grade: Counter[Compared] = field(default_factory=Counter)
    proposal: Counter[Compared] = field(default_factory=Counter)
    duties_more: int = 0
    duties_fewer: int = 0
    missed_before: int = 0
    missed_after: int = 0
    missed_unasked: int = 0
    regraded: int = 0
    other_version: int = 0
    duties: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, found: Difference, incident: Incident) -> None:
        """Count one more."""
        self.incidents += 1
        self.different += not found.nothing
        self.grade[found.grade] += 1
        self.proposal[found.proposal] += 1
        self.duties_more += len(found.more)
        self.duties_fewer += len(found.fewer)
        self.missed_before += len(found.before.missed)
        self.missed_after += len(found.after.missed)
        self.missed_unasked += len([key for key in found.more if key in found.after.open])
        self.regraded += bool(found.after.regraded)
        self.other_version += incident.rulebook_hash not in (None, found.old.hash)
        self._count("before", found.before)
        self._count("after", found.after)

    def _count(self, side: str, replayed: Replayed) -> None:
        for key, order in replayed.orders.items():
            counts = self.duties.setdefault(order.duty, Counter())
            counts[f"owed_{side}"] += 1
            counts[f"missed_{side}"] += key in replayed.missed

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        kinds: tuple[Compared, ...] = ("same", "higher", "lower", "undecided", "incomparable")
        sides = ("owed_before", "owed_after", "missed_before", "missed_after")
        return {
            "incidents": self.incidents,
            "different": self.different,
            "grade": {kind: self.grade[kind] for kind in kinds},
            "proposal": {kind: self.proposal[kind] for kind in kinds},
            "duties": {"more": self.duties_more, "fewer": self.duties_fewer},
            "missed": {"before": self.missed_before, "after": self.missed_after, "unasked": self.missed_unasked},
            "regraded": self.regraded,
            "other_version": self.other_version,
            "by_duty": {duty: {side: counts[side] for side in sides} for duty, counts in self.duties.items()},
        }


def backtest(
    draft: CompiledRulebook, old: CompiledRulebook, calendar: Calendar, incident: Incident, now: datetime
) -> Difference:
    """One incident under both rulebooks, as things stood at `now`. Raises IncidentError for a fact that can't be read."""
    try:
        before = replay(old, calendar, incident.facts, now)
        after = replay(draft, calendar, incident.facts, now)
    except (FactError, KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise IncidentError(f"incident {incident.id}: {error}") from error
    return Difference(
        incident.id,
        old,
        before,
        after,
        compare(old, draft, before.level, after.level),
        compare(old, draft, before.proposal, after.proposal),
    )


def compare(old: CompiledRulebook, new: CompiledRulebook, before: str | None, after: str | None) -> Compared:
    """Whether a level rises or falls; between rulebooks with different levels, by where both stand in one of them."""
    if before is None or after is None:
        return "undecided"
    if before == after:
        return "same"
    ranks: Mapping[str, int] = new.ranks if before in new.ranks else old.ranks
    if before not in ranks or after not in ranks:
        return "incomparable"
    return "higher" if ranks[after] > ranks[before] else "lower"
