"""What the routes answer."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.tasks.domain.extensions import Request, RequestState
from services.tasks.domain.task import Task, TaskClock
from services.tasks.usecases.show_task import TaskFile
from shared.contracts.grading import Desk
from shared.contracts.tasks import TaskState


class TaskRow(BaseModel):
    """A line of a board. `title` is the incident's masked title; times are UTC. `suspended`: why its time stands still.

    `duplicate_of`: the task of the incident merged into that stands for this one.
    """

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
    suspended: str | None = None
    duplicate_of: UUID | None = None


class TaskPage(BaseModel):
    """A page by due moment; `next` is the cursor for `after`, absent on the last page."""

    items: list[TaskRow]
    next: str | None


class Step(BaseModel):
    """A step of escalation: when (UTC), to which post, and what it is called."""

    at: datetime
    role: str
    role_name: str


class ClockView(BaseModel):
    """Where the due moment comes from and what its clock does; `holder` is the service that fires it."""

    holder: Desk
    anchor: str
    anchor_at: datetime
    within: str | None
    provisional: bool
    remind_at: list[datetime]
    escalate: list[Step]


class ExtensionRule(BaseModel):
    """Until when (UTC) more time may be asked for, who decides, by which clause."""

    approver: str
    request_by: datetime | None
    clause: str | None


class BoundView(BaseModel):
    """A rule of another layer that bounds the task too, and by when (UTC) it alone would want it; `decides`: the task is due by it."""

    rulebook: str
    title: str
    clause: str
    phrase: str
    within: str | None
    due_at: datetime | None
    decides: bool


class HandInView(BaseModel):
    """What was handed in, by name."""

    id: UUID
    at: datetime
    by: str
    content: dict[str, str]


class RequestView(BaseModel):
    """A request for more time and what became of it."""

    id: UUID
    asked_at: datetime
    asked_by: str
    approver: str
    extended_to: str
    reason: str
    state: RequestState
    decided_at: datetime | None
    decided_by: str | None
    decision: str | None


class TaskView(TaskRow):
    """A task in full. `hand_in` names what the duty demands, `target_at` (UTC) is a goal that is no deadline."""

    holder_name: str | None
    merged_into: UUID | None
    duty: str
    phrase: str
    source: str
    recurring: bool
    to: list[str]
    hand_in: list[str]
    chain: str | None
    extension: ExtensionRule | None
    clock: ClockView | None
    target_at: datetime | None
    remind_at: list[datetime]
    also: list[BoundView]
    hand_ins: list[HandInView]
    extension_requests: list[RequestView]


class TaskStanding(BaseModel):
    """What a command answers: the task as it now is. `request_id` where the command made or decided a request."""

    id: UUID
    incident_id: UUID
    state: TaskState
    version: int
    holder: str | None
    held_at: datetime | None
    due_at: datetime | None
    done_at: datetime | None
    overdue: bool
    reason: str | None
    request_id: UUID | None = None


def standing_of(task: Task, request: Request | None = None) -> TaskStanding:
    """The answer to a command."""
    return TaskStanding(
        **{name: getattr(task, name) for name in TaskStanding.model_fields if name != "request_id"},
        request_id=None if request is None else request.id,
    )


def view_of(file: TaskFile) -> TaskView:
    """The whole task for a case file."""
    task, detail, clock = file.task, file.task.detail, file.task.clock
    row = {name: getattr(task, name) for name in TaskRow.model_fields if name not in {"title", "suspended"}}
    return TaskView.model_validate(
        {
            **row,
            "title": file.title,
            "holder_name": task.holder_name,
            "merged_into": task.merged_into,
            **{
                name: getattr(detail, name)
                for name in (
                    "duty",
                    "phrase",
                    "source",
                    "recurring",
                    "to",
                    "hand_in",
                    "chain",
                    "suspended",
                    "target_at",
                    "remind_at",
                )
            },
            "also": [asdict(each) for each in detail.also],
            "extension": None if detail.extension is None else asdict(detail.extension),
            "clock": None if clock is None else _clock(clock, file.roles),
            "hand_ins": file.hand_ins,
            "extension_requests": [asdict(each) for each in file.requests],
        }
    )


def _clock(clock: TaskClock, names: Mapping[str, str]) -> dict[str, Any]:
    steps = [{"at": at, "role": role, "role_name": names.get(role, role)} for at, role in clock.escalate]
    return {**asdict(clock), "escalate": steps}
