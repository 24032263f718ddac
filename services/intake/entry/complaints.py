"""The portal's routes: a complaint in, a receipt out, and the citizen's view of it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Response
from pydantic import BaseModel

from services.intake.domain.receipts import new_receipt
from services.intake.entry.fields import Complaint
from services.intake.entry.portal import PortalGate
from services.intake.storage.idempotency import guard
from services.intake.usecases.citizens import Citizens
from services.intake.usecases.keys import Client, PortalKeys
from services.intake.usecases.prepare import Told
from services.intake.usecases.receive import Receive

ROUTE = "complaints"
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="一次提交一个；重发时不变 / One per complaint",
    ),
]


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
    """What a citizen sees: the state in plain words and the answers; nothing internal, nothing about others."""

    receipt: str
    title: str
    state: str
    state_text: str
    received_at: datetime
    answers: list[PublicAnswer]


def complaint_routes(receive: Receive, citizens: Citizens, keys: PortalKeys, pepper: bytes) -> APIRouter:
    """`POST /v1/complaints` and `GET /v1/complaints/{receipt}`."""
    router = APIRouter(tags=["portal"])
    writes, reads = PortalGate(keys, "complaints:write"), PortalGate(keys, "complaints:read")

    @router.post("/v1/complaints", status_code=201, response_model=Accepted, summary="提交诉求 / Hand in a complaint")
    async def submit(
        body: Complaint,
        client: Annotated[Client, Depends(writes)],
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> Any:
        """Kept for good before this answers. The same Idempotency-Key with the same body gets the same answer for 7 days."""
        guarded = None
        if idempotency_key is not None:
            guarded = guard(pepper, str(client.key_id), ROUTE, idempotency_key, body.model_dump_json().encode())
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
        kept = await receive.complaint(client.organisation_id, told, body.occurred_at, guarded)
        if kept.replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return {"id": kept.report_id, "receipt": kept.receipt, "incident_id": kept.incident_id}

    @router.get("/v1/complaints/{receipt}", summary="查询办理情况 / Look up a complaint")
    async def look_up(receipt: str, client: Annotated[Client, Depends(reads)]) -> CitizenView:
        """By receipt; an unknown, mistyped or foreign one is the same 404."""
        return CitizenView(**await citizens.view(client.organisation_id, receipt))

    return router
