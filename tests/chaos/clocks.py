"""Clocks after faults: what was due has fired once, what is not yet due still has its timer."""

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tests.bench.stillness import Connection
from tests.chaos.findings import Finding, some
from tests.chaos.orders import Order, Orders

SLACK = timedelta(seconds=3)
"""A clock whose moment lies less than this in the past may fire yet."""
FIRED = {"tasks": "task.changed.v1", "publishing": "answer.changed.v1"}


@dataclass(frozen=True, slots=True)
class Clocks:
    """`due` moments have passed: overdue marks and steps of escalation."""

    due: int
    findings: list[Finding]


async def check_clocks(connection: Connection, orders: Orders, now: datetime) -> Clocks:
    """At office time `now`, after everything has come to rest. Nobody completes anything in this run but grading."""
    fired = {holder: await _fired(connection, holder) for holder in FIRED}
    timers = {holder: await _timers(connection, holder) for holder in FIRED}
    due, findings = 0, list[Finding]()
    overdue, steps, absent = list[str](), list[str](), list[str]()
    for order_id, order in orders.all.items():
        if order.state != "owed" or order.due_at is None or order.holder is None:
            continue
        late = order.due_at < now - SLACK
        times = fired[order.holder]["overdue", order_id]
        if order.due_at < now - SLACK or order.due_at > now:
            overdue += [f"{order_id}, due {order.due_at}: {times} times"] if times != int(late) else []
        passed = sum(max(at, order.due_at) < now - SLACK for at in order.escalate)
        taken = fired["tasks"]["escalated", order_id]
        steps += [f"{order_id}: {taken} of {passed} steps"] if taken != passed else []
        due += int(late) + passed
        absent += _without_timer(order_id, order, timers, now)
    for holder, moments in timers.items():
        findings += some(
            "missed", f"{holder}.timers (past and not fired)", [at for at in moments.values() if at < now - SLACK]
        )
    findings += some("missed", "overdue marks (one for each that is late)", overdue)
    findings += some("missed", "steps of escalation (one event each)", steps)
    findings += some("missed", "timers (running clock, no timer)", absent)
    findings += await _twice(connection)
    return Clocks(due, findings)


def _without_timer(
    order_id: UUID, order: Order, timers: dict[str, dict[UUID, datetime]], now: datetime
) -> Collection[str]:
    assert order.due_at is not None
    ahead = [at for at in [order.due_at, *order.remind_at] if at > now + SLACK]
    steps = [at for at in order.escalate if max(at, order.due_at) > now + SLACK]
    expected = {"tasks": ahead + steps if order.holder == "tasks" else steps}
    if order.holder == "publishing":
        expected["publishing"] = ahead
    return [f"{order_id} in {desk}" for desk, moments in expected.items() if moments and order_id not in timers[desk]]


async def _fired(connection: Connection, holder: str) -> Counter[tuple[str, UUID]]:
    """How often each assignment was told overdue or escalated."""
    rows = await connection.fetch(f"SELECT data FROM {holder}.journal WHERE type = $1", FIRED[holder])
    told = (json.loads(row["data"]) for row in rows)
    return Counter((each["change"], UUID(each["assignment_id"])) for each in told if each.get("assignment_id"))


async def _timers(connection: Connection, holder: str) -> dict[UUID, datetime]:
    return {row["id"]: row["fire_at"] for row in await connection.fetch(f"SELECT id, fire_at FROM {holder}.timers")}


async def _twice(connection: Connection) -> list[Finding]:
    rows = await connection.fetch(
        "SELECT d->>'assignment_id' AS id, d->>'change' AS change, d->>'version' AS version "
        "FROM (SELECT data::jsonb AS d FROM tasks.journal WHERE type = $1) told GROUP BY 1, 2, 3 HAVING count(*) > 1",
        FIRED["tasks"],
    )
    return some("doubled", "tasks.journal (one change of a task told twice)", [dict(row) for row in rows])
