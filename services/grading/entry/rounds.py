"""The route of rounds: duties that belong to no incident, as they came round."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AfterValidator, AwareDatetime

from services.grading.storage.rounds import RoundQuery
from services.grading.usecases.look_rounds import LookRounds
from shared.auth import CurrentStaff

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _in_reach(moment: datetime) -> datetime:
    if not _EARLIEST <= moment <= _LATEST:
        raise ValueError("应在 2000 年至 2200 年之间 / must lie between the years 2000 and 2200")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_in_reach), Query()]
Routine = Annotated[str, Query(min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]


def rounds_routes(look: LookRounds) -> APIRouter:
    """Reading rounds."""
    router = APIRouter(tags=["rounds"])

    @router.get("/v1/rounds", summary="轮次:巡查、浏览、季度事项 / Rounds of routines")
    async def rounds(
        staff: CurrentStaff,
        state: Literal["due", "done", "missed", "withdrawn"] | None = None,
        routine: Routine | None = None,
        since: Moment | None = None,
        after: UUID | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> list[dict[str, Any]]:
        """Newest first; `after`: the id of the last one of the page before. `issued` false: over before anybody could be told.

        A missed one with `done_at` was done when it was over.
        """
        return await look(RoundQuery(staff.organisation_id, state, routine, since, after, limit))

    return router
