"""What people hand in and ask for: texts and links, kept here and never in an event."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.tasks.domain.extensions import Request
from services.tasks.domain.task import Task
from shared.db import Transaction

_REQUEST = tuple(field.name for field in fields(Request))
_REQUEST_INSERT = f"""
INSERT INTO tasks.extension_requests ({", ".join(_REQUEST)})
VALUES ({", ".join(f"${number}" for number in range(1, len(_REQUEST) + 1))})
"""


async def keep_hand_in(
    tx: Transaction, hand_in_id: UUID, task: Task, at: datetime, by: str, texts: Mapping[str, str]
) -> None:
    """Keep what was handed in with a task."""
    await tx.execute(
        "INSERT INTO tasks.hand_ins (id, task_id, incident_id, organisation_id, at, by, content) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        hand_in_id,
        task.id,
        task.incident_id,
        task.organisation_id,
        at,
        by,
        orjson.dumps(texts).decode(),
    )


async def read_hand_ins(tx: Transaction, task_id: UUID) -> list[dict[str, Any]]:
    """What was handed in with a task, oldest first: id, at, by, content."""
    rows = await tx.fetch("SELECT id, at, by, content FROM tasks.hand_ins WHERE task_id = $1 ORDER BY id", task_id)
    return [{**dict(row), "content": orjson.loads(row["content"])} for row in rows]


async def keep_request(tx: Transaction, request: Request) -> None:
    """Keep a new request for more time."""
    await tx.execute(_REQUEST_INSERT, *(getattr(request, name) for name in _REQUEST))


async def read_requests(tx: Transaction, task_id: UUID) -> list[Request]:
    """The requests of a task, oldest first."""
    rows = await tx.fetch(
        f"SELECT {', '.join(_REQUEST)} FROM tasks.extension_requests WHERE task_id = $1 ORDER BY id", task_id
    )
    return [Request(**dict(row)) for row in rows]


async def decide_request(tx: Transaction, request: Request) -> None:
    """Write the decision on a request."""
    await tx.execute(
        "UPDATE tasks.extension_requests SET state = $2, decided_at = $3, decided_by = $4, decision = $5 WHERE id = $1",
        request.id,
        request.state,
        request.decided_at,
        request.decided_by,
        request.decision,
    )
