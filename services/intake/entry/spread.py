"""The staff route of spread."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.intake.usecases.spread import SpreadOf
from shared.auth import Access, CurrentStaff, staff

SPREAD_ACCESS: Mapping[str, Access] = {"GET /v1/incidents/{incident_id}/spread": staff()}


class Counted(BaseModel):
    """Reports, and what their posts count, each post once."""

    reports: int
    reads: int
    comments: int
    reposts: int
    likes: int


class OnPlatform(Counted):
    """Of one platform; the empty text where no platform was told."""

    platform: str


class ByAuthors(Counted):
    """Of one kind of author; the empty text where none was told."""

    author_type: str


class InHour(Counted):
    """What came and what was gained in the hour that begins then; less than nothing where a vendor corrected itself."""

    hour: datetime


class ThresholdShown(BaseModel):
    """A threshold of the rulebook: when the total first crossed it, and whether it stands there now."""

    metric: str
    threshold: int
    level: str
    clause: str
    reached: bool
    crossed_at: datetime | None


class ForecastShown(BaseModel):
    """When the next threshold of a metric will be reached at the present pace; `latest` is null where that may never be."""

    metric: str
    threshold: int
    at: datetime
    earliest: datetime
    latest: datetime | None
    said: str


class SpreadShown(BaseModel):
    """How far a matter has been carried; an absorbed incident has nothing left, its survivor is `merged_into`."""

    incident_id: UUID
    merged_into: UUID | None
    totals: Counted
    by_platform: list[OnPlatform]
    by_author_type: list[ByAuthors]
    per_hour: list[InHour]
    thresholds: list[ThresholdShown]
    forecast: list[ForecastShown]


def spread_routes(spread: SpreadOf) -> APIRouter:
    """`GET /v1/incidents/{incident_id}/spread`."""
    router = APIRouter(tags=["incidents"])

    @router.get("/v1/incidents/{incident_id}/spread", summary="传播态势 / How far and how fast a matter is carried")
    async def of(
        staff: CurrentStaff, incident_id: UUID, hours: Annotated[int, Query(ge=1, le=720)] = 72
    ) -> SpreadShown:
        """`hours`: how many hours back growth is told, the present one among them. Times are in the rulebook's zone."""
        return SpreadShown.model_validate(await spread.of(staff, incident_id, hours))

    return router
