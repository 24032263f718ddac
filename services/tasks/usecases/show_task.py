"""One task in full: the assignment, its clock, what was handed in and asked for."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.tasks.domain.extensions import Request
from services.tasks.domain.task import Task
from services.tasks.storage.board import find_task
from services.tasks.storage.papers import read_hand_ins, read_requests
from services.tasks.storage.people import role_names
from services.tasks.usecases.counter import missing
from shared.auth import Staff
from shared.db import Database


@dataclass(frozen=True, slots=True)
class TaskFile:
    """A task with its papers; `roles` names the posts that stand in it."""

    task: Task
    title: str
    hand_ins: list[dict[str, Any]]
    requests: list[Request]
    roles: dict[str, str]


class ShowTask:
    """Reads a task of the caller's organisation."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def __call__(self, staff: Staff, task_id: UUID) -> TaskFile:
        """The task. Raises `MissingError` where this organisation has none of that id."""
        async with self._db.transaction() as tx:
            found = await find_task(tx, staff.organisation_id, task_id)
            if found is None:
                raise missing(task_id)
            task, title = found
            posts = {task.owner, *task.detail.to, *(role for _, role in (task.clock.escalate if task.clock else ()))}
            return TaskFile(
                task=task,
                title=title,
                hand_ins=await read_hand_ins(tx, task_id),
                requests=await read_requests(tx, task_id),
                roles=await role_names(tx, task.organisation_id, sorted(posts)),
            )
