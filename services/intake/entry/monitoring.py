"""The vendor's route: signed pushes of posts and their spread."""

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, ValidationError

from services.intake.domain.joining import Post
from services.intake.entry.fields import PostEvent, Push
from services.intake.entry.webhooks import ID_SCHEMA, TIMESTAMP_SCHEMA, ReplayedError, SignedPush, WebhookGate
from services.intake.storage.keys import claim_webhook_id
from services.intake.usecases.pace import Pace
from services.intake.usecases.receive import PostSample, PushResult, Receive
from shared.clock import Clock
from shared.db import Transaction
from shared.errors import InvalidError, MalformedError
from shared.web.faults import readable

MOST_BYTES = 8 * 1024 * 1024


class PushDocument(Push):
    """The push as its senders write it: its events are read one by one, but are told in full."""

    events: Annotated[list[PostEvent], Field(min_length=1, max_length=1000)]


def _inlined(part: Any, parts: Mapping[str, Any]) -> Any:
    """A schema without references: OpenAPI would look for them elsewhere."""
    if isinstance(part, list):
        return [_inlined(each, parts) for each in part]
    if not isinstance(part, dict):
        return part
    reference = str(part.get("$ref", "")).rpartition("/")[2]
    whole = {**parts.get(reference, {}), **{key: value for key, value in part.items() if key not in {"$ref", "$defs"}}}
    return {key: _inlined(value, parts) for key, value in whole.items()}


def _push_schema() -> Any:
    schema = PushDocument.model_json_schema()
    return _inlined(schema, schema.get("$defs", {}))


_SIGNED = [
    {"name": "webhook-id", "in": "header", "required": True, "schema": ID_SCHEMA},
    {"name": "webhook-timestamp", "in": "header", "required": True, "schema": TIMESTAMP_SCHEMA},
]
_BODY = {
    "parameters": _SIGNED,
    "requestBody": {"content": {"application/json": {"schema": _push_schema()}}, "required": True},
}


class Rejected(BaseModel):
    """An event that was not kept, by its index in the push."""

    index: int
    error: str


class PushAnswer(BaseModel):
    """What became of a push: `accepted` are kept, `duplicates` were known already with the same counts."""

    accepted: int
    duplicates: int
    rejected: list[Rejected]


def monitoring_routes(receive: Receive, gate: WebhookGate, pace: Pace, system: Clock) -> APIRouter:
    """`POST /v1/monitoring/{vendor}/events`."""
    router = APIRouter(tags=["monitoring"])

    @router.post(
        "/v1/monitoring/{vendor}/events",
        status_code=202,
        summary="推送监测信息 / Push posts and their spread",
        max_body_size=MOST_BYTES,
        openapi_extra=_BODY,
    )
    async def push(signed: Annotated[SignedPush, Depends(gate)]) -> PushAnswer:
        """Kept before this answers; one bad event among good ones is refused alone, by its index."""
        body = _read(signed.body)
        signed.vendor.require(body.organisation)

        async def claim(tx: Transaction) -> None:
            vendor = signed.vendor.vendor_id
            if not await claim_webhook_id(tx, vendor, signed.webhook_id, body.organisation, system.now()):
                raise ReplayedError("此推送已收到 / This webhook-id was taken in before; nothing was kept twice.")

        async with pace.turn():
            samples, result = await _samples(body, signed.vendor.name, pace)
            done = await receive.push(body.organisation, signed.vendor.name, samples, result, claim)
        return PushAnswer(
            accepted=done.accepted,
            duplicates=done.duplicates,
            rejected=[Rejected(index=index, error=error) for index, error in done.rejected],
        )

    return router


def _read(content: bytes) -> Push:
    try:
        return Push.model_validate(orjson.loads(content))
    except orjson.JSONDecodeError as error:
        raise MalformedError(f"The body is not JSON: {error}.") from None
    except ValidationError as error:
        raise InvalidError("The push cannot be read.", errors=readable(error.errors())) from None


async def _samples(body: Push, vendor: str, pace: Pace) -> tuple[list[tuple[int, PostSample]], PushResult]:
    result = PushResult()
    samples = []
    for index, raw in enumerate(body.events):
        await pace.step()
        try:
            event = PostEvent.model_validate(raw)
        except ValidationError as error:
            result.rejected.append((index, "; ".join(_errors(error))))
            continue
        samples.append((index, _sample(event, vendor)))
    return samples, result


def _sample(event: PostEvent, vendor: str) -> PostSample:
    return PostSample(
        post=Post(vendor, event.id, event.url, event.root_id),
        platform=event.platform,
        author_type=event.author_type,
        posted_at=event.posted_at,
        text=event.text,
        spread=event.metrics.spread(),
        observed_at=event.observed_at,
        known=event.metrics.known(),
    )


def _errors(error: ValidationError) -> list[str]:
    """Where and what, without repeating the value."""
    return [
        f"{'.'.join(map(str, each['loc'])) or 'event'}: {each['msg']}" for each in error.errors(include_input=False)
    ]
