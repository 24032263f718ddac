"""Changes of tasks as events."""

from datetime import datetime

from services.tasks.domain.moves import Told
from services.tasks.domain.task import Task
from shared.contracts.envelope import NewEvent
from shared.contracts.tasks import TaskChanged
from shared.ids import new_id

TIMER = "timer"
"""Who moved a task when nobody did."""


def tell(task: Task, told: Told, at: datetime, by: str, version: int) -> NewEvent:
    """The event of one change; `version` is the task's after it, `at` office time."""
    payload = TaskChanged(
        assignment_id=task.id,
        key=task.key,
        duty=task.detail.duty,
        kind=task.kind,
        change=told.change,
        state=task.state,
        version=version,
        at=at,
        by=by,
        role=told.role,
        holder=task.holder,
        due_at=task.due_at,
        overdue=task.overdue,
        extended_to=told.extended_to,
        reason=told.reason,
        hand_in=dict(told.hand_in or {}),
    )
    return NewEvent(new_id(), task.organisation_id, task.incident_id, at, payload)


def tell_all(task: Task, told: tuple[Told, ...], at: datetime, by: str) -> list[NewEvent]:
    """The events of one move, numbered up to the task's present version."""
    first = task.version - len(told) + 1
    return [tell(task, each, at, by, first + place) for place, each in enumerate(told)]
