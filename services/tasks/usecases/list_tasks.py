"""Boards: what is owed, by whom, in the order in which it falls due."""

import base64
import binascii
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.tasks.storage.listing import BoardQuery, Place, list_tasks
from shared.clock import Clock
from shared.db import Database
from shared.errors import InvalidError


class ListTasks:
    """One page of an organisation's tasks, and the cursor of the next."""

    def __init__(self, db: Database, office: Clock) -> None:
        self._db = db
        self._office = office

    async def __call__(self, query: BoardQuery, after: str | None) -> tuple[list[dict[str, Any]], str | None]:
        """The page after the cursor `after`. Raises `InvalidError` for a cursor that this service did not give."""
        now = self._office.now()
        if query.overdue:  # nothing overdue is due later than now; said so that the board's index may be used
            query = replace(query, due_before=min(now, query.due_before or now))
        place = None if after is None else read_cursor(after)
        async with self._db.transaction() as tx:
            rows = await list_tasks(tx, replace(query, after=place, limit=query.limit + 1))
        page = rows[: query.limit]
        return page, write_cursor(page[-1]) if len(rows) > query.limit else None


def write_cursor(row: dict[str, Any]) -> str:
    """The place of a row, opaque to the client."""
    due = row["due_at"].isoformat() if row["due_at"] else ""
    return base64.urlsafe_b64encode(f"{due}|{row['id'].hex}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> Place:
    """The place that a cursor means. Raises `InvalidError` where it means none."""
    try:
        due, _, task_id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("|")
        return Place(datetime.fromisoformat(due).astimezone(UTC) if due else None, UUID(task_id))
    except (ValueError, OverflowError, binascii.Error) as error:
        raise InvalidError("after: not a cursor of this list; take `next` of the page before.") from error
