"""Staff routes of grading: decide on grades, act on procedures, read deadlines."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.grading.domain.procedure import Procedure
from services.grading.entry.bodies import (
    Approval,
    FlagChange,
    Instruction,
    MomentReport,
    Move,
    Resumption,
    Suspension,
    Turn,
)
from services.grading.usecases.decide import Act, Decide, Permitted
from services.grading.usecases.desk import calmers, closers, leaders
from services.grading.usecases.look import Look
from services.grading.usecases.moments import Moments
from services.grading.usecases.relocate import Relocate
from services.grading.usecases.suspend import Suspend
from shared.auth import CurrentStaff, Staff


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

    @router.get("/v1/incidents/{incident_id}/acts")
    async def acts(staff: CurrentStaff, incident_id: UUID) -> dict[str, Any]:
        """Who decided what, when, and why: the words typed stand here alone; events carry their ids (`act`)."""
        return await look.acts(staff, incident_id)

    return router


def act_routes(decide: Decide) -> APIRouter:
    """What people record about a procedure: flags, instructions, and the turns of its phase."""
    router = APIRouter(tags=["procedure"], prefix="/v1/incidents/{incident_id}")

    @router.post("/flags")
    async def flags(staff: CurrentStaff, incident_id: UUID, body: FlagChange) -> Standing:
        return _standing(
            await decide.flag(staff, incident_id, body.flag, on=body.on, reason=body.reason, version=body.version)
        )

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


def time_routes(moments: Moments, suspend: Suspend, relocate: Relocate) -> APIRouter:
    """What people prove, stop and move: each changes when something is owed, and says who did it and why."""
    router = APIRouter(tags=["procedure"], prefix="/v1/incidents/{incident_id}")

    @router.post("/moments", summary="报告时点 / Report a moment")
    async def moment(staff: CurrentStaff, incident_id: UUID, body: MomentReport) -> Standing:
        """What happened when; of a moment that is known, that it was at another time."""
        return _standing(await moments(staff, incident_id, body.name, body.at, body.reason, body.version))

    @router.post("/suspend", summary="中止计时 / Stop time")
    async def stop(staff: CurrentStaff, incident_id: UUID, body: Suspension) -> Standing:
        """On a ground of the rulebook, by the posts that it names."""
        return _standing(await suspend.suspend(staff, incident_id, body.reason, body.text, body.orders, body.version))

    @router.post("/resume", summary="恢复计时 / Let time run again")
    async def resume(staff: CurrentStaff, incident_id: UUID, body: Resumption) -> Standing:
        """What was used up before stays used up."""
        return _standing(await suspend.resume(staff, incident_id, body.text, body.orders, body.version))

    @router.post("/rulebook", summary="改按另一规则办理 / Move to another rulebook")
    async def move(staff: CurrentStaff, incident_id: UUID, body: Move) -> Standing:
        """One that is or was in force here. By whoever may close the incident, or an administrator."""
        return _standing(await relocate(staff, incident_id, body.hash, body.reason, body.version))

    return router
