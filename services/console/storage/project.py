"""Writing the read model: one statement a table and batch, each column from one producer alone.

Rows are written in the order of their ids, so that two replicas never wait for each other in a circle.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from shared.db import Transaction


class IncidentRow(NamedTuple):
    """What intake said. A title of None keeps the one that is there; the counts are totals."""

    incident_id: UUID
    organisation_id: str
    title: str | None
    kind: str | None
    source: str | None
    region: str | None
    reported_at: datetime
    reports: int
    reads: int
    comments: int
    reposts: int
    likes: int
    merged_into: UUID | None


class ProcedureRow(NamedTuple):
    """What grading said of the incident; a grade state of None keeps the grade that is there."""

    incident_id: UUID
    organisation_id: str
    version: int
    title: str
    phase: str
    level: str | None
    grade_state: str | None
    proposal: str | None


class OrderRow(NamedTuple):
    """What grading ordered or ended. A name of None: only its deadline moved (`due_at`) or it ended (`ended`); with a name, no `due_at`
    says that there is no deadline any longer.
    """

    assignment_id: UUID
    incident_id: UUID
    organisation_id: str
    due_at: datetime | None
    presumed: bool | None
    provisional: bool | None
    ended: str | None
    name: str | None
    owner_name: str | None
    clause: str | None
    source: str | None


class TaskRow(NamedTuple):
    """What tasks said of an assignment."""

    assignment_id: UUID
    incident_id: UUID
    organisation_id: str
    task_version: int
    task_state: str
    holder: str | None
    overdue: bool


class AnswerRow(NamedTuple):
    """What publishing said of an answer."""

    answer_id: UUID
    incident_id: UUID
    organisation_id: str
    version: int
    state: str
    channel: str | None
    title: str | None
    step: int
    steps: int
    url: str | None
    changed_at: datetime


class ReleaseRow(NamedTuple):
    """What publishing said of a duty of its own: None leaves a flag as it is."""

    assignment_id: UUID
    incident_id: UUID
    organisation_id: str
    answered: bool | None
    late: bool | None


_INCIDENTS = """
INSERT INTO console.incidents AS i
  (incident_id, organisation_id, title, kind, source, region, reported_at, reports, reads, comments, reposts, likes, merged_into)
SELECT incident_id, organisation_id, coalesce(title, ''), kind, source, region, reported_at, reports, reads, comments, reposts,
  likes, merged_into
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::int[], $9::bigint[],
  $10::bigint[], $11::bigint[], $12::bigint[], $13::uuid[])
  AS n (incident_id, organisation_id, title, kind, source, region, reported_at, reports, reads, comments, reposts, likes, merged_into)
ON CONFLICT (incident_id) DO UPDATE SET
  reports = excluded.reports, reads = excluded.reads, comments = excluded.comments, reposts = excluded.reposts,
  likes = excluded.likes, merged_into = coalesce(excluded.merged_into, i.merged_into)
"""

_PROCEDURES = """
INSERT INTO console.procedures AS p (incident_id, organisation_id, version, title, phase, level, grade_state, proposal)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
ON CONFLICT (incident_id) DO UPDATE SET
  version = excluded.version, title = excluded.title, phase = excluded.phase,
  level = CASE WHEN excluded.grade_state IS NULL THEN p.level ELSE excluded.level END,
  proposal = CASE WHEN excluded.grade_state IS NULL THEN p.proposal ELSE excluded.proposal END,
  grade_state = coalesce(excluded.grade_state, p.grade_state)
WHERE excluded.version > p.version
"""

_ORDERS = """
INSERT INTO console.assignments AS a
  (assignment_id, incident_id, organisation_id, due_at, presumed, provisional, ended, name, owner_name, clause, source)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::bool[], $6::bool[], $7::text[], $8::text[],
  $9::text[], $10::text[], $11::text[])
ON CONFLICT (assignment_id) DO UPDATE SET
  due_at = CASE WHEN excluded.name IS NULL THEN coalesce(excluded.due_at, a.due_at) ELSE excluded.due_at END,
  presumed = coalesce(excluded.presumed, a.presumed),
  provisional = coalesce(excluded.provisional, a.provisional),
  ended = CASE WHEN excluded.name IS NULL AND excluded.ended IS NULL THEN a.ended ELSE excluded.ended END,
  name = coalesce(excluded.name, a.name),
  owner_name = coalesce(excluded.owner_name, a.owner_name),
  clause = coalesce(excluded.clause, a.clause),
  source = coalesce(excluded.source, a.source)
"""

_TASKS = """
INSERT INTO console.assignments AS a
  (assignment_id, incident_id, organisation_id, task_version, task_state, holder, overdue)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[], $5::text[], $6::text[], $7::bool[])
ON CONFLICT (assignment_id) DO UPDATE SET
  task_version = excluded.task_version, task_state = excluded.task_state, holder = excluded.holder, overdue = excluded.overdue
WHERE excluded.task_version > a.task_version
"""

_ANSWERS = """
INSERT INTO console.answers AS w
  (answer_id, incident_id, organisation_id, version, state, channel, title, step, steps, url, changed_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::int[], $9::int[],
  $10::text[], $11::timestamptz[])
ON CONFLICT (answer_id) DO UPDATE SET
  version = excluded.version, state = excluded.state, channel = excluded.channel, title = coalesce(excluded.title, w.title),
  step = excluded.step, steps = excluded.steps, url = coalesce(excluded.url, w.url), changed_at = excluded.changed_at
WHERE excluded.version >= w.version
"""

_RELEASES = """
INSERT INTO console.assignments AS a (assignment_id, incident_id, organisation_id, answered, late)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bool[], $5::bool[])
ON CONFLICT (assignment_id) DO UPDATE SET
  answered = coalesce(excluded.answered, a.answered), late = coalesce(excluded.late, a.late)
"""


async def save_incidents(tx: Transaction, rows: Iterable[IncidentRow]) -> None:
    """Upsert what intake said."""
    await _save(tx, _INCIDENTS, rows)


async def save_restored(tx: Transaction, incident_ids: Iterable[UUID]) -> None:
    """These are themselves again: the merge was undone."""
    ids = sorted(incident_ids)
    if ids:
        await tx.execute("UPDATE console.incidents SET merged_into = NULL WHERE incident_id = ANY($1::uuid[])", ids)


async def save_procedures(tx: Transaction, rows: Iterable[ProcedureRow]) -> None:
    """Upsert what grading said of incidents."""
    await _save(tx, _PROCEDURES, rows)


async def save_orders(tx: Transaction, rows: Iterable[OrderRow]) -> None:
    """Upsert what grading ordered."""
    await _save(tx, _ORDERS, rows)


async def save_tasks(tx: Transaction, rows: Iterable[TaskRow]) -> None:
    """Upsert what tasks said."""
    await _save(tx, _TASKS, rows)


async def save_answers(tx: Transaction, rows: Iterable[AnswerRow]) -> None:
    """Upsert what publishing said of answers."""
    await _save(tx, _ANSWERS, rows)


async def save_releases(tx: Transaction, rows: Iterable[ReleaseRow]) -> None:
    """Upsert what publishing said of its duties."""
    await _save(tx, _RELEASES, rows)


async def _save(tx: Transaction, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    ordered = sorted(rows, key=lambda row: row[0])
    if ordered:
        await tx.execute(statement, *map(list, zip(*ordered, strict=True)))
