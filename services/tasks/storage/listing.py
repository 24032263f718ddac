"""Reading boards: keyset pages by due moment, those without one last.

Each wanted state is read through the board's index on its own and the pages are merged, so that a page costs the same whatever
number of tasks are done already.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.tasks.domain.task import LIVE
from shared.contracts.grading import ROUTINE
from shared.contracts.tasks import TaskState
from shared.db import Transaction

STATES: tuple[TaskState, ...] = ("open", "claimed", "done", "withdrawn")
_DUE = "coalesce(t.due_at, 'infinity'::timestamptz)"
_COLUMNS = """t.id, t.incident_id, t.key, t.kind, t.name, t.desk, t.owner, t.owner_name, t.clause, t.presumed, t.state, t.version,
  t.holder, t.held_at, t.due_at, t.overdue, t.done_at, t.reason, t.duplicate_of, t.body"""
# Few tasks stand still: only their bodies are read.
_STANDING = """CASE WHEN t.due_at IS NULL AND strpos(t.body, '"suspended"') > 0 THEN t.body::json ->> 'suspended' END AS suspended"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the due moment (None: none) and the id of its last task."""

    due_at: datetime | None
    id: UUID


@dataclass(frozen=True, slots=True)
class BoardQuery:
    """What to list of one organisation; None means: do not ask. `due_before` is exclusive, UTC.

    `rounds` True: rounds of routines alone, False: none. None: those still owed, as any task; of those that are over there are so
    many that they are listed only where `rounds` or their `kind` is asked for.
    """

    organisation_id: str
    states: tuple[TaskState, ...] = STATES
    owner: str | None = None
    incident_id: UUID | None = None
    due_before: datetime | None = None
    overdue: bool | None = None
    holder: str | None = None
    kind: str | None = None
    rounds: bool | None = None
    after: Place | None = None
    limit: int = 50


class _Values(list[Any]):
    """The values of a statement; taking one up gives its place."""

    def place(self, value: Any) -> str:
        self.append(value)
        return f"${len(self)}"


def board_statement(query: BoardQuery) -> tuple[str, list[Any]]:
    """The SQL of one page and its values; only what is asked stands in it, so that each shape gets a plan of its own."""
    values = _Values()
    few = _few(query, values)
    chosen = f"SELECT {_COLUMNS} FROM {'few' if few else 'tasks.tasks'} t WHERE {_conditions(query, values)}"
    order = f"ORDER BY {_DUE}, t.id LIMIT {values.place(query.limit)}"
    pages = " UNION ALL ".join(f"({chosen} AND {_in_state(query, state)} {order})" for state in query.states)
    return (
        f"{few}SELECT t.*, {_STANDING}, i.title FROM ({pages}) t JOIN tasks.incidents i USING (incident_id) {order}",
        values,
    )


def _in_state(query: BoardQuery, state: TaskState) -> str:
    asked_for = query.rounds is not None or query.kind is not None or query.incident_id is not None
    over = "" if asked_for or state in LIVE else f" AND NOT starts_with(t.key, '{ROUTINE}')"
    return f"t.state = '{state}'{over}"


def _few(query: BoardQuery, values: _Values) -> str:
    """A case file or one person's desk is a handful of rows by an index of its own: the planner must not walk the board."""
    if query.incident_id is not None:
        chosen = f"incident_id = {values.place(query.incident_id)}"
    elif query.holder is not None:
        chosen = f"holder = {values.place(query.holder)}"
    else:
        return ""
    return f"WITH few AS MATERIALIZED (SELECT * FROM tasks.tasks WHERE {chosen}) "


def _conditions(query: BoardQuery, values: _Values) -> str:
    asked = [f"t.organisation_id = {values.place(query.organisation_id)}", "t.name <> ''"]
    for condition, value in (
        ("t.owner = {}", query.owner),
        ("t.holder = {}", query.holder),
        ("t.kind = {}", query.kind),
        ("starts_with(t.key, '" + ROUTINE + "') = {}", query.rounds),
        ("t.overdue = {}", query.overdue),
        (_DUE + " < {}", query.due_before),
    ):
        if value is not None:
            asked.append(condition.format(values.place(value)))
    if query.after is not None:
        due = "'infinity'" if query.after.due_at is None else values.place(query.after.due_at)
        asked.append(f"({_DUE}, t.id) > ({due}, {values.place(query.after.id)})")
    return " AND ".join(asked)


async def list_tasks(tx: Transaction, query: BoardQuery) -> list[dict[str, Any]]:
    """One page of tasks with the masked titles of their incidents."""
    statement, values = board_statement(query)
    return [dict(row) for row in await tx.fetch(statement, *values)]
