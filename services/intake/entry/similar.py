"""Staff routes of suggestions: what may be the same matter, accepting and refusing it, and the threshold for joining by itself."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.intake.usecases.similar import Similar
from shared.auth import Access, CurrentStaff, staff
from shared.web.fields import NUMBER

_DECIDES = staff("office", "information_office", "news_section", "admin")
SIMILAR_ACCESS: dict[str, Access] = {
    "GET /v1/incidents/{incident_id}/similar": staff(),
    "POST /v1/incidents/{incident_id}/similar/{other}/accept": _DECIDES,
    "POST /v1/incidents/{incident_id}/similar/{other}/refuse": _DECIDES,
    "GET /v1/joining/settings": staff("admin"),
    "PUT /v1/joining/settings": staff("admin"),
}
"""The rows of these routes in the service's access table."""

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class OfferedAnswer(BaseModel):
    """An answer that was released for the other incident."""

    title: str
    channel: str
    url: str


class Suggestion(BaseModel):
    """An incident that may be about the same matter; `score` 0 to 1, `why` the words and places that both have."""

    incident_id: UUID
    score: float
    why: list[str]
    title: str
    state: str
    opened_at: datetime
    answers: list[OfferedAnswer]


class Verdict(BaseModel):
    """Why; kept at intake, in no event."""

    model_config = ConfigDict(extra="forbid")
    reason: Reason | None = None


class Accepted(BaseModel):
    """The merge: `incident_id` goes on, `absorbed` is part of it now; `move_id` undoes it."""

    move_id: UUID
    incident_id: UUID
    absorbed: UUID


class Refused(BaseModel):
    """These two are never suggested to each other again."""

    incident_id: UUID
    refused: UUID


class JoiningSettings(BaseModel):
    """`join_above`: suggestions of this score or better join by themselves; null: a person joins, always."""

    model_config = ConfigDict(extra="forbid")
    join_above: Annotated[float, Field(ge=0.3, le=1), NUMBER] | None


def similar_routes(similar: Similar) -> APIRouter:
    """All routes of suggestions."""
    router = APIRouter(tags=["joining"])

    @router.get("/v1/incidents/{incident_id}/similar", summary="相似事项 / What may be the same matter")
    async def suggested(
        member: CurrentStaff,
        incident_id: UUID,
        limit: Annotated[int, Query(ge=1, le=50)] = 10,
        closed: bool = False,
    ) -> list[Suggestion]:
        """Best first. `closed=true` offers closed incidents too, with the answers released there."""
        return [Suggestion(**each) for each in await similar.of(member, incident_id, limit, closed=closed)]

    @router.post("/v1/incidents/{incident_id}/similar/{other}/accept", summary="采纳：是同一事项 / Accept: one matter")
    async def accept(member: CurrentStaff, incident_id: UUID, other: UUID, body: Verdict | None = None) -> Accepted:
        """The two are merged; the open one goes on, of two open ones the earlier opened. Undone by its move."""
        move = await similar.accept(member, incident_id, other, body.reason if body else None)
        return Accepted(move_id=move.move_id, incident_id=move.incident_id, absorbed=move.other_id)

    @router.post(
        "/v1/incidents/{incident_id}/similar/{other}/refuse", summary="不采纳：不是同一事项 / Refuse: two matters"
    )
    async def refuse(member: CurrentStaff, incident_id: UUID, other: UUID, body: Verdict | None = None) -> Refused:
        """Never suggested again, whatever either is merged into."""
        await similar.refuse(member, incident_id, other, body.reason if body else None)
        return Refused(incident_id=incident_id, refused=other)

    @router.get("/v1/joining/settings", summary="自动合并阈值 / When suggestions join by themselves")
    async def settings(member: CurrentStaff) -> JoiningSettings:
        """Of the own organisation; null where a person joins, always."""
        return JoiningSettings(join_above=await similar.join_above(member))

    @router.put("/v1/joining/settings", summary="设置自动合并阈值 / Set when suggestions join by themselves")
    async def change(member: CurrentStaff, body: JoiningSettings) -> JoiningSettings:
        """Joins made so are moves by `huiying`, with their reason, and can be undone as any."""
        return JoiningSettings(join_above=await similar.set_join_above(member, body.join_above))

    return router
