"""Routes that act on a task; each answers the new state and version."""

from uuid import UUID

from fastapi import APIRouter

from services.tasks.entry.bodies import Command, Designation, ExtensionRequest, Grant, HandIn, Refusal, Return
from services.tasks.entry.views import TaskStanding, standing_of
from services.tasks.usecases.more_time import MoreTime
from services.tasks.usecases.work import Work
from shared.auth import CurrentStaff

_BARE = Command()
_NOTHING = HandIn()
_PLAINLY = Grant()


def work_router(work: Work) -> APIRouter:
    """Claiming, designating, returning, handing in."""
    router = APIRouter(prefix="/v1/tasks/{task_id}", tags=["tasks"])

    @router.post("/claim", summary="认领 / Claim")
    async def claim(staff: CurrentStaff, task_id: UUID, body: Command = _BARE) -> TaskStanding:
        """Take the task on; by the post that owes it. A duty to claim is fulfilled by it."""
        return standing_of(await work.claim(staff, task_id, body.version))

    @router.post("/designate", summary="指定承办人 / Designate")
    async def designate(staff: CurrentStaff, task_id: UUID, body: Designation) -> TaskStanding:
        """Give the task to a colleague; by its post, by whom it is owed to, or by whom it goes up to."""
        return standing_of(await work.designate(staff, task_id, body.version, body.login, body.reason))

    @router.post("/return", summary="退回 / Return")
    async def give_back(staff: CurrentStaff, task_id: UUID, body: Return) -> TaskStanding:
        """Give the task back to the board; by its holder."""
        return standing_of(await work.give_back(staff, task_id, body.version, body.reason))

    @router.post("/complete", summary="上交办结 / Hand in")
    async def complete(staff: CurrentStaff, task_id: UUID, body: HandIn = _NOTHING) -> TaskStanding:
        """Hand in what the duty demands; also after the due moment. By its holder, or by its post where nobody holds it."""
        return standing_of(await work.complete(staff, task_id, body.version, body.hand_in))

    return router


def more_time_router(more_time: MoreTime) -> APIRouter:
    """Requests for more time."""
    router = APIRouter(prefix="/v1/tasks/{task_id}/extension-requests", tags=["tasks"])

    @router.post("", summary="申请延期 / Ask for more time", status_code=201)
    async def ask(staff: CurrentStaff, task_id: UUID, body: ExtensionRequest) -> TaskStanding:
        """Ask, where the regulation allows it and within its window. Grading computes the new date once it is granted."""
        return standing_of(*await more_time.ask(staff, task_id, body.version, body.until, body.within, body.reason))

    @router.post("/{request_id}/grant", summary="同意延期 / Grant")
    async def grant(staff: CurrentStaff, task_id: UUID, request_id: UUID, body: Grant = _PLAINLY) -> TaskStanding:
        """Grant; by the post that the rulebook names, and not by whoever asked."""
        return standing_of(
            *await more_time.decide(staff, task_id, request_id, body.version, grant=True, reason=body.reason)
        )

    @router.post("/{request_id}/refuse", summary="不同意延期 / Refuse")
    async def refuse(staff: CurrentStaff, task_id: UUID, request_id: UUID, body: Refusal) -> TaskStanding:
        """Refuse, with the reason."""
        return standing_of(
            *await more_time.decide(staff, task_id, request_id, body.version, grant=False, reason=body.reason)
        )

    return router
