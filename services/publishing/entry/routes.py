"""The routes of publishing."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse

from services.publishing.entry.bodies import (
    ApproveBody,
    DraftBody,
    EditBody,
    LeaseBody,
    ReleaseBody,
    ReturnBody,
    SeenBody,
    WithdrawBody,
)
from services.publishing.entry.replies import AnswerOut, FileOut, LeasedOut, PageOut, ReleasedOut
from services.publishing.storage.screens import Filter
from services.publishing.usecases.drafting import Drafting, NewDraft
from services.publishing.usecases.opening import Desk, Seen
from services.publishing.usecases.reading import Reading
from services.publishing.usecases.releasing import Posted, Releasing
from services.publishing.usecases.review import Review
from shared.auth import CurrentStaff
from shared.contracts.publishing import AnswerState


def writing_routes(desk: Desk) -> APIRouter:
    """Drafting and review."""
    router = APIRouter(prefix="/v1/responses", tags=["responses"])
    drafting, review = Drafting(desk), Review(desk)

    @router.post("", status_code=201)
    async def draft(body: DraftBody, staff: CurrentStaff) -> AnswerOut:
        """起草 / Draft an answer to an incident, for one channel."""
        return AnswerOut.of(await drafting.draft(staff, NewDraft(**body.model_dump())))

    @router.patch("/{response_id}")
    async def edit(response_id: UUID, body: EditBody, staff: CurrentStaff) -> AnswerOut:
        """修改 / Another version; every signature is void and it goes back to draft."""
        return AnswerOut.of(await drafting.edit(staff, response_id, Seen(body.version), body.changes()))

    @router.post("/{response_id}/withdraw")
    async def withdraw(response_id: UUID, staff: CurrentStaff, body: WithdrawBody | None = None) -> AnswerOut:
        """撤回 / Take it back, before its release."""
        body = body or WithdrawBody()
        return AnswerOut.of(await drafting.withdraw(staff, response_id, body.seen(), body.reason))

    @router.post("/{response_id}/submit")
    async def submit(response_id: UUID, staff: CurrentStaff, body: SeenBody | None = None) -> AnswerOut:
        """送审 / Submit for approval; `errors` tells by place what must be put right before."""
        return AnswerOut.of(await review.submit(staff, response_id, (body or SeenBody()).seen()))

    @router.post("/{response_id}/approve")
    async def approve(response_id: UUID, staff: CurrentStaff, body: ApproveBody | None = None) -> AnswerOut:
        """审批 / Sign as one of the posts it waits for; the last signature seals it."""
        body = body or ApproveBody()
        return AnswerOut.of(await review.approve(staff, response_id, body.seen(), body.role))

    @router.post("/{response_id}/return")
    async def give_back(response_id: UUID, body: ReturnBody, staff: CurrentStaff) -> AnswerOut:
        """退回 / Return it to its author with a reason."""
        return AnswerOut.of(await review.give_back(staff, response_id, body.seen(), body.reason))

    return router


def release_routes(desk: Desk) -> APIRouter:
    """The release desk."""
    router = APIRouter(prefix="/v1/responses", tags=["release desk"])
    releasing = Releasing(desk)

    @router.post("/{response_id}/lease")
    async def lease(response_id: UUID, staff: CurrentStaff, body: LeaseBody | None = None) -> LeasedOut:
        """领取发布 / Hold an approved answer alone, for some minutes, to post it."""
        body = body or LeaseBody()
        return LeasedOut.under(*await releasing.lease(staff, response_id, body.seen(), body.minutes))

    @router.post("/{response_id}/releases", status_code=201)
    async def release(response_id: UUID, body: ReleaseBody, staff: CurrentStaff) -> ReleasedOut:
        """登记发布 / Record the public link; the same link again is answered with what is on record."""
        return ReleasedOut.under(*await releasing.release(staff, response_id, Posted(**body.model_dump())))

    return router


def reading_routes(desk: Desk) -> APIRouter:
    """Lists, the file of one answer, the release pack."""
    router = APIRouter(prefix="/v1/responses", tags=["responses"])
    reading = Reading(desk)

    @router.get("")
    async def answers(
        staff: CurrentStaff,
        state: AnswerState | None = None,
        channel: Annotated[str | None, Query(max_length=64)] = None,
        incident_id: UUID | None = None,
        after: UUID | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> PageOut:
        """回应列表 / The organisation's answers, newest first."""
        items = await reading.list(staff, Filter(state, channel, incident_id, after, limit + 1))
        more = len(items) > limit
        return PageOut(items=list(items[:limit]), next=items[limit - 1].id if more else None)

    @router.get("/{response_id}")
    async def file(response_id: UUID, staff: CurrentStaff) -> FileOut:
        """回应全文 / One answer with its versions, signatures, remarks, lease and release."""
        return FileOut.whole(await reading.file(staff, response_id))

    @router.get("/{response_id}/pack", response_class=PlainTextResponse)
    async def pack(response_id: UUID, staff: CurrentStaff) -> Response:
        """发布包 / The approved words as text to copy, with their length and seal."""
        return PlainTextResponse(await reading.pack(staff, response_id))

    return router
