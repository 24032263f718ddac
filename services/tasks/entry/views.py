"""What the routes answer."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from shared.contracts.grading import Desk
from shared.contracts.tasks import TaskState


class TaskRow(BaseModel):
    """A line of a board. `title` is the incident's masked title; times are UTC."""

    id: UUID
    incident_id: UUID
    title: str
    key: str
    kind: str
    name: str
    desk: Desk
    owner: str
    owner_name: str
    clause: str
    presumed: bool
    state: TaskState
    version: int
    holder: str | None
    held_at: datetime | None
    due_at: datetime | None
    overdue: bool
    done_at: datetime | None
    reason: str | None


class TaskPage(BaseModel):
    """A page by due moment; `next` is the cursor for `after`, absent on the last page."""

    items: list[TaskRow]
    next: str | None
