"""Running deadlines counted anew because the calendar changed: which of them move, and what of a procedure still runs. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from services.grading.domain.procedure import Procedure
from services.grading.rulebook import CompiledRulebook, Fact, Order, advance
from shared.calendar import Calendar


class Running(NamedTuple):
    """What of a procedure a change of the calendar may move.

    `until` is the last moment of any clock that runs, None where none does; `provisional` counts the deadlines among them that a
    notice still to come may move.
    """

    until: datetime | None
    provisional: int


NOTHING_RUNS = Running(None, 0)


class Moved(NamedTuple):
    """One running deadline that moves."""

    order: Order
    before: datetime
    after: datetime


class Recount(NamedTuple):
    """The deadlines that move, and every order as it is by the other calendar."""

    moves: list[Moved]
    orders: Mapping[str, Order]


def running(issued: Mapping[str, Order], discharged: frozenset[str]) -> Running:
    """What runs of these orders."""
    live = [order for key, order in issued.items() if key not in discharged]
    until = max((moment for order in live for moment in _moments(order)), default=None)
    return Running(until, sum(order.provisional and order.due_at is not None for order in live))


def _moments(order: Order) -> Iterator[datetime]:
    if order.due_at is not None:
        yield order.due_at
        if order.extension and "request_by" in order.extension:
            yield datetime.fromisoformat(order.extension["request_by"])
    if order.target_at is not None:
        yield order.target_at
    yield from order.remind_at
    yield from (at for at, _ in order.escalate)


def moved(procedure: Procedure, rulebook: CompiledRulebook, calendar: Calendar) -> list[Moved]:
    """The deadlines that this calendar puts elsewhere than they were issued, with where they were."""
    return recount(procedure, rulebook, calendar).moves


def recount(procedure: Procedure, rulebook: CompiledRulebook, calendar: Calendar) -> Recount:
    """The procedure's orders by this calendar, nothing being kept."""
    result = advance(rulebook, calendar, procedure.facts, procedure.issued)
    moves = [
        Moved(order, before.due_at, order.due_at)
        for key, order in result.orders.items()
        if (before := procedure.issued.get(key)) is not None
        and before.due_at is not None
        and order.due_at is not None
        and before.due_at != order.due_at
    ]
    return Recount(moves, result.orders)


def reprojected(procedure: Procedure, moves: Sequence[Moved], version: int, by: str, at: datetime, why: str) -> Fact:
    """The fact that these deadlines of the procedure moved with version `version` of the calendar."""
    data = {
        "cause": "calendar",
        "by": by,
        "reason": why,
        "moved": {each.order.key: each.before.isoformat() for each in moves},
    }
    return Fact(f"{procedure.incident_id}:calendar:{version}", "reprojected", at, data)
