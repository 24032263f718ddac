"""What a change of the calendar would move, worked out before it does anything."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from services.grading.domain.procedure import Procedure
from services.grading.domain.reprojection import Moved, recount, running
from services.grading.rulebook import CompiledRulebook
from services.grading.storage.procedures import read_many
from services.grading.storage.running import touched
from services.grading.usecases.calendars import InForce
from services.grading.usecases.rulebooks import Rulebooks
from shared.calendar import Calendar
from shared.db import Database

LISTED = 200
LOOKED_AT_MOST = 5_000
"""Procedures that one preview counts anew: some seconds' work. Beyond it, the figures are 'at least'."""
_PAGE = 25


@dataclass(slots=True)
class Report:
    """The impact: how many procedures and deadlines, by how many calendar days (later: positive), the first of them, and how
    many deadlines stay where they are but are settled by the notice. `complete` False: only the first `looked_at` were counted.
    """

    looked_at: int = 0
    complete: bool = True
    procedures: int = 0
    deadlines: int = 0
    settled: int = 0
    by_days: Counter[int] = field(default_factory=Counter)
    first: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "looked_at": self.looked_at,
            "complete": self.complete,
            "procedures": self.procedures,
            "deadlines": self.deadlines,
            "settled": self.settled,
            "by_days": {f"{days:+d}": count for days, count in sorted(self.by_days.items())},
            "first": self.first,
        }


def midnight_before(day: date) -> datetime:
    """A moment that lies before `day` in every zone, for comparing moments with days."""
    return datetime.combine(day, time(0), UTC) - timedelta(days=1)


class Impact:
    """Counts running deadlines by another calendar, without keeping anything."""

    def __init__(self, db: Database, rulebooks: Rulebooks) -> None:
        self._db = db
        self._rulebooks = rulebooks

    async def __call__(
        self, candidate: Calendar, in_force: InForce, first_day: date | None, organisation_id: str | None
    ) -> Report:
        """What would move if `candidate` took the place of `in_force`, from which it differs from `first_day` on."""
        report = Report()
        if first_day is None:
            return report
        async with self._db.transaction() as tx:
            ids = await touched(tx, midnight_before(first_day), organisation_id, LOOKED_AT_MOST + 1)
        report.complete = len(ids) <= LOOKED_AT_MOST
        del ids[LOOKED_AT_MOST:]
        for start in range(0, len(ids), _PAGE):
            async with self._db.transaction() as tx:
                for procedure in await read_many(tx, ids[start : start + _PAGE]):
                    rulebook = await self._rulebooks.get(tx, procedure.rulebook_hash)
                    _add(report, procedure, rulebook, candidate)
        return report


def _add(report: Report, procedure: Procedure, rulebook: CompiledRulebook, candidate: Calendar) -> None:
    report.looked_at += 1
    moves, after = recount(procedure, rulebook, candidate)
    open_moves = [each for each in moves if each.order.key not in procedure.discharged]
    before = running(procedure.issued, procedure.discharged).provisional
    report.settled += max(0, before - running(after, procedure.discharged).provisional)
    report.procedures += bool(open_moves)
    report.deadlines += len(open_moves)
    for each in open_moves:
        report.by_days[_days(each, rulebook)] += 1
        if len(report.first) < LISTED:
            report.first.append(_row(procedure, each, rulebook))


def _days(each: Moved, rulebook: CompiledRulebook) -> int:
    local = rulebook.hours.local
    return (local(each.after).date() - local(each.before).date()).days


def _row(procedure: Procedure, each: Moved, rulebook: CompiledRulebook) -> dict[str, Any]:
    local = rulebook.hours.local
    return {
        "incident_id": procedure.incident_id,
        "organisation_id": procedure.organisation_id,
        "key": each.order.key,
        "duty": each.order.name,
        "clause": each.order.clause,
        "before": local(each.before).isoformat(),
        "after": local(each.after).isoformat(),
    }
