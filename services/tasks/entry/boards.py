"""Routes that read: boards and single tasks."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.tasks.entry.fields import Cursor, Moment, Name
from services.tasks.entry.views import TaskPage, TaskView, view_of
from services.tasks.storage.listing import STATES, BoardQuery
from services.tasks.usecases.list_tasks import ListTasks
from services.tasks.usecases.show_task import ShowTask
from shared.auth import CurrentStaff
from shared.contracts.tasks import TaskState


def boards_router(list_tasks: ListTasks, show_task: ShowTask) -> APIRouter:
    """The reading routes over these use cases."""
    router = APIRouter(prefix="/v1/tasks", tags=["tasks"])

    @router.get("", summary="任务列表 / List tasks")
    async def list_page(
        staff: CurrentStaff,
        state: Annotated[Sequence[TaskState], Query(max_length=4)] = STATES,
        owner: Annotated[Name | None, Query()] = None,
        incident_id: UUID | None = None,
        due_before: Annotated[Moment | None, Query()] = None,
        overdue: bool | None = None,
        mine: bool = False,
        kind: Annotated[Name | None, Query()] = None,
        rounds: bool | None = None,
        after: Annotated[Cursor | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> TaskPage:
        """By due moment, those without one last. `mine`: held by the caller; `state` may be given more than once.

        `kind`: as `patrol`. `rounds`: only, or none, of the rounds of routines; where neither is said, rounds that are over are left out.
        """
        query = BoardQuery(
            organisation_id=staff.organisation_id,
            states=tuple(dict.fromkeys(state)),
            owner=owner,
            incident_id=incident_id,
            due_before=due_before,
            overdue=overdue,
            holder=staff.login if mine else None,
            kind=kind,
            rounds=rounds,
            limit=limit,
        )
        rows, following = await list_tasks(query, after)
        return TaskPage.model_validate({"items": rows, "next": following})

    @router.get("/{task_id}", summary="任务详情 / Show a task")
    async def show(staff: CurrentStaff, task_id: UUID) -> TaskView:
        """One task with its clause, clock, what was handed in and the requests for more time."""
        return view_of(await show_task(staff, task_id))

    return router
