"""Tasks as the domain knows them: loaded and saved by the set, always with the incident's row locked first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from services.tasks.domain.task import Task
from services.tasks.storage.codec import read_body, read_clock
from shared.db import Transaction

_LOCK = """
SELECT incident_id FROM tasks.incidents
WHERE incident_id = (SELECT incident_id FROM tasks.tasks WHERE id = $1 AND organisation_id = $2 AND name <> '') FOR UPDATE
"""

_TITLE = """
SELECT i.title FROM tasks.tasks t JOIN tasks.incidents i USING (incident_id)
WHERE t.id = $1 AND t.organisation_id = $2 AND t.name <> ''
"""

_LOAD = """
SELECT t.*, a.display_name AS holder_name, i.merged_into FROM tasks.tasks t JOIN tasks.incidents i USING (incident_id)
LEFT JOIN tasks.accounts a ON a.organisation_id = t.organisation_id AND a.login = t.holder
WHERE t.id = ANY($1::uuid[])
"""

_SAVE = """
UPDATE tasks.tasks AS t SET state = s.state, version = s.version, holder = s.holder, held_at = s.held_at, done_at = s.done_at,
  overdue = s.overdue, reminded_at = s.reminded_at, escalated = s.escalated, reason = s.reason
FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::bool[], $8::timestamptz[],
  $9::int[], $10::text[])
  AS s(id, state, version, holder, held_at, done_at, overdue, reminded_at, escalated, reason)
WHERE t.id = s.id
"""


async def lock_task(tx: Transaction, organisation_id: str, task_id: UUID) -> bool:
    """Lock the incident of a task; False where the organisation has no such task."""
    return await tx.value(_LOCK, task_id, organisation_id) is not None


async def load_tasks(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, Task]:
    """The tasks of these ids, as far as they exist; call it only once their incidents are locked, or to look."""
    return {row["id"]: _task(row) for row in await tx.fetch(_LOAD, list(ids))}


async def find_task(tx: Transaction, organisation_id: str, task_id: UUID) -> tuple[Task, str] | None:
    """A task to look at with its incident's masked title; None where the organisation has no such task."""
    title: str | None = await tx.value(_TITLE, task_id, organisation_id)
    if title is None:
        return None
    return (await load_tasks(tx, [task_id]))[task_id], title


async def save_tasks(tx: Transaction, tasks: Sequence[Task]) -> None:
    """Write what people and timers may change; name, owner and deadline are grading's and stay."""
    if not tasks:
        return
    rows = [
        (t.id, t.state, t.version, t.holder, t.held_at, t.done_at, t.overdue, t.reminded_at, t.escalated, t.reason)
        for t in tasks
    ]
    columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
    await tx.execute(_SAVE, *columns)


def _task(row: asyncpg.Record) -> Task:
    return Task(
        id=row["id"],
        incident_id=row["incident_id"],
        organisation_id=row["organisation_id"],
        key=row["key"],
        kind=row["kind"],
        name=row["name"],
        desk=row["desk"],
        owner=row["owner"],
        owner_name=row["owner_name"],
        clause=row["clause"],
        presumed=row["presumed"],
        state=row["state"],
        version=row["version"],
        holder=row["holder"],
        held_at=row["held_at"],
        due_at=row["due_at"],
        overdue=row["overdue"],
        done_at=row["done_at"],
        reminded_at=row["reminded_at"],
        escalated=row["escalated"],
        reason=row["reason"],
        detail=read_body(row["body"]),
        clock=read_clock(row["clock"]),
        holder_name=row["holder_name"],
        duplicate_of=row["duplicate_of"],
        merged_into=row["merged_into"],
    )
