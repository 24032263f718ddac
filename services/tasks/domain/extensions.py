"""Asking for more time, and deciding on it. Tasks computes no date: grading does, from what was granted."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.tasks.domain.moves import Outcome, Person, Told, check_hand
from services.tasks.domain.standing import conflict, local
from services.tasks.domain.task import Extension, Task
from shared.errors import ConflictError, ForbiddenError, InvalidError

RequestState = Literal["waiting", "granted", "refused"]


@dataclass(frozen=True, slots=True)
class Request:
    """A request for more time. `extended_to` is an instant (ISO 8601) or a budget counted from the due moment."""

    id: UUID
    task_id: UUID
    incident_id: UUID
    organisation_id: str
    approver: str
    asked_at: datetime
    asked_by: str
    extended_to: str
    reason: str
    state: RequestState = "waiting"
    decided_at: datetime | None = None
    decided_by: str | None = None
    decision: str | None = None


def check_askable(task: Task, person: Person, at: datetime) -> Extension:
    """The rule that lets this person ask now. Raises `ConflictError` or `ForbiddenError` where there is none."""
    if not task.live:
        raise conflict(task, "任务已结束，不能申请延期 / The task has ended:")
    check_hand(task, person)
    rule = task.detail.extension
    if task.detail.suspended:
        raise conflict(
            task, f"计时已中止({task.detail.suspended}),恢复后再申请 / Its time stands still; ask once it runs again:"
        )
    if rule is None or task.due_at is None:
        raise conflict(task, "办法没有规定此项可以延期 / The regulation gives no extension for this duty:")
    if rule.request_by is not None and at > rule.request_by:
        by = local(rule.request_by)
        raise conflict(task, f"申请延期的期限已过（{by}，{rule.clause}）/ Requests were due by {by} (UTC+8):")
    return rule


def wanted(task: Task, until: datetime | None, within: str | None) -> str:
    """What is asked for, as text. Raises `InvalidError` unless it is one of the two, and later than the due moment."""
    if (until is None) == (within is None):
        raise InvalidError("请填写 until 或 within 之一 / Give either `until` or `within`.")
    if until is not None and task.due_at is not None and until <= task.due_at:
        raise InvalidError(f"until 须晚于现期限 {local(task.due_at)} / `until` must lie after the present due moment.")
    return within if within is not None else until.isoformat() if until is not None else ""


def ask(task: Task, request: Request) -> Outcome:
    """The request is made: told, and the task counts a version on."""
    return _told(task, Told("extension_requested", request.approver, request.reason, request.extended_to))


def decide(
    task: Task, request: Request, person: Person, at: datetime, *, grant: bool, reason: str | None
) -> tuple[Outcome, Request]:
    """Grant or refuse. Raises `ForbiddenError` unless the person has the deciding post and is not who asked."""
    if request.state != "waiting":
        who, when = request.decided_by, local(request.decided_at)
        raise ConflictError(
            f"此申请已由 {who} 于 {when} 处理 / Already decided by {who} at {when} (UTC+8).", state=request.state
        )
    if not task.live:
        raise conflict(task, "任务已结束 / The task has ended:")
    if request.approver not in person.roles:
        raise ForbiddenError(f"延期由岗位 {request.approver} 决定 / Decided by the role {request.approver!r}.")
    if request.asked_by == person.login:
        raise ForbiddenError("不能审批自己的申请 / Whoever asked cannot decide.")
    state: RequestState = "granted" if grant else "refused"
    decided = replace(request, state=state, decided_at=at, decided_by=person.login, decision=reason)
    change = Told("extension_granted" if grant else "extension_refused", request.approver, reason, request.extended_to)
    return _told(task, change), decided


def _told(task: Task, told: Told) -> Outcome:
    return Outcome(replace(task, version=task.version + 1), (told,))
