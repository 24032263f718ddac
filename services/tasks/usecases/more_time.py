"""Requests for more time: asked by whoever holds the task, decided by the post that the rulebook names."""

from datetime import datetime
from uuid import UUID

from services.tasks.domain import extensions
from services.tasks.domain.extensions import Request
from services.tasks.domain.standing import check_version
from services.tasks.domain.task import Task
from services.tasks.storage.papers import decide_request, keep_request, read_requests
from services.tasks.usecases.counter import Counter
from shared.auth import Staff
from shared.errors import ConflictError, MissingError
from shared.ids import new_id


class MoreTime:
    """Asking and deciding. What is granted goes to grading, which computes the new date and sends it back as an order."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    async def ask(
        self, staff: Staff, task_id: UUID, version: int | None, until: datetime | None, within: str | None, reason: str
    ) -> tuple[Task, Request]:
        """Ask. Raises `ConflictError` where the rule gives nothing, its window has closed, or a request waits already."""
        async with self._counter.open(staff, task_id) as case:
            check_version(case.task, version)
            rule = extensions.check_askable(case.task, case.person, case.at)
            for waiting in await read_requests(case.tx, task_id):
                if waiting.state == "waiting":
                    raise ConflictError("已有一个申请待批 / A request is waiting already.", request_id=str(waiting.id))
            request = Request(
                id=new_id(),
                task_id=task_id,
                incident_id=case.task.incident_id,
                organisation_id=case.task.organisation_id,
                approver=rule.approver,
                asked_at=case.at,
                asked_by=staff.login,
                extended_to=extensions.wanted(case.task, until, within),
                reason=reason,
            )
            await keep_request(case.tx, request)
            return await self._counter.close(case, extensions.ask(case.task, request)), request

    async def decide(
        self, staff: Staff, task_id: UUID, request_id: UUID, version: int | None, *, grant: bool, reason: str | None
    ) -> tuple[Task, Request]:
        """Grant or refuse. Raises `MissingError` for an unknown request, `ForbiddenError` for the wrong post."""
        async with self._counter.open(staff, task_id) as case:
            found = [each for each in await read_requests(case.tx, task_id) if each.id == request_id]
            if not found:
                raise MissingError(f"没有申请 {request_id} / There is no request {request_id}.")
            check_version(case.task, version)
            outcome, decided = extensions.decide(case.task, found[0], case.person, case.at, grant=grant, reason=reason)
            await decide_request(case.tx, decided)
            return await self._counter.close(case, outcome), decided
