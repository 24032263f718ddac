"""Routes of the calendar: read it, load a year's notice, correct a day."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints

from services.grading.domain.holidays import EARLIEST_YEAR, LATEST_YEAR, Change
from services.grading.usecases.change_calendar import ChangeCalendar, Outcome
from services.grading.usecases.look_calendar import LookCalendar
from shared.auth import CurrentStaff
from shared.calendar import Correction
from shared.web.fields import NUMBER, Truth

Year = Annotated[int, Field(ge=EARLIEST_YEAR, le=LATEST_YEAR), NUMBER]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Source = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")
]
_EARLIEST, _LATEST = date(EARLIEST_YEAR - 1, 12, 1), date(LATEST_YEAR, 12, 31)


class NoticeDay(BaseModel):
    """A day as the notice names it: off (with the holiday's name), or a weekend day that is worked instead."""

    date: date
    working: Truth
    reason: Words


class Notice(BaseModel):
    """A year's notice, whole: it takes the place of what was reckoned for the year. `preview`: only show what would move."""

    year: Year
    days: Annotated[list[NoticeDay], Field(min_length=1, max_length=150)]
    source: Source
    preview: Truth = False


class SingleDay(BaseModel):
    """One day that is, or isn't, worked other than the calendar says. `preview`: only show what would move."""

    date: Annotated[date, Field(ge=_EARLIEST, le=_LATEST)]
    working: Truth
    reason: Words
    preview: Truth = False


def calendar_routes(change: ChangeCalendar, look: LookCalendar) -> APIRouter:
    """The installation's calendar."""
    router = APIRouter(tags=["calendar"], prefix="/v1/calendar")

    @router.get("", summary="某年日历 / A year of the calendar")
    async def year(
        staff: CurrentStaff, year: Annotated[int, Query(ge=EARLIEST_YEAR, le=LATEST_YEAR)]
    ) -> dict[str, Any]:
        """`lagging`: procedures whose deadlines are still to be counted by the calendar in force."""
        return await look.year(year)

    @router.post("/notices", summary="导入放假安排 / Load a year's notice")
    async def notices(staff: CurrentStaff, body: Notice) -> Outcome:
        """By the platform's administrator; an organisation's own may look with `preview`. The same again changes nothing."""
        days = tuple(Correction(each.date, each.working, each.reason) for each in body.days)
        return await change(staff, Change("notice", body.year, days, body.source), preview=body.preview)

    @router.post("/days", summary="更正某一天 / Correct a day")
    async def days(staff: CurrentStaff, body: SingleDay) -> Outcome:
        """By the platform's administrator; an organisation's own may look with `preview`."""
        day = Correction(body.date, body.working, body.reason)
        return await change(staff, Change("day", body.date.year, (day,), body.reason), preview=body.preview)

    return router
