"""Every route of every app has its row in the access table, and the row is enforced before a byte of the body is read."""

import re
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.routing import Route

from deploy.documents.services import Service
from shared.auth import Access, ServiceTokens, Staff, StaffTokens
from shared.clock import SystemClock
from shared.secrets import Secrets
from shared.service import INTERNAL

PROBES = {"/healthz", "/readyz", "/metrics", "/docs", "/openapi.json"}
DOORS = {
    # Whom nobody knows yet: signing in, the public keys, and pages that send a visitor without a session to signing in.
    "console": {
        "POST /v1/token",
        "GET /v1/jwks",
        "GET /",
        "GET /login",
        "POST /login",
        "POST /logout",
        "GET /fragments/overview",
        "GET /joining",
        "POST /joining",
        "GET /static/{name}",
    },
}
NOBODY = Staff("nobody", "nowhere", frozenset({"a_role_that_no_route_names"}), "无")


def keys(service: Service) -> Iterator[str]:
    """Every route of the app but the probes, as in the access table."""
    for route in service.app.routes:
        assert isinstance(route, Route | APIRoute), f"{service.name}: {route!r} is not a plain route; nothing checks it"
        if route.path not in PROBES:
            for method in (route.methods or set()) - ({"HEAD"} if not isinstance(route, APIRoute) else set()):
                yield f"{method} {route.path}"


def rows(service: Service) -> dict[str, Access]:
    return {**INTERNAL, **service.wiring.access}


def guarded(assembled: list[Service], *kinds: str) -> Iterator[tuple[Service, str, Access]]:
    for service in assembled:
        for key, row in rows(service).items():
            if row.kind in kinds:
                yield service, key, row


async def call(service: Service, key: str, headers: dict[str, str] | None = None, body: bytes = b"") -> httpx.Response:
    """One call of an app that has no database: whoever gets past the check is told 503, or something about the body."""
    method, _, path = key.partition(" ")
    address = re.sub(r"\{[^}]*\}", str(uuid4()), path)
    transport = httpx.ASGITransport(app=service.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, address, headers=headers, content=body or None)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}", "content-type": "application/json"}


@pytest.fixture(scope="module")
def secrets(assembled: list[Service]) -> Secrets:
    return assembled[0].secrets


@pytest.fixture(scope="module")
def stranger(secrets: Secrets) -> dict[str, str]:
    """A member of staff with a real token and none of the posts."""
    return bearer(StaffTokens(secrets.staff_signing(), SystemClock()).issue(NOBODY))


def test_every_route_has_a_row_and_every_row_a_route(assembled: list[Service]) -> None:
    for service in assembled:
        assert set(keys(service)) == set(rows(service)), service.name


def test_only_the_known_doors_are_open(assembled: list[Service]) -> None:
    for service in assembled:
        open_ = {key for key, row in rows(service).items() if row.kind == "public"}
        assert open_ == DOORS.get(service.name, set()), service.name


def test_what_lies_between_services_is_for_services(assembled: list[Service]) -> None:
    for service in assembled:
        for key, row in rows(service).items():
            assert (row.kind == "service") == ("/internal/" in key), f"{service.name}: {key}"


WITHOUT: list[dict[str, str]] = [
    {},
    {"authorization": "Bearer"},
    {"authorization": "Bearer not.a.token"},
    {"authorization": "Basic YWRtaW46YWRtaW4="},
    {"X-API-Key": "hy_unknown", "cookie": "session=x"},
]


@pytest.mark.parametrize("headers", WITHOUT, ids=str)
async def test_without_a_token_nobody_gets_in(assembled: list[Service], headers: dict[str, str]) -> None:
    for service, key, _ in guarded(assembled, "staff", "service"):
        for body in (b"", b"{not json", b"x" * (2 << 20)):
            answer = await call(service, key, headers, body if "GET" not in key else b"")
            assert answer.status_code == 401, f"{service.name}: {key} {answer.text}"
            assert answer.json()["type"].endswith(":unauthenticated")


async def test_without_a_key_or_a_signature_nobody_gets_in(assembled: list[Service]) -> None:
    for service, key, _ in guarded(assembled, "portal", "vendor"):
        for body in (b"", b"{not json", b"{}"):
            answer = await call(service, key, {"content-type": "application/json"}, body if "GET" not in key else b"")
            assert answer.status_code == 401, f"{service.name}: {key} {answer.text}"


async def test_a_staff_token_opens_nothing_between_services(assembled: list[Service], stranger: dict[str, str]) -> None:
    for service, key, _ in guarded(assembled, "service"):
        assert (await call(service, key, stranger)).status_code == 401, f"{service.name}: {key}"


async def test_a_service_token_opens_no_staff_route_and_no_other_service(
    assembled: list[Service], secrets: Secrets
) -> None:
    tokens = ServiceTokens(secrets.service_signing("tasks"), "tasks", SystemClock())
    for service, key, _ in guarded(assembled, "staff"):
        assert (await call(service, key, tokens.header(service.name))).status_code == 401, f"{service.name}: {key}"
    for service, key, _ in guarded(assembled, "service"):
        elsewhere = "grading" if service.name != "grading" else "intake"
        assert (await call(service, key, tokens.header(elsewhere))).status_code == 401, f"{service.name}: {key}"
        if key == "GET /internal/journal/heads":
            assert (await call(service, key, tokens.header(service.name))).status_code == 503, service.name


async def test_a_post_that_a_route_does_not_name_is_refused(assembled: list[Service], stranger: dict[str, str]) -> None:
    named = [(service, key) for service, key, row in guarded(assembled, "staff") if row.roles]
    assert named
    for service, key in named:
        answer = await call(service, key, stranger, b"{not json" if "GET" not in key else b"")
        assert answer.status_code == 403, f"{service.name}: {key} {answer.text}"


async def test_pages_show_nothing_without_a_session(assembled: list[Service]) -> None:
    console = next(service for service in assembled if service.name == "console")
    for key in ("GET /", "GET /fragments/overview", "GET /joining", "POST /joining"):
        answer = await call(console, key, {"cookie": "huiying_session=forged"})
        assert answer.status_code in {302, 303, 307, 401}, f"{key}: {answer.status_code}"
