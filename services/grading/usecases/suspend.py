"""Stopping time on a ground that the rulebook names, and letting it run again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.grading.domain.procedure import Procedure
from services.grading.rulebook import Order
from services.grading.usecases.desk import Case, Desk, Wish, allow, suspenders
from shared.auth import Staff
from shared.errors import ConflictError, InvalidError


class Suspend:
    """Both acts are by the posts that the rulebook's `suspension` names."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def suspend(
        self, staff: Staff, incident_id: UUID, ground: str, text: str, orders: Sequence[str] | None, version: int | None
    ) -> Procedure:
        """Stop the time of these orders, by key; None: of all that run against a deadline.

        Raises `ForbiddenError`, `MissingError`, `InvalidError` for a ground or an order that is none, `ConflictError` where nothing
        of what was named runs.
        """
        async with self._desk.db.transaction() as tx:
            case = await self._desk.open(tx, staff, incident_id, version)
            allow(case, suspenders(case.rulebook), "stop time")
            grounds = {reason.id: reason.name for reason in case.rulebook.model.suspension.reasons}
            if ground not in grounds:
                named = ", ".join(f"{key} ({name})" for key, name in grounds.items())
                raise InvalidError(
                    f"规则没有这一中止事由 / No ground {ground!r} in {case.rulebook.id}; it has: {named}."
                )
            running = [key for key, order in _live(case).items() if _can_stop(order, case.at)]
            _require(case, running, orders, "没有在计时的任务 / Nothing here runs against a deadline")
            data = {"reason": ground, "text": text} | ({} if orders is None else {"orders": sorted(orders)})
            return await self._desk.record(case, Wish("suspended", data, "suspended", reason=grounds[ground]))

    async def resume(
        self, staff: Staff, incident_id: UUID, text: str, orders: Sequence[str] | None, version: int | None
    ) -> Procedure:
        """Let it run again; what was used up before stays used up. Raises as `suspend`."""
        async with self._desk.db.transaction() as tx:
            case = await self._desk.open(tx, staff, incident_id, version)
            allow(case, suspenders(case.rulebook), "let time run again")
            standing = [key for key, order in _live(case).items() if order.suspended is not None]
            _require(case, standing, orders, "没有已中止的任务 / Nothing here is suspended")
            data = {"text": text} | ({} if orders is None else {"orders": sorted(orders)})
            return await self._desk.record(case, Wish("resumed", data, "resumed"))


def _live(case: Case) -> dict[str, Order]:
    procedure = case.procedure
    return {key: order for key, order in procedure.issued.items() if key not in procedure.discharged}


def _can_stop(order: Order, at: datetime) -> bool:
    """What is late already stays late, and the decision on the grade waits for nothing."""
    return order.due_at is not None and order.due_at > at and order.kind != "approve_grade"


def _require(case: Case, fitting: Sequence[str], orders: Sequence[str] | None, otherwise: str) -> None:
    unknown = [key for key in orders or () if key not in case.procedure.issued]
    if unknown:
        raise InvalidError(
            f"没有这些任务 / There are no such orders: {', '.join(unknown)}.",
            errors=[{"where": "body.orders", "what": f"known: {', '.join(case.procedure.issued)}"}],
        )
    missed = [key for key in orders or () if key not in fitting]
    if missed or not fitting:
        named = f": {', '.join(missed)}" if missed else ""
        raise ConflictError(f"{otherwise}{named}.", version=case.procedure.version, orders=list(fitting))
