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
    """At office time `now`, after everything has come to rest."""
    fired = {holder: await _fired(connection, holder) for holder in FIRED}
    timers = {holder: await _timers(connection, holder) for holder in FIRED}
    ended = await _ended(connection)
    due, findings = 0, list[Finding]()
    overdue, steps, absent = list[str](), list[str](), list[str]()
    for order_id, order in orders.all.items():
        if order.state != "owed" or order.due_at is None or order.holder is None or order_id in ended:
            continue
        late = order.due_at < now - SLACK
        passed = sum(max(at, order.due_at) < now - SLACK for at in order.escalate)
        due += int(late) + passed
        times = fired[order.holder]["overdue", order_id]
        if not int(late) <= times <= len(order.dues):
            overdue.append(f"{order_id}, due {order.due_at}: {times} times")
        taken = fired["tasks"]["escalated", order_id]
        if not passed <= taken <= len(order.escalate) * len(order.dues):
            steps.append(f"{order_id}: {taken} of {passed} steps")
        absent += _without_timer(order_id, order, timers, now)
    for holder, moments in timers.items():
        past = [at for at in moments.values() if at < now - SLACK]
        findings += some("missed", f"{holder}.timers (past and not fired)", past)
    findings += some("missed", "overdue marks (one for each that is late)", overdue)
    findings += some("missed", "steps of escalation (one event each)", steps)
    findings += some("missed", "timers (running clock, no timer)", absent)
    findings += await _twice(connection)
    return Clocks(due, findings)


async def past(connection: Connection, now: datetime) -> int:
    """Timers whose moment has passed and that have not fired yet."""
    counts = [
        await connection.fetchval(f"SELECT count(*) FROM {holder}.timers WHERE fire_at < $1", now - SLACK)
        for holder in FIRED
    ]
    return sum(counts)


async def told_so_far(connection: Connection) -> dict[str, int]:
    """How far the journals are that clocks write to."""
    return {holder: await connection.fetchval(f"SELECT coalesce(max(id), 0) FROM {holder}.journal") for holder in FIRED}


async def fired_early(connection: Connection, since: dict[str, int], now: datetime) -> list[str]:
    """What was told overdue since then, though at true office time `now` it is not due yet: a wrong clock's verdicts."""
    early: list[str] = []
    for holder, last in since.items():
        rows = await connection.fetch(
            f"SELECT j.subject, t.id, t.due_at FROM {holder}.journal j JOIN tasks.tasks t "
            "ON t.id = (j.data::jsonb->>'assignment_id')::uuid "
            "WHERE j.id > $1 AND j.data::jsonb->>'change' IN ('overdue', 'escalated') AND t.due_at > $2",
            last,
            now + SLACK,
        )
        early += [f"{holder}: {row['id']} of {row['subject']}, due {row['due_at']}" for row in rows]
    return early


async def _ended(connection: Connection) -> set[UUID]:
    """What was handed in, or answered: no clock runs for it any more."""
    done = "SELECT id FROM tasks.tasks WHERE state = 'done' UNION SELECT assignment_id FROM publishing.duties WHERE state = 'done'"
    return {row["id"] for row in await connection.fetch(done)}


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
        "SELECT d->>'assignment_id' AS id, d->>'change' AS change, d->>'version' AS version, d->>'role' AS role "
        "FROM (SELECT data::jsonb AS d FROM tasks.journal WHERE type = $1) told GROUP BY 1, 2, 3, 4 HAVING count(*) > 1",
        FIRED["tasks"],
    )
    return some("doubled", "tasks.journal (one change of a task told twice)", [dict(row) for row in rows])
