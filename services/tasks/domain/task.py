"""A task: one assignment of a procedure, on the board of the post that owes it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts.tasks import TaskState

Holder = Literal["tasks", "publishing"]
LIVE: tuple[TaskState, ...] = ("open", "claimed")
"""The states in which something is still owed."""


@dataclass(frozen=True, slots=True)
class Extension:
    """The rulebook's rule for more time, as grading sent it.

    `approver` is the role that decides, `request_by` (UTC) the last moment to ask, None where the rule names none.
    """

    approver: str
    request_by: datetime | None
    clause: str | None


@dataclass(frozen=True, slots=True)
class Bound:
    """A rule of another layer that bounds the task too, and by when (UTC) it alone would want it; `decides`: the task is due by it."""

    rulebook: str
    title: str
    clause: str
    phrase: str
    within: str | None
    due_at: datetime | None
    decides: bool = False


@dataclass(frozen=True, slots=True)
class Detail:
    """What an assignment says beside the columns of a list; replaced whole by a later order.

    `suspended` is why its time stands still: it has no deadline then. `target_at` (UTC) is a goal that is no deadline, and `remind_at` are
    the reminders that run to it where nothing else does.
    """

    duty: str
    phrase: str
    source: str
    recurring: bool
    to: tuple[str, ...]
    jointly: tuple[str, ...]
    hand_in: tuple[str, ...]
    chain: str | None
    extension: Extension | None
    suspended: str | None = None
    target_at: datetime | None = None
    remind_at: tuple[datetime, ...] = ()
    also: tuple[Bound, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskClock:
    """The moments of a task's deadline, absolute and in UTC, all computed by grading.

    `remind_at` is empty where publishing holds the deadline: then only `escalate` is ours.
    """

    holder: Holder
    anchor: str
    anchor_at: datetime
    within: str | None
    provisional: bool
    remind_at: tuple[datetime, ...]
    escalate: tuple[tuple[datetime, str], ...]


@dataclass(frozen=True, slots=True)
class Task:
    """One row of the board. `id` is the assignment's; `version` counts every change, by order, person or timer.

    `holder` is the login that claimed it or was designated, since `held_at`. `reminded_at` is the moment up to which reminders are
    spent, `reason` what the last person said who
    moved it; `escalated` the number of steps of `clock.escalate` already taken. `holder_name` is for people to read, never for events.
    `merged_into` is the incident that its own is part of, `duplicate_of` the task there that stands for it.
    """

    id: UUID
    incident_id: UUID
    organisation_id: str
    key: str
    kind: str
    name: str
    desk: Holder
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
    reminded_at: datetime | None
    escalated: int
    reason: str | None
    detail: Detail
    clock: TaskClock | None
    holder_name: str | None = None
    duplicate_of: UUID | None = None
    merged_into: UUID | None = None

    @property
    def live(self) -> bool:
        """Whether something is still owed."""
        return self.state in LIVE
