"""What tasks says: what became of an assignment."""

from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import Payload

TaskState = Literal["open", "claimed", "done", "withdrawn"]
TaskChange = Literal[
    "claimed",
    "designated",
    "done",
    "returned",
    "reminded",
    "overdue",
    "escalated",
    "extension_requested",
    "extension_granted",
    "extension_refused",
]


class TaskChanged(Payload):
    """A person or a timer moved a task. `at` is office time; `by` a login, or `timer`.

    `hand_in` names what was handed in (ids and links, never text of a complaint).
    """

    TYPE: ClassVar[str] = "task.changed.v1"
    assignment_id: UUID
    key: str
    duty: str
    kind: str
    change: TaskChange
    state: TaskState
    version: int
    at: datetime
    by: str
    role: str | None = None
    holder: str | None = None
    due_at: datetime | None = None
    overdue: bool = False
    extended_to: str | None = None
    reason: str | None = None
    hand_in: dict[str, Any] = Field(default_factory=dict)
