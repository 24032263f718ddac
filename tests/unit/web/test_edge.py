"""The edge through HTTP: every kind of bad request gets its problem document and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from shared.auth import PUBLIC, AccessTableError
from shared.errors import ConflictError, UnavailableError
from shared.telemetry import configure_logging, get_logger
from shared.web import MAX_BODY, HuiyingApp, create_app, handlers

FAILURES: dict[str, Exception] = {
    "conflict": ConflictError("moved on", version=3),
    "lock": asyncpg.LockNotAvailableError("waited"),
    "transient": asyncpg.ConnectionDoesNotExistError("gone"),
    "refused": ConnectionRefusedError(),
    "bug": KeyError("13800138000"),
}


class Contact(BaseModel):
    phone: str = Field(max_length=5)


class Note(BaseModel):
    title: str
    contact: Contact | None = None
    extra: dict[str, Any] = {}


router = APIRouter()


@router.post("/v1/notes", status_code=201)
async def keep(note: Note) -> Note:
    return note


@router.post("/v1/direct", status_code=201, response_class=Response)
async def direct(note: Note, request: Request) -> Response:
    return Response(note.model_dump_json(), 201, {"Bytes": str(len(await request.body()))}, "application/json")


@router.post("/v1/bulk", max_body_size=4 * MAX_BODY)
async def bulk(request: Request) -> dict[str, int]:
    return {"bytes": len(await request.body())}


@router.get("/v1/plain", response_model=None)
async def plain() -> Any:
    return {"at": datetime(2026, 1, 2, tzinfo=UTC), "id": UUID(int=1), "text": "回应"}


@router.put("/v1/plain", status_code=204)
async def put_plain() -> None:
    """Another method of the same address."""


@router.get("/v1/failures/{name}")
async def fail(name: str, limit: Annotated[int, Query(le=100)] = 10) -> None:
    raise FAILURES[name]


ROUTES = (
    "POST /v1/notes",
    "POST /v1/direct",
    "POST /v1/bulk",
    "GET /v1/plain",
    "PUT /v1/plain",
    "GET /v1/failures/{name}",
)


async def well() -> None:
    """A part that is there."""


async def broken() -> None:
    raise UnavailableError("no bus")


async def hung() -> None:
    await asyncio.Event().wait()


def app_with(**readiness: Any) -> HuiyingApp:
    return create_app(
        service="test",
        title="Test",
        lifespan=None,
        routers=[router],
        readiness=readiness,
        access=dict.fromkeys(ROUTES, PUBLIC),
        guard=None,
    )


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app_with(database=well))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


def problem_of(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"urn:huiying:problem:{kind}"
    assert body["status"] == status
    assert body["detail"]
    assert len(body["trace_id"]) == 32
    return body


async def test_good_requests_pass(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/notes", json={"title": "路灯不亮 🕯️"})
    assert (answer.status_code, answer.json()["title"]) == (201, "路灯不亮 🕯️")
    assert (await client.get("/v1/plain")).json() == {
        "at": "2026-01-02T00:00:00+00:00",
        "id": "00000000-0000-0000-0000-000000000001",
        "text": "回应",
    }


JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("content", "status", "kind"),
    [
        (b"{", 400, "malformed"),
        (b'{"title": NaN}', 400, "malformed"),
        (b"\xff\xfe", 400, "malformed"),
        (b"[" * 100_000, 400, "malformed"),
        (b'"\\ud800' + b"[" * 100_000, 400, "malformed"),
        (b'{"title": "raw \x00 nul"}', 400, "malformed"),
        (b'{"title": "a\\u0000b"}', 422, "invalid"),
        (b'{"title": "\\ud800"}', 422, "invalid"),
        (b'{"title": "x", "extra": {"deep": [1, {"k\\u0000": 2}]}}', 422, "invalid"),
        (b"null", 422, "invalid"),
        (b"", 422, "invalid"),
        (b"[]", 422, "invalid"),
        (b'{"title": 7}', 422, "invalid"),
        (b"x" * (MAX_BODY + 1), 413, "too-large"),
    ],
)
async def test_bad_bodies_are_refused(client: httpx.AsyncClient, content: bytes, status: int, kind: str) -> None:
    problem_of(await client.post("/v1/notes", content=content, headers=JSON), status, kind)


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"{}", b'{"title":1}', b'{"title":"a","contact":{"phone":"123456"}}', b"{", b'"\\u0000"'],
)
async def test_the_direct_way_refuses_as_the_long_one_does(client: httpx.AsyncClient, content: bytes) -> None:
    answers = [
        await client.post(path, content=content, headers={"Content-Type": "application/json"})
        for path in ("/v1/notes", "/v1/direct")
    ]
    told = [each.json() for each in answers]
    for problem in told:
        del problem["trace_id"]
    assert answers[0].status_code == answers[1].status_code in (400, 422)
    assert told[0] == told[1]


async def test_the_direct_way_keeps_what_validates(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/direct", json={"title": "路灯"})
    assert (answer.status_code, answer.json()["title"], answer.headers["Bytes"]) == (201, "路灯", "18")


async def test_an_escaped_backslash_is_no_nul(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/notes", content=rb'{"title": "a\\u0000"}', headers=JSON)
    assert answer.json()["title"] == r"a\u0000"


async def test_an_unannounced_length_is_counted(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"x" * MAX_BODY

    problem_of(await client.post("/v1/notes", content=chunks(), headers=JSON), 413, "too-large")
    problem_of(await client.post("/v1/bulk", content=chunks()), 413, "too-large")
    assert (await client.post("/v1/bulk", content=b"x" * (3 * MAX_BODY))).json() == {"bytes": 3 * MAX_BODY}


async def test_errors_say_where_and_never_echo(client: httpx.AsyncClient) -> None:
    sent = {"title": 5, "contact": {"phone": "13800138000"}}
    answer = await client.post("/v1/notes", json=sent)
    errors = problem_of(answer, 422, "invalid")["errors"]
    assert [error["where"] for error in errors] == ["body.title", "body.contact.phone"]
    assert "过长" in errors[1]["what"]
    assert "13800138000" not in answer.text


async def test_wrong_content_type(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/notes", content=b"{}", headers={"content-type": "text/plain"})
    problem_of(answer, 415, "unsupported-media-type")
    answer = await client.post("/v1/notes", content=b'{"title":"x"}', headers={"content-type": "application/x+json"})
    assert answer.status_code == 201


async def test_addresses_and_methods(client: httpx.AsyncClient) -> None:
    problem_of(await client.get("/v1/none"), 404, "not-found")
    answer = await client.delete("/v1/notes")
    problem_of(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"
    answer = await client.delete("/v1/plain")
    assert answer.headers["allow"] == "GET, PUT", "every method of the address, though each has a route of its own"
    problem_of(await client.get("/v1/failures/a%00b"), 422, "invalid")
    problem_of(await client.get("/v1/failures/conflict?limit=1%00"), 422, "invalid")
    problem_of(await client.get("/v1/failures/conflict?limit=1000"), 422, "invalid")


async def test_failures_become_problems(client: httpx.AsyncClient) -> None:
    assert problem_of(await client.get("/v1/failures/conflict"), 409, "conflict")["version"] == 3
    locked = await client.get("/v1/failures/lock")
    problem_of(locked, 409, "conflict")
    assert locked.headers["retry-after"] == "1"
    for name in ("transient", "refused"):
        answer = await client.get(f"/v1/failures/{name}")
        problem_of(answer, 503, "unavailable")
        assert answer.headers["retry-after"] == "1"


async def test_a_bug_tells_nothing_and_keeps_the_trace(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A logger keeps the output that it first wrote to, which may be that of an earlier test.
    configure_logging("test")
    monkeypatch.setattr(handlers, "_log", get_logger("web"))
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = await client.get("/v1/failures/bug", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert problem_of(answer, 500, "internal")["trace_id"] == trace
    assert "13800138000" not in answer.text
    logged = capsys.readouterr().out
    assert "KeyError" in logged
    assert "13800138000" not in logged


async def test_probes(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).status_code == 200
    assert (await client.get("/readyz")).json() == {"ready": True, "checks": {"database": "ok"}}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app_with(database=well, bus=broken)), base_url="http://t"
    ) as other:
        answer = await other.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]) == (503, {"database": "ok", "bus": "no bus"})
    await client.get("/v1/plain")
    assert 'huiying_http_request_seconds_count{method="GET",route="/v1/plain",service="test",status="2xx"}' in (
        (await client.get("/metrics")).text
    )


async def test_a_hung_part_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web.probes._PATIENCE_SECONDS", 0.01)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_with(bus=hung)), base_url="http://t") as client:
        assert (await client.get("/readyz")).json()["checks"] == {"bus": "TimeoutError"}


async def test_documents_need_nothing_from_outside(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    responses = document["paths"]["/v1/notes"]["post"]["responses"]
    assert set(responses) == {"201", "4XX", "5XX"}
    assert "application/problem+json" in responses["4XX"]["content"]
    assert "Problem" in document["components"]["schemas"]
    page = (await client.get("/docs")).text
    assert "/v1/notes" in page
    assert "http://" not in page
    assert "https://" not in page


def test_an_app_whose_table_is_wrong_does_not_start() -> None:
    for access in ({}, dict.fromkeys([*ROUTES, "GET /v1/gone"], PUBLIC)):
        with pytest.raises(AccessTableError):
            create_app(
                service="test", title="T", lifespan=None, routers=[router], readiness={}, access=access, guard=None
            )
