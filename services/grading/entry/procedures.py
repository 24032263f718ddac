"""Staff routes of grading: decide on grades, act on procedures, read deadlines."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.grading.domain.procedure import Procedure
from services.grading.usecases.decide import Act, Decide, Permitted, calmers, closers, leaders, members
from services.grading.usecases.look import Look
from shared.auth import CurrentStaff, Staff

Reason = Annotated[str, Field(min_length=1, max_length=2000)]


class Approval(BaseModel):
    """The level to approve; a reason is needed where it is not the proposed one."""

    level: Annotated[str, Field(min_length=1, max_length=64)]
    reason: Reason | None = None
    version: int | None = None


class FlagChange(BaseModel):
    """Raise or lower one of the rulebook's flags."""

    flag: Annotated[str, Field(min_length=1, max_length=64)]
    on: bool = True
    reason: Reason
    version: int | None = None


class Instruction(BaseModel):
    """A leader's instruction (批示): what is to be done."""

    text: Reason
    version: int | None = None


class Turn(BaseModel):
    """Declaring a matter calm, closed or reopened."""

    reason: Reason
    version: int | None = None


class Standing(BaseModel):
    """Where the procedure stands after a command."""

    incident_id: UUID
    version: int
    phase: str
    state: str
    level: str | None
    proposal: str | None


def _standing(procedure: Procedure) -> Standing:
    return Standing(
        incident_id=procedure.incident_id,
        version=procedure.version,
        phase=procedure.phase,
        state=procedure.grade_state,
        level=procedure.level,
        proposal=procedure.proposal,
    )


def grading_routes(decide: Decide, look: Look) -> APIRouter:
    """What waits for a grade, deciding it, and why each deadline is what it is."""
    router = APIRouter(tags=["grading"])

    @router.get("/v1/gradings")
    async def gradings(
        staff: CurrentStaff,
        state: Literal["proposed", "approved"] = "proposed",
        after: UUID | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> list[dict[str, Any]]:
        return await look.gradings(staff, waiting=state == "proposed", after=after, limit=limit)

    @router.get("/v1/gradings/{incident_id}")
    async def grading(staff: CurrentStaff, incident_id: UUID) -> dict[str, Any]:
        return await look.one(staff, incident_id)

    @router.post("/v1/gradings/{incident_id}/approve")
    async def approve(staff: CurrentStaff, incident_id: UUID, body: Approval) -> Standing:
        return _standing(await decide.approve(staff, incident_id, body.level, body.reason, body.version))

    @router.get("/v1/incidents/{incident_id}/deadlines")
    async def deadlines(staff: CurrentStaff, incident_id: UUID) -> dict[str, Any]:
        return await look.deadlines(staff, incident_id)

    return router


def act_routes(decide: Decide) -> APIRouter:
    """What people record about a procedure: flags, instructions, and the turns of its phase."""
    router = APIRouter(tags=["procedure"], prefix="/v1/incidents/{incident_id}")

    @router.post("/flags")
    async def flags(staff: CurrentStaff, incident_id: UUID, body: FlagChange) -> Standing:
        act = Act("flag", {"name": body.flag, "on": body.on, "reason": body.reason}, "flagged", members)
        return _standing(await decide.act(staff, incident_id, act, body.version))

    @router.post("/instructions")
    async def instructions(staff: CurrentStaff, incident_id: UUID, body: Instruction) -> Standing:
        act = Act("moment", {"name": "instruction", "text": body.text}, "instructed", leaders)
        return _standing(await decide.act(staff, incident_id, act, body.version))

    @router.post("/calm")
    async def calm(staff: CurrentStaff, incident_id: UUID, body: Turn) -> Standing:
        return await _turn(staff, incident_id, body, "calmed", calmers)

    @router.post("/close")
    async def close(staff: CurrentStaff, incident_id: UUID, body: Turn) -> Standing:
        return await _turn(staff, incident_id, body, "closed", closers)

    @router.post("/reopen")
    async def reopen(staff: CurrentStaff, incident_id: UUID, body: Turn) -> Standing:
        return await _turn(staff, incident_id, body, "reopened", closers)

    async def _turn(staff: Staff, incident_id: UUID, body: Turn, moment: str, permitted: Permitted) -> Standing:
        act = Act("moment", {"name": moment, "reason": body.reason}, moment, permitted)
        return _standing(await decide.act(staff, incident_id, act, body.version))

    return router
