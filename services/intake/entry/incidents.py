"""Staff routes of intake: incidents, patrol entries, and originals shown one at a time."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from services.intake.domain.joining import Post
from services.intake.entry.door import SENDER
from services.intake.entry.fields import PatrolEntry, Short
from services.intake.usecases.incidents import Incidents
from services.intake.usecases.prepare import Told
from services.intake.usecases.receive import Receive
from shared.auth import CurrentStaff
from shared.ids import new_id


class OpenOriginal(BaseModel):
    """Why the original is needed; kept in the journal."""

    reason: Short


class PatrolKept(BaseModel):
    """The entry is kept; `result` tells whether it opened an incident or joined one."""

    id: UUID
    incident_id: UUID
    result: str


def incident_routes(incidents: Incidents, receive: Receive) -> APIRouter:
    """All staff routes of intake but the keys'."""
    router = APIRouter(tags=["incidents"])

    @router.get("/v1/incidents")
    async def newest(
        staff: CurrentStaff,
        after: UUID | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        absorbed: bool = False,
    ) -> list[dict[str, Any]]:
        return await incidents.newest(staff, after, limit, absorbed=absorbed)

    @router.get("/v1/incidents/{incident_id}")
    async def one(staff: CurrentStaff, incident_id: UUID) -> dict[str, Any]:
        return await incidents.one(staff, incident_id)

    @router.post("/v1/reports/{report_id}/original", summary="查看原文 / Open a report's original")
    async def original(staff: CurrentStaff, report_id: UUID, body: OpenOriginal) -> dict[str, Any]:
        return await incidents.original(staff, report_id, body.reason)

    @router.post("/v1/patrol-entries", status_code=201, summary="登记巡查发现 / Record what a patrol found")
    async def patrol(staff: CurrentStaff, body: PatrolEntry, request: Request) -> PatrolKept:
        request.scope[SENDER] = f"staff {staff.organisation_id}"
        told = Told(
            kind="patrol",
            source=f"patrol:{staff.login}",
            title=body.title,
            body=body.body,
            post=Post("patrol", str(new_id()), body.url, None) if body.url else None,
            platform=body.platform,
            region=body.region,
            topic=body.topic,
            finder=min(staff.roles, default=None),
        )
        kept = await receive.patrol(staff.organisation_id, told, body.occurred_at)
        return PatrolKept(id=kept.report_id, incident_id=kept.incident_id, result=kept.result)

    return router
