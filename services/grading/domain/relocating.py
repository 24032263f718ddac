"""A running procedure under another rulebook: what that would order, withdraw and move. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.grading.domain.procedure import Procedure
from services.grading.rulebook import Advance, CompiledRulebook, Fact, Order, advance
from shared.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Relocation:
    """The wish: under which rulebook, by whom (a login), and why. `act` becomes the id of the fact."""

    act: str
    rulebook_hash: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Shift:
    """One order whose deadline would be another. None: it has none."""

    order: Order
    before: datetime | None
    after: datetime | None

    @property
    def gives_time(self) -> bool:
        """Whether whoever owes it would have longer."""
        return self.before is not None and (self.after is None or self.after > self.before)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a move to another rulebook changes."""

    advance: Advance
    shifts: Sequence[Shift]


def plan(procedure: Procedure, target: CompiledRulebook, calendar: Calendar, wish: Relocation, at: datetime) -> Plan:
    """What would follow if the procedure moved to `target` at `at`; the procedure itself stays as it is."""
    result = advance(target, calendar, [*procedure.facts, _fact(wish, procedure, at, {})], procedure.issued)
    shifts = [
        Shift(order, before.due_at, order.due_at)
        for key, order in result.orders.items()
        if key not in result.done
        and (before := procedure.issued.get(key)) is not None
        and before.due_at != order.due_at
        and before.suspended is None
    ]
    return Plan(result, shifts)


def relocated(
    procedure: Procedure, target: CompiledRulebook, calendar: Calendar, wish: Relocation, at: datetime
) -> Fact:
    """The fact that the procedure was moved, with the deadlines that were and are no longer."""
    shifts = plan(procedure, target, calendar, wish, at).shifts
    moved = {each.order.key: each.before.isoformat() for each in shifts if each.before is not None}
    return _fact(wish, procedure, at, moved)


def _fact(wish: Relocation, procedure: Procedure, at: datetime, moved: Mapping[str, str]) -> Fact:
    data: dict[str, Any] = {
        "cause": "rulebook",
        "by": wish.by,
        "reason": wish.reason,
        "from": procedure.rulebook_hash,
        "to": wish.rulebook_hash,
        "moved": dict(moved),
    }
    return Fact(wish.act, "reprojected", at, data)
