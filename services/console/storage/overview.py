"""What the first page shows, read for one organisation."""

from collections.abc import Sequence

import asyncpg
from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from services.console.storage.tables import answers, assignments, incidents, procedures
from shared.db import Transaction

COUNTED_UP_TO = 10_000
"""Counts stop here ('10000+'): an exact count of a backlog costs more than it tells."""

_TITLE = func.coalesce(func.nullif(procedures.c.title, ""), incidents.c.title).label("title")
_OVERDUE = or_(func.coalesce(assignments.c.overdue, false()), func.coalesce(assignments.c.late, false()))


async def newest_incidents(tx: Transaction, organisation_id: str, limit: int) -> Sequence[asyncpg.Record]:
    """The newest incidents with their grade and the count of their open tasks."""
    open_tasks = (
        select(func.count())
        .where(and_(assignments.c.incident_id == incidents.c.incident_id, assignments.c.open))
        .scalar_subquery()
        .label("open_tasks")
    )
    query = (
        select(
            incidents.c.incident_id,
            incidents.c.kind,
            incidents.c.source,
            incidents.c.region,
            incidents.c.reported_at,
            incidents.c.reports,
            incidents.c.reads,
            incidents.c.merged_into,
            _TITLE,
            procedures.c.phase,
            procedures.c.level,
            procedures.c.grade_state,
            procedures.c.proposal,
            open_tasks,
        )
        .join_from(incidents, procedures, procedures.c.incident_id == incidents.c.incident_id, isouter=True)
        .where(incidents.c.organisation_id == organisation_id)
        .order_by(incidents.c.reported_at.desc(), incidents.c.incident_id.desc())
        .limit(limit)
    )
    return await tx.fetch(query)


async def open_tasks_by_due(tx: Transaction, organisation_id: str, limit: int) -> Sequence[asyncpg.Record]:
    """Open tasks, the most urgent first; those without a deadline last."""
    query = (
        select(
            assignments.c.assignment_id,
            assignments.c.incident_id,
            assignments.c.name,
            assignments.c.owner_name,
            assignments.c.holder,
            assignments.c.clause,
            assignments.c.source,
            assignments.c.due_at,
            func.coalesce(assignments.c.presumed, false()).label("presumed"),
            func.coalesce(assignments.c.provisional, false()).label("provisional"),
            _OVERDUE.label("overdue"),
            func.coalesce(assignments.c.task_state, "open").label("state"),
            func.coalesce(procedures.c.title, "").label("title"),
        )
        .join_from(assignments, procedures, procedures.c.incident_id == assignments.c.incident_id, isouter=True)
        .where(_open_in(organisation_id))
        .order_by(assignments.c.due_at, assignments.c.assignment_id)
        .limit(limit)
    )
    return await tx.fetch(query)


async def latest_answers(tx: Transaction, organisation_id: str, limit: int) -> Sequence[asyncpg.Record]:
    """The answers that moved last."""
    query = (
        answers.select()
        .where(answers.c.organisation_id == organisation_id)
        .order_by(answers.c.changed_at.desc(), answers.c.answer_id.desc())
        .limit(limit)
    )
    return await tx.fetch(query)


async def counts(tx: Transaction, organisation_id: str) -> dict[str, int]:
    """How many incidents, open tasks and overdue open tasks there are, each counted up to `COUNTED_UP_TO`."""
    mine = incidents.c.organisation_id == organisation_id
    overdue = and_(_open_in(organisation_id), _OVERDUE)
    return {
        "incidents": await _count(tx, select(incidents.c.incident_id).where(mine)),
        "open_tasks": await _count(tx, select(assignments.c.assignment_id).where(_open_in(organisation_id))),
        "overdue": await _count(tx, select(assignments.c.assignment_id).where(overdue)),
    }


def _open_in(organisation_id: str) -> ColumnElement[bool]:
    return and_(assignments.c.organisation_id == organisation_id, assignments.c.open)


async def _count(tx: Transaction, rows: Select[tuple[object]]) -> int:
    counted: int = await tx.value(select(func.count()).select_from(rows.limit(COUNTED_UP_TO).subquery()))
    return counted
