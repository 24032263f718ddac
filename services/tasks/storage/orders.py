"""The hot path: what a batch of grading's decisions writes, in as few statements as there are kinds of rows.

An incident's `version` is grading's count of decisions; only a newer decision writes, so a repeated event changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.tasks.storage.codec import write_body, write_clock
from shared.contracts.envelope import Event
from shared.contracts.grading import Assignment, Deadline, ProcedureAdvanced, RoutineAdvanced
from shared.db import Transaction

Decision = ProcedureAdvanced | RoutineAdvanced
"""What orders tasks: a decision on an incident, or rounds that came round; the latter's series stands in the incidents' table."""

_INCIDENTS = """
INSERT INTO tasks.incidents AS i (incident_id, organisation_id, version, phase, title, merged_into)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::text[], $6::uuid[])
ON CONFLICT (incident_id) DO UPDATE SET version = excluded.version, phase = excluded.phase, title = excluded.title,
  merged_into = excluded.merged_into
WHERE i.version < excluded.version
RETURNING incident_id
"""

# What is done stays done, what was withdrawn is owed again; a verdict holds unless the new deadline lies ahead ($1: now).
# An assignment that comes without a deadline has none any longer: its time stands still, or its rule gives none now.
_VERDICT = """
  overdue = CASE WHEN t.state = 'done' THEN coalesce(t.done_at > {due}, t.overdue) ELSE t.overdue AND coalesce({due} < $1, true) END,
  escalated = CASE WHEN {due} > $1 AND {due} IS DISTINCT FROM t.due_at THEN 0 ELSE t.escalated END,
  version = t.version + 1"""

_TASKS = f"""
INSERT INTO tasks.tasks AS t
  (id, incident_id, organisation_id, due_at, presumed, desk, key, kind, name, owner, owner_name, clause, body, clock)
SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::bool[], $7::text[], $8::text[], $9::text[],
  $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[])
ON CONFLICT (id) DO UPDATE SET
  due_at = excluded.due_at, clock = excluded.clock, presumed = excluded.presumed,
  desk = excluded.desk, key = excluded.key, kind = excluded.kind, name = excluded.name, owner = excluded.owner,
  owner_name = excluded.owner_name, clause = excluded.clause, body = excluded.body,
  state = CASE t.state WHEN 'withdrawn' THEN 'open' ELSE t.state END,
  holder = CASE t.state WHEN 'withdrawn' THEN NULL ELSE t.holder END,
  held_at = CASE t.state WHEN 'withdrawn' THEN NULL ELSE t.held_at END,
  reason = CASE t.state WHEN 'withdrawn' THEN NULL ELSE t.reason END, duplicate_of = NULL,
{_VERDICT.format(due="excluded.due_at")}
"""

_DEADLINES = f"""
UPDATE tasks.tasks AS t SET due_at = d.due_at, clock = d.clock,
{_VERDICT.format(due="d.due_at")}
FROM unnest($2::uuid[], $3::timestamptz[], $4::text[]) AS d(id, due_at, clock) WHERE t.id = d.id
"""

_WITHDRAWN = """
UPDATE tasks.tasks AS t SET state = 'withdrawn', reason = w.reason, duplicate_of = w.duplicate_of, version = t.version + 1
FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS w(id, reason, duplicate_of) WHERE t.id = w.id AND t.state IN ('open', 'claimed')
"""

_DISCHARGED = """
UPDATE tasks.tasks AS t SET state = 'done', done_at = d.at, holder = coalesce(t.holder, d.by), held_at = coalesce(t.held_at, d.at),
  overdue = coalesce(d.at > t.due_at, false), version = t.version + 1
FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) AS d(id, at, by) WHERE t.id = d.id AND t.state IN ('open', 'claimed')
"""


@dataclass(slots=True)
class Orders:
    """What a batch orders, by rows; each list is one statement. `timers` are (task, incident, first moment), `stopped` those that end
    because time stands still.
    """

    tasks: list[tuple[Any, ...]] = field(default_factory=list)
    deadlines: list[tuple[UUID, datetime, str]] = field(default_factory=list)
    withdrawn: list[tuple[UUID, str, UUID | None]] = field(default_factory=list)
    discharged: list[tuple[UUID, datetime, str]] = field(default_factory=list)
    timers: list[tuple[UUID, UUID, datetime]] = field(default_factory=list)
    stopped: list[UUID] = field(default_factory=list)

    @property
    def ended(self) -> list[UUID]:
        """The tasks whose clocks stop."""
        return [row[0] for row in self.withdrawn] + [row[0] for row in self.discharged] + self.stopped

    def add(self, event: Event[Decision]) -> None:
        """Take over one decision: assignments with their deadlines, deadlines that came alone, ends."""
        deadlines = {deadline.assignment_id: deadline for deadline in event.data.deadlines}
        for deadline in event.data.deadlines:
            self.timers.extend(_timer(event.subject, deadline))
        for order in {order.id: order for order in event.data.assignments}.values():
            dated = deadlines.pop(order.id, None)
            self.tasks.append(_task_row(event, order, dated))
            if dated is None and order.suspended:
                self.stopped.append(order.id)
            elif dated is None and order.remind_at and order.desk == "tasks":
                self.timers.append((order.id, event.subject, min(order.remind_at)))
        self.deadlines += [(d.assignment_id, d.due_at, write_clock(d)) for d in deadlines.values()]
        self.withdrawn += [(gone.assignment_id, gone.reason, gone.duplicate_of) for gone in event.data.withdrawn]
        self.discharged += [(done.assignment_id, done.at, done.by) for done in event.data.discharged]


def _task_row(event: Event[Decision], order: Assignment, deadline: Deadline | None) -> tuple[Any, ...]:
    return (
        order.id,
        event.subject,
        event.organisation_id,
        None if deadline is None else deadline.due_at,
        order.presumed,
        order.desk,
        order.key,
        order.kind,
        order.name,
        order.owner,
        order.owner_name,
        order.clause,
        write_body(order),
        None if deadline is None else write_clock(deadline),
    )


def _timer(incident_id: UUID, deadline: Deadline) -> list[tuple[UUID, UUID, datetime]]:
    """The first moment that is ours; where it was spent before, firing finds so and moves on to the next."""
    moments = [at for at, _ in deadline.escalate]
    if deadline.holder == "tasks":
        moments += [deadline.due_at, *deadline.remind_at]
    return [(deadline.assignment_id, incident_id, min(moments))] if moments else []


async def take_decisions(tx: Transaction, events: Sequence[Event[Decision]]) -> Sequence[Event[Decision]]:
    """Move the incidents on, new ones in the order of their ids; returns the decisions that are news."""
    told = sorted(events, key=lambda event: event.subject)
    rows_in = [
        (e.subject, e.organisation_id, e.data.version, _phase(e.data), e.data.title, _into(e.data)) for e in told
    ]
    columns = map(list, zip(*rows_in, strict=True))
    rows = await tx.fetch(_INCIDENTS, *columns)
    if len(rows) == len(events):
        return events
    news = {row["incident_id"] for row in rows}
    return [event for event in events if event.subject in news]


def _phase(decision: Decision) -> str:
    """Where the matter stands; a series of rounds goes on as long as its rulebook."""
    return decision.phase if isinstance(decision, ProcedureAdvanced) else "open"


def _into(decision: Decision) -> UUID | None:
    return decision.into if isinstance(decision, ProcedureAdvanced) else None


async def save_orders(tx: Transaction, orders: Orders, now: datetime) -> None:
    """Write what was ordered; `now` is office time. Timers are the caller's to set and to drop."""
    if orders.tasks:
        await tx.execute(_TASKS, now, *map(list, zip(*orders.tasks, strict=True)))
    if orders.deadlines:
        await tx.execute(_DEADLINES, now, *map(list, zip(*orders.deadlines, strict=True)))
    if orders.withdrawn:
        await tx.execute(_WITHDRAWN, *map(list, zip(*orders.withdrawn, strict=True)))
    if orders.discharged:
        await tx.execute(_DISCHARGED, *map(list, zip(*orders.discharged, strict=True)))
