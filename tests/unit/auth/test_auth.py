"""Tokens, access rows, the account gate and rate limits, with real keys and a clock that the test moves."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import jwt
import orjson
import pytest
from fastapi import APIRouter

from shared.auth import (
    PUBLIC,
    SERVICE,
    STAFF_AUDIENCE,
    AccountGate,
    CallingService,
    CurrentStaff,
    Guard,
    KeySet,
    RateLimiter,
    ServiceTokens,
    Staff,
    StaffTokens,
    Verifier,
    staff,
)
from shared.contracts.directory import AccountChanged, organisation_subject
from shared.contracts.envelope import Event
from shared.errors import ThrottledError, UnauthenticatedError
from shared.secrets import Secrets, ensure_secrets
from shared.web import create_app

WANG = Staff("wang", "anhui", frozenset({"office"}), "王")


class Moved:
    """A clock that stands until moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 5, 1, 8, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def clock() -> Moved:
    return Moved()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    return ensure_secrets(tmp_path_factory.mktemp("secrets") / "secrets")


@pytest.fixture
def gate(clock: Moved, tmp_path: Path) -> AccountGate:
    return AccountGate(clock, tmp_path / "gate.json")


@pytest.fixture
def verifier(keys: Secrets, clock: Moved, gate: AccountGate) -> Verifier:
    return Verifier(KeySet(keys.jwks_file), STAFF_AUDIENCE, clock, gate)


@pytest.fixture
def tokens(keys: Secrets, clock: Moved) -> StaffTokens:
    return StaffTokens(keys.staff_signing(), clock)


def changed(clock: Moved, state: str = "active", login: str = "wang") -> Event[AccountChanged]:
    payload = AccountChanged.model_validate({"login": login, "display_name": "王", "roles": ["office"], "state": state})
    return Event(uuid4(), "anhui", organisation_subject("anhui"), clock.now(), payload)


async def test_a_token_tells_who_and_ends_after_ten_minutes(
    tokens: StaffTokens, verifier: Verifier, clock: Moved
) -> None:
    token = tokens.issue(WANG, seconds=86_400)
    assert await verifier.staff(token) == WANG
    clock.move(seconds=599)
    assert await verifier.staff(token) == WANG
    clock.move(seconds=1)
    for _ in range(2):
        with pytest.raises(UnauthenticatedError):
            await verifier.staff(token)


@pytest.mark.parametrize("change", ["alg", "kid", "aud", "iss", "signature", "text"])
async def test_forgeries_are_refused(keys: Secrets, clock: Moved, verifier: Verifier, change: str) -> None:
    signing, now = keys.staff_signing(), clock.now().timestamp()
    claims = {"iss": "huiying", "aud": STAFF_AUDIENCE, "sub": "wang", "iat": now, "exp": now + 60}
    claims |= {"org": "anhui", "roles": ["office"], "name": "王"}
    header = {"kid": signing.kid}
    good = jwt.encode(claims, signing.private, "EdDSA", header)
    assert await verifier.staff(good) == WANG
    public = orjson.loads(keys.jwks_file.read_bytes())["keys"][0]["x"] * 2
    forged = {
        "alg": jwt.encode(claims, public, "HS256", header),
        "kid": jwt.encode(claims, signing.private, "EdDSA", {"kid": "other"}),
        "aud": jwt.encode(claims | {"aud": "tasks"}, signing.private, "EdDSA", header),
        "iss": jwt.encode(claims | {"iss": "other"}, signing.private, "EdDSA", header),
        "signature": jwt.encode(claims, keys.service_signing("tasks").private, "EdDSA", header),
        "text": "not.a.token",
    }
    with pytest.raises(UnauthenticatedError):
        await verifier.staff(forged[change])


async def test_a_closed_account_is_refused_at_once_and_after_a_restart(
    tokens: StaffTokens, verifier: Verifier, gate: AccountGate, clock: Moved, tmp_path: Path
) -> None:
    token = tokens.issue(WANG)
    clock.move(seconds=1)
    gate.apply(changed(clock, "disabled"))
    with pytest.raises(UnauthenticatedError):
        await verifier.staff(token)
    again = AccountGate(clock, tmp_path / "gate.json")
    assert again.refuses("wang", clock.now().timestamp())
    assert not again.refuses("li", clock.now().timestamp())


async def test_changed_roles_end_older_tokens_only(
    tokens: StaffTokens, verifier: Verifier, gate: AccountGate, clock: Moved
) -> None:
    old = tokens.issue(WANG)
    clock.move(seconds=1)
    gate.apply(changed(clock))
    with pytest.raises(UnauthenticatedError):
        await verifier.staff(old)
    clock.move(seconds=1)
    assert await verifier.staff(tokens.issue(WANG)) == WANG


async def test_the_gate_forgets_what_no_token_can_outlive(gate: AccountGate, clock: Moved) -> None:
    gate.apply(changed(clock, "disabled"))
    clock.move(minutes=16)
    gate.apply(changed(clock, "disabled", login="li"))
    assert not gate.refuses("wang", 0)
    assert gate.refuses("li", 0)


def test_what_one_replica_hears_every_replica_refuses(clock: Moved, tmp_path: Path) -> None:
    first, second = (AccountGate(clock, tmp_path / "gate.json") for _ in range(2))
    first.apply(changed(clock, "disabled"))
    second.apply(changed(clock, "disabled", login="li"))  # without having looked in between
    clock.move(seconds=-3600)  # the wall clock steps back: nothing waits for it to come forward again
    for gate in (first, second, AccountGate(clock, tmp_path / "gate.json")):
        assert gate.refuses("wang", clock.now().timestamp())
        assert gate.refuses("li", clock.now().timestamp())


def test_replicas_that_write_at_once_lose_nothing_of_each_other(clock: Moved, tmp_path: Path) -> None:
    gates = [AccountGate(clock, tmp_path / "gate.json") for _ in range(3)]

    def hear(number: int) -> None:
        for count in range(40):
            gates[number].apply(changed(clock, "disabled", login=f"{number}-{count}"))

    with ThreadPoolExecutor(len(gates)) as pool:
        list(pool.map(hear, range(len(gates))))
    clock.move(seconds=2)
    everybody = [f"{number}-{count}" for number in range(len(gates)) for count in range(40)]
    assert all(gate.refuses(login, 0) for gate in gates for login in everybody)


async def test_service_tokens_are_for_one_audience_and_one_speaker(keys: Secrets, clock: Moved) -> None:
    issuer = ServiceTokens(keys.service_signing("console"), "console", clock)
    token = issuer.header("tasks")["Authorization"].removeprefix("Bearer ")
    tasks = Verifier(KeySet(keys.services_file), "tasks", clock)
    assert await tasks.service(token) == "console"
    assert issuer.header("tasks")["Authorization"].endswith(token)
    with pytest.raises(UnauthenticatedError):
        await Verifier(KeySet(keys.services_file), "grading", clock).service(token)
    pretender = ServiceTokens(keys.service_signing("intake"), "console", clock)
    with pytest.raises(UnauthenticatedError):
        await tasks.service(pretender.header("tasks")["Authorization"].removeprefix("Bearer "))
    clock.move(seconds=241)
    assert not issuer.header("tasks")["Authorization"].endswith(token)


async def test_unknown_keys_are_fetched_and_kept_on_disk(keys: Secrets, tmp_path: Path) -> None:
    asked: list[int] = []

    async def fetch() -> bytes:
        asked.append(1)
        return keys.jwks_file.read_bytes()

    cache, kid = tmp_path / "jwks.json", keys.staff_signing().kid
    remote = KeySet(tmp_path / "none.json", fetch=fetch, cache=cache)
    assert await remote.find(kid) is not None
    assert await remote.find("unknown") is None
    assert len(asked) == 1
    assert await KeySet(tmp_path / "none.json", cache=cache).find(kid) is not None


async def test_a_console_that_is_down_is_no_failure(tmp_path: Path) -> None:
    async def fetch() -> bytes:
        raise ConnectionRefusedError

    assert await KeySet(tmp_path / "none.json", fetch=fetch).find("kid") is None


router = APIRouter()


@router.get("/v1/me")
async def me(member: CurrentStaff) -> str:
    return member.login


@router.post("/v1/chiefs")
async def chiefs(member: CurrentStaff) -> str:
    return member.login


@router.get("/internal/peer")
async def peer(name: CallingService) -> str:
    return name


@router.get("/v1/open")
async def open_route(member: CurrentStaff) -> str:
    return member.login


@pytest.fixture
async def client(keys: Secrets, clock: Moved, verifier: Verifier) -> AsyncIterator[httpx.AsyncClient]:
    access = {
        "GET /v1/me": staff(),
        "POST /v1/chiefs": staff("chief", "deputy_in_charge"),
        "GET /internal/peer": SERVICE,
        "GET /v1/open": PUBLIC,
    }
    guard = Guard(verifier, Verifier(KeySet(keys.services_file), "tasks", clock))
    app = create_app(
        service="tasks", title="T", lifespan=None, routers=[router], readiness={}, access=access, guard=guard
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


async def test_rows_are_enforced_before_the_body_is_read(
    client: httpx.AsyncClient, tokens: StaffTokens, keys: Secrets, clock: Moved
) -> None:
    bearer = {"Authorization": f"Bearer {tokens.issue(WANG)}"}
    chief = {"Authorization": f"bearer {tokens.issue(Staff('zhao', 'anhui', frozenset({'chief'}), '赵'))}"}
    peer_header = ServiceTokens(keys.service_signing("console"), "console", clock).header("tasks")
    assert (await client.get("/v1/me", headers=bearer)).json() == "wang"
    assert (await client.post("/v1/chiefs", headers=chief)).json() == "zhao"
    assert (await client.get("/internal/peer", headers=peer_header)).json() == "console"
    refused = await client.post("/v1/chiefs", headers=bearer, content=b"{")
    assert refused.status_code == 403
    assert "chief, deputy_in_charge" in refused.json()["detail"]
    for headers in ({}, {"Authorization": "Basic x"}, {"Authorization": "Bearer"}, peer_header):
        answer = await client.get("/v1/me", headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert (await client.get("/internal/peer", headers=bearer)).status_code == 401
    assert (await client.get("/v1/open", headers=bearer)).status_code == 401


async def test_documents_name_the_posts(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    assert document["paths"]["/v1/chiefs"]["post"]["security"] == [{"staff": ["chief", "deputy_in_charge"]}]
    assert set(document["components"]["securitySchemes"]) == {"staff", "service"}


def test_a_bucket_lets_bursts_through_and_tells_how_long_to_wait() -> None:
    now = [0.0]
    limiter = RateLimiter(rate=0.5, burst=2, monotonic=lambda: now[0])
    limiter.check("a")
    limiter.check("a")
    with pytest.raises(ThrottledError) as refused:
        limiter.check("a")
    assert refused.value.retry_after == 2
    limiter.check("b")
    now[0] = 2
    limiter.check("a")
    with pytest.raises(ThrottledError):
        limiter.check("a")


def test_buckets_do_not_grow_without_end() -> None:
    limiter = RateLimiter(rate=1, burst=1, monotonic=lambda: 0.0)
    for number in range(25_000):
        limiter.check(str(number))
    assert len(limiter._buckets) <= 10_000
