"""How a task stands, in words and as members of a problem document: what a refused person is told."""

from datetime import datetime, timedelta, timezone
from typing import Any

from services.tasks.domain.task import Task
from shared.errors import ConflictError

_BEIJING = timezone(timedelta(hours=8))
_STATES = {"open": "待认领", "claimed": "已认领", "done": "已办结", "withdrawn": "已撤回"}


def local(moment: datetime | None) -> str:
    """Beijing time to the minute."""
    return "" if moment is None else moment.astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M")


def standing(task: Task) -> str:
    """One sentence: the state, who holds it and since when."""
    held = ""
    if task.holder:
        name = f"{task.holder_name}（{task.holder}）" if task.holder_name else task.holder
        held = f"，承办人 {name}，{local(task.held_at)} 起 / held by {task.holder} since {local(task.held_at)} (UTC+8)"
    if task.merged_into:
        held += f"；所属事件已并入事件 {task.merged_into}，请在那里办理 / its incident was merged into {task.merged_into}; act there"
    return f"任务现为“{_STATES[task.state]}”（第 {task.version} 版）/ the task is {task.state}, version {task.version}{held}"


def present(task: Task) -> dict[str, Any]:
    """The present state for a client that acted on an older one."""
    return {
        "state": task.state,
        "version": task.version,
        "holder": task.holder,
        "holder_name": task.holder_name,
        "held_at": task.held_at,
        "due_at": task.due_at,
        "done_at": task.done_at,
        "duplicate_of": None if task.duplicate_of is None else str(task.duplicate_of),
        "merged_into": None if task.merged_into is None else str(task.merged_into),
    }


def conflict(task: Task, why: str) -> ConflictError:
    """The refusal that tells what the state is now."""
    return ConflictError(f"{why} {standing(task)}.", present=present(task))


def check_version(task: Task, seen: int | None) -> None:
    """Raise `ConflictError` where the caller acts on another version than the present one."""
    if seen is not None and seen != task.version:
        raise conflict(task, f"您看到的是第 {seen} 版，请刷新后再办 / You acted on version {seen}; reload first:")
