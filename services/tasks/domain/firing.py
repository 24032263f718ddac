"""What the timer of a task does when it fires: remind, mark overdue, escalate; each once."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.tasks.domain.task import Task
from shared.contracts.tasks import TaskChange

AFTER = timedelta(microseconds=1)
"""What is handed in at the due moment itself is in time: the verdict falls one tick of the database's clock later."""


@dataclass(frozen=True, slots=True)
class Firing:
    """The task after its timer fired, what to tell (a change and, for an escalation, the role it goes to), the next moment."""

    task: Task
    told: tuple[tuple[TaskChange, str | None], ...]
    next_at: datetime | None


def next_moment(task: Task) -> datetime | None:
    """The next moment at which this task's timer has something to do, perhaps past already; None when its clock has ended."""
    if not task.live:
        return None
    spent = task.reminded_at
    moments = [at for at, _ in _steps(task)]
    if _ours(task) and not task.overdue:
        moments += [at for at in _reminders(task) if spent is None or at > spent]
        if task.due_at is not None:
            moments.append(task.due_at + AFTER)
    return min(moments, default=None)


def fire(task: Task, now: datetime) -> Firing:
    """Decide at `now`, which may be late: missed reminders collapse into one, and into the verdict when that is due too."""
    if not task.live:
        return Firing(task, (), None)
    told: list[tuple[TaskChange, str | None]] = []
    overdue, reminded_at = task.overdue, task.reminded_at
    if _ours(task) and not overdue:
        overdue = task.due_at is not None and task.due_at < now
        reminding = [at for at in _reminders(task) if at <= now and (reminded_at is None or at > reminded_at)]
        if overdue:
            told.append(("overdue", task.owner))
        elif reminding:
            told.append(("reminded", task.owner))
        reminded_at = max(reminding, default=reminded_at)
    steps = [role for at, role in _steps(task) if at <= now]
    told += [("escalated", role) for role in steps]
    after = replace(
        task,
        overdue=overdue,
        reminded_at=reminded_at,
        escalated=task.escalated + len(steps),
        version=task.version + len(told),
    )
    return Firing(after, tuple(told), next_moment(after))


def _ours(task: Task) -> bool:
    """Whether reminders and the verdict are this service's; where there is no deadline, its desk says so."""
    return (task.desk if task.clock is None else task.clock.holder) == "tasks"


def _reminders(task: Task) -> tuple[datetime, ...]:
    """To the deadline, or to the goal where there is none; none while time stands still."""
    return task.detail.remind_at if task.clock is None else task.clock.remind_at


def _steps(task: Task) -> list[tuple[datetime, str]]:
    """The steps of escalation not yet taken; none before the task is late, also where the rulebook says 'at once'."""
    if task.clock is None:
        return []
    late = None if task.due_at is None else task.due_at + AFTER
    return [(at if late is None else max(at, late), role) for at, role in task.clock.escalate[task.escalated :]]
