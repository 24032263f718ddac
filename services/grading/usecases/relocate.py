"""Moving running incidents to another rulebook: looked at beforehand, then done one by one, by somebody, for a reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.grading.domain.announcing import assignment_id
from services.grading.domain.procedure import Procedure
from services.grading.domain.relocating import Plan, Relocation, plan
from services.grading.rulebook import CompiledRulebook, Order
from services.grading.storage import procedures, rulebooks
from services.grading.usecases.calendars import Calendars
from services.grading.usecases.desk import ADMIN, Desk, allow, closers
from services.grading.usecases.reconcile import News
from services.grading.usecases.shelf import Shelf
from shared.auth import Staff
from shared.errors import ConflictError
from shared.ids import new_id

MOST = 200
"""Incidents looked at in one preview."""


class Relocate:
    """`impact` writes nothing; `__call__` is the act."""

    def __init__(self, desk: Desk, shelf: Shelf, calendars: Calendars) -> None:
        self._desk = desk
        self._shelf = shelf
        self._calendars = calendars

    async def __call__(
        self, staff: Staff, incident_id: UUID, rulebook_hash: str, reason: str, version: int | None
    ) -> Procedure:
        """Move one incident. By whoever may close it under its present rulebook, or an administrator.

        Raises `ForbiddenError`, `MissingError` for a rulebook that is not here, `ConflictError` where the incident is under it already
        or the organisation never worked under it: its posts were not checked then, and nobody else knows its names.
        """
        await self._desk.rulebooks.shipped()  # read before anything is held
        async with self._desk.db.transaction() as tx:
            case = await self._desk.open(tx, staff, incident_id, version)
            allow(case, [*closers(case.rulebook), ADMIN], "move an incident to another rulebook")
            target = await self._shelf.visible(tx, staff.organisation_id, rulebook_hash)
            if rulebook_hash == case.procedure.rulebook_hash:
                raise ConflictError("事件已适用该规则 / The incident is under this rulebook already.")
            if not await rulebooks.was_active(tx, staff.organisation_id, rulebook_hash):
                raise ConflictError(
                    "该规则从未在本单位施行,请先施行 / This rulebook has never been in force here: activate it first."
                )
            wish = Relocation(str(new_id()), rulebook_hash, staff.login, reason)
            why = f"改按{target.title}({target.version})办理"
            news = News(staff.organisation_id, (), "relocated", staff.login, act=wish.act, reason=why, to=wish)
            return (await self._desk.reconcile(tx, {incident_id: news}))[incident_id]

    async def impact(
        self, staff: Staff, rulebook_hash: str, incidents: Sequence[UUID] | None, layers: Sequence[str] | None
    ) -> dict[str, Any]:
        """What moving these incidents (None: those that run, oldest first, at most `MOST`) would issue, withdraw and move.

        The rulebook is taken as activating it would bring it into force, over the same layers. Raises as `Activate` does for it.
        """
        async with self._desk.db.transaction() as tx:
            target = (await self._shelf.choose(tx, staff.organisation_id, rulebook_hash, layers)).rulebook
            found = await procedures.running_here(tx, staff.organisation_id, incidents, MOST + 1)
            calendar = (await self._calendars.current(tx)).calendar
            now = self._desk.office.now()
            wish = Relocation(str(new_id()), target.hash, staff.login, "")
            rows = [
                _row(each, target, plan(each, target, calendar, wish, now))
                for each in found[:MOST]
                if each.rulebook_hash != target.hash
            ]
        return {"hash": target.hash, "incidents": rows, "more": len(found) > MOST}


def _row(procedure: Procedure, target: CompiledRulebook, found: Plan) -> dict[str, Any]:
    local, grade = target.hours.local, found.advance.grade

    def shown(moment: datetime | None) -> str | None:
        return None if moment is None else local(moment).isoformat()

    def named(order: Order) -> dict[str, Any]:
        key = order.key
        return {"assignment_id": assignment_id(procedure.incident_id, key), "key": key, "name": order.name}

    return {
        "incident_id": procedure.incident_id,
        "title": procedure.title,
        "version": procedure.version,
        "grade": {
            "before": {"level": procedure.level, "state": procedure.grade_state},
            "after": {"level": grade.level, "state": grade.state},
        },
        "issued": [named(order) | {"due": shown(order.due_at)} for order in found.advance.issue],
        "withdrawn": [named(procedure.issued[key]) | {"reason": reason} for key, reason in found.advance.withdraw],
        "moved": [
            named(each.order) | {"from": shown(each.before), "to": shown(each.after), "gives_time": each.gives_time}
            for each in found.shifts
        ],
    }
