"""Staff routes of moves: merging incidents, splitting reports off, and undoing either."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.intake.domain.membership import Kind, Move
from services.intake.entry.fields import Reason
from services.intake.usecases.membership import Membership
from shared.auth import Access, CurrentStaff, staff

MOVERS = staff("office", "information_office", "news_section", "admin")
"""The posts that decide what is one matter."""
MEMBERSHIP_ACCESS: Mapping[str, Access] = {
    "POST /v1/incidents/{incident_id}/merge": MOVERS,
    "POST /v1/incidents/{incident_id}/split": MOVERS,
    "GET /v1/incidents/{incident_id}/moves": staff(),
    "POST /v1/moves/{move_id}/undo": MOVERS,
}
MOST_SPLIT = 5000
"""Reports in one split."""
MOST_SHOWN = 200


class Merge(BaseModel):
    """The incident to be absorbed by the one of the path; `version` is the latter's, where the caller has seen it."""

    model_config = ConfigDict(extra="forbid")
    other: UUID
    reason: Reason
    version: int | None = None


class Split(BaseModel):
    """The reports that become an incident of their own."""

    model_config = ConfigDict(extra="forbid")
    report_ids: Annotated[list[UUID], Field(max_length=MOST_SPLIT)]
    reason: Reason
    version: int | None = None


class Undo(BaseModel):
    """Why a move is taken back."""

    model_config = ConfigDict(extra="forbid")
    reason: Reason


class MoveShown(BaseModel):
    """A move. `report_ids` are the first 200 of the `reports` that moved; versions are told of one that was just made."""

    move_id: UUID
    kind: Kind
    incident_id: UUID
    other_id: UUID
    reports: int
    report_ids: list[UUID]
    made_by: str
    reason: str
    made_at: datetime
    undoes: UUID | None
    undone_by: UUID | None
    version: int | None
    other_version: int | None


def membership_routes(membership: Membership) -> APIRouter:
    """Merge, split, undo, and the list of what was done."""
    router = APIRouter(tags=["incidents"])

    @router.post("/v1/incidents/{incident_id}/merge", summary="并入另一事件 / Absorb another incident")
    async def merge(who: CurrentStaff, incident_id: UUID, body: Merge) -> MoveShown:
        org = who.organisation_id
        move = await membership.merge(who.login, org, incident_id, body.other, body.reason, version=body.version)
        return _shown(move)

    @router.post("/v1/incidents/{incident_id}/split", summary="拆出报告 / Split reports off")
    async def split(who: CurrentStaff, incident_id: UUID, body: Split) -> MoveShown:
        org = who.organisation_id
        move = await membership.split(who.login, org, incident_id, body.report_ids, body.reason, version=body.version)
        return _shown(move)

    @router.get("/v1/incidents/{incident_id}/moves", summary="合并与拆分记录 / Moves of an incident")
    async def moves(who: CurrentStaff, incident_id: UUID) -> list[MoveShown]:
        return [_shown(move) for move in await membership.moves(who.organisation_id, incident_id)]

    @router.post("/v1/moves/{move_id}/undo", summary="撤销合并或拆分 / Undo a move")
    async def undo(who: CurrentStaff, move_id: UUID, body: Undo) -> MoveShown:
        return _shown(await membership.undo(who.login, who.organisation_id, move_id, body.reason))

    return router


def _shown(move: Move) -> MoveShown:
    return MoveShown(
        move_id=move.move_id,
        kind=move.kind,
        incident_id=move.incident_id,
        other_id=move.other_id,
        reports=len(move.report_ids),
        report_ids=list(move.report_ids[:MOST_SHOWN]),
        made_by=move.made_by,
        reason=move.reason,
        made_at=move.made_at,
        undoes=move.undoes,
        undone_by=move.undone_by,
        version=move.version,
        other_version=move.other_version,
    )
