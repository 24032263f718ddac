"""The portal's routes: a complaint in, a receipt out, and the citizen's view of it."""

from datetime import datetime
from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from services.intake.domain.receipts import new_receipt
from services.intake.entry.fields import Complaint
from services.intake.entry.portal import client_of
from services.intake.storage.idempotency import Guarded, guard
from services.intake.usecases.citizens import Citizens
from services.intake.usecases.keys import Client
from services.intake.usecases.prepare import Told
from services.intake.usecases.receive import Receive
from shared.errors import InvalidError

ROUTE = "complaints"
LONGEST_KEY = 200
_KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
    "description": "一次提交一个；重发时不变 / One per complaint, the same when it is sent again",
}


class Accepted(BaseModel):
    """The complaint is kept, durably. `receipt` is for the citizen; `incident_id` is for the portal alone."""

    id: UUID
    receipt: str
    incident_id: UUID


class PublicAnswer(BaseModel):
    """An answer that the organisation has released."""

    title: str | None
    text: str
    channel: str
    url: str
    released_at: datetime


class CitizenView(BaseModel):
    """What a citizen sees: the state in plain words and the answers; nothing internal, nothing about others.

    Of an `archived` one, long closed, the title is empty and the answers are not told here any more.
    """

    receipt: str
    title: str
    state: str
    state_text: str
    received_at: datetime
    answers: list[PublicAnswer]
    archived: bool = False


def complaint_routes(receive: Receive, citizens: Citizens, pepper: bytes) -> APIRouter:
    """`POST /v1/complaints` and `GET /v1/complaints/{receipt}`."""
    router = APIRouter(tags=["portal"])

    # The hot path of the house: headers are read and the answer is written without FastAPI's dependencies and models,
    # which would cost as much as keeping the complaint does.
    @router.post(
        "/v1/complaints",
        status_code=201,
        response_class=Response,
        responses={201: {"model": Accepted}},
        openapi_extra={"parameters": [_KEY_HEADER]},
        summary="提交诉求 / Hand in a complaint",
    )
    async def submit(body: Complaint, request: Request) -> Response:
        """Kept for good before this answers. The same Idempotency-Key with the same body gets the same answer for 7 days."""
        client = client_of(request)
        told = Told(
            kind="complaint",
            source="portal",
            title=body.title,
            body=body.body,
            contact=body.contact.model_dump() if body.contact else None,
            receipt=new_receipt(),
            region=body.region,
            topic=body.topic,
        )
        guarded = _guarded(request.headers.get("idempotency-key"), client, pepper, await request.body())
        kept = await receive.complaint(client.organisation_id, told, body.occurred_at, guarded)
        content = orjson.dumps(
            {"id": str(kept.report_id), "receipt": kept.receipt, "incident_id": str(kept.incident_id)}
        )
        headers = {"Idempotency-Replayed": "true"} if kept.replayed else None
        return Response(content, 201, headers, "application/json")

    @router.get("/v1/complaints/{receipt}", summary="查询办理情况 / Look up a complaint")
    async def look_up(receipt: str, request: Request) -> CitizenView:
        """By receipt; an unknown, mistyped or foreign one is the same 404."""
        return CitizenView(**await citizens.view(client_of(request).organisation_id, receipt))

    return router


def _guarded(key: str | None, client: Client, pepper: bytes, body: bytes) -> Guarded | None:
    if key is None:
        return None
    if not 0 < len(key) <= LONGEST_KEY:
        raise InvalidError(f"Idempotency-Key must have 1 to {LONGEST_KEY} characters; this one has {len(key)}.")
    return guard(pepper, str(client.key_id), ROUTE, key, body)
