"""The read model over HTTP, for scripts."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from services.console.domain.time_left import Urgency
from services.console.usecases.overview import Overview, Overviews
from shared.auth import CurrentStaff


class IncidentLine(BaseModel):
    """An incident; `level` is the approved one, `proposal` the one proposed."""

    incident_id: UUID
    title: str
    kind: str | None
    source: str | None
    region: str | None
    reported_at: datetime
    reports: int
    reads: int
    merged_into: UUID | None
    phase: str | None
    level: str | None
    grade_state: str | None
    proposal: str | None
    open_tasks: int


class TaskLine(BaseModel):
    """An open task; `seconds_left` is negative once overdue. `source` tells a regulation's duty from the operator's."""

    assignment_id: UUID
    incident_id: UUID
    title: str
    name: str
    owner_name: str | None
    holder: str | None
    state: str
    clause: str | None
    source: str | None
    due_at: datetime | None
    seconds_left: int | None
    urgency: Urgency
    presumed: bool
    provisional: bool
    overdue: bool


class AnswerLine(BaseModel):
    """An answer; `step` of `steps` signatures given."""

    answer_id: UUID
    incident_id: UUID
    state: str
    channel: str | None
    title: str | None
    step: int
    steps: int
    url: str | None
    changed_at: datetime


class OverviewDocument(BaseModel):
    """What is new, what is owed and by when, the most urgent first. `counts` stop at 10000; `now` is office time."""

    organisation_id: str
    name: str
    rulebook: str
    now: datetime
    counts: dict[str, int]
    levels: dict[str, str]
    incidents: list[IncidentLine]
    tasks: list[TaskLine]
    answers: list[AnswerLine]


def overview_router(overviews: Overviews) -> APIRouter:
    """`GET /v1/overview`."""
    router = APIRouter(tags=["console"])

    @router.get("/v1/overview")
    async def show(member: CurrentStaff) -> OverviewDocument:
        """本单位概览 / The overview of one's own organisation."""
        return document(await overviews.of(member.organisation_id))

    return router


def document(found: Overview) -> OverviewDocument:
    """The overview as JSON shows it."""
    return OverviewDocument(
        organisation_id=found.organisation_id,
        name=found.name,
        rulebook=found.rulebook,
        now=found.now,
        counts=dict(found.counts),
        levels=dict(found.levels),
        incidents=[IncidentLine(**row) for row in found.incidents],
        tasks=[
            TaskLine(**row, seconds_left=left.seconds, urgency=left.urgency)
            for row in found.tasks
            for left in [found.left(row)]
        ],
        answers=[AnswerLine.model_validate(row) for row in found.answers],
    )
