"""What people may do with a task: the table of legal moves, and each move as a pure decision.

Every move raises `ConflictError` where the state does not allow it, told with the present state, and `ForbiddenError` where
the person is not the one to do it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from services.tasks.domain.standing import conflict
from services.tasks.domain.task import Task
from shared.contracts.tasks import TaskChange, TaskState
from shared.errors import ForbiddenError

Move = Literal["claim", "designate", "return", "complete", "withdraw", "reissue"]

MOVES: Mapping[tuple[TaskState, Move], TaskState] = {
    ("open", "claim"): "claimed",
    ("open", "designate"): "claimed",
    ("claimed", "designate"): "claimed",
    ("claimed", "return"): "open",
    ("open", "complete"): "done",
    ("claimed", "complete"): "done",
    ("open", "withdraw"): "withdrawn",
    ("claimed", "withdraw"): "withdrawn",
    ("withdrawn", "reissue"): "open",
}
"""Whatever is not here cannot happen. `withdraw` and `reissue` are grading's, written set-based by storage.orders."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts."""

    login: str
    name: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Told:
    """One thing to tell the other services about a move."""

    change: TaskChange
    role: str | None = None
    reason: str | None = None
    extended_to: str | None = None
    hand_in: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The task after a move, and what to tell; nothing told means that nothing changed."""

    task: Task
    told: tuple[Told, ...]


def step(task: Task, move: Move) -> TaskState:
    """The state that this move leads to. Raises `ConflictError` where there is none, or where publishing holds the work."""
    if task.desk == "publishing":
        raise conflict(task, "此项由发布台办理，发布后自动办结 / Publishing does this one; it ends with the release.")
    after = MOVES.get((task.state, move))
    if after is None:
        raise conflict(task, "现在不能这样办 / This cannot be done now:")
    return after


def check_owner(task: Task, person: Person) -> None:
    """Raise `ForbiddenError` unless the person has the post that owes the task."""
    if person.roles.isdisjoint((task.owner, *task.detail.jointly)):
        raise ForbiddenError(
            f"此任务由“{task.owner_name}”办理，您没有该岗位 / This task belongs to the role {task.owner!r}.",
            owner=task.owner,
        )


def check_hand(task: Task, person: Person) -> None:
    """Raise unless the person holds the task, or nobody does and they have its post."""
    if task.holder is None:
        check_owner(task, person)
    elif task.holder != person.login:
        raise ForbiddenError(
            f"此任务由 {task.holder} 承办 / This task is held by {task.holder}.", holder=task.holder, owner=task.owner
        )


def claim(task: Task, person: Person, at: datetime) -> Outcome:
    """Take the task on. Again by its holder: nothing happens. A duty that is to claim (认领) is fulfilled by it."""
    told: tuple[Told, ...] = ()
    mine = task
    if task.state != "claimed" or task.holder != person.login:
        state = step(task, "claim")
        check_owner(task, person)
        mine = replace(task, state=state, holder=person.login, holder_name=person.name, held_at=at, reason=None)
        told = (Told("claimed", task.owner),)
    if task.kind == "claim" and not task.detail.hand_in:
        return _versioned(_finished(mine, at), task, (*told, Told("done", task.owner)))
    return _versioned(mine, task, told)


def designate(task: Task, person: Person, chosen: Person, at: datetime, reason: str) -> Outcome:
    """Give the task to somebody. By its post, by whom it is owed to, or by whom it goes up to."""
    state = step(task, "designate")
    may = {task.owner, *task.detail.to, *(role for _, role in (task.clock.escalate if task.clock else ()))}
    if not may & person.roles:
        named = ", ".join(sorted(may))
        raise ForbiddenError(
            f"指定承办人须由以下岗位之一 / Only these roles may designate: {named}.", roles=sorted(may)
        )
    after = replace(task, state=state, holder=chosen.login, holder_name=chosen.name, held_at=at, reason=reason)
    return _versioned(after, task, (Told("designated", task.owner, reason),))


def give_back(task: Task, person: Person, reason: str) -> Outcome:
    """Return the task to the board. Raises `ForbiddenError` unless the person holds it."""
    state = step(task, "return")
    check_hand(task, person)
    after = replace(task, state=state, holder=None, holder_name=None, held_at=None, reason=reason)
    return _versioned(after, task, (Told("returned", task.owner, reason),))


def complete(task: Task, person: Person, at: datetime) -> Outcome:
    """Hand in, also after the due moment: then it stays overdue."""
    step(task, "complete")
    check_hand(task, person)
    if task.kind == "approve_grade":
        raise conflict(task, "定级请在研判中批准，批准后自动办结 / Approve the grade itself; that ends this task.")
    mine = task if task.holder else replace(task, holder=person.login, holder_name=person.name, held_at=at)
    return _versioned(_finished(mine, at), task, (Told("done", task.owner),))


def naming(outcome: Outcome, hand_in_id: UUID, names: Iterable[str]) -> Outcome:
    """The outcome telling what was handed in: the names of the papers and where they are kept, never their text."""
    papers = {"id": str(hand_in_id), "names": sorted(names)}
    return Outcome(outcome.task, tuple(replace(told, hand_in=papers) for told in outcome.told))


def _finished(task: Task, at: datetime) -> Task:
    late = task.due_at is not None and at > task.due_at
    return replace(task, state="done", done_at=at, overdue=late)


def _versioned(after: Task, before: Task, told: tuple[Told, ...]) -> Outcome:
    return Outcome(replace(after, version=before.version + len(told)), told)
