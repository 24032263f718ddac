"""Portal keys and vendors over a real database and the real edge: made, used, rotated, revoked; pushes taken in once."""

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, Request
from sqlalchemy import select
from standardwebhooks import Webhook

from services.intake.domain.sealing import Keyring
from services.intake.entry.keys import KEYS_ACCESS, keys_router, vendors_router
from services.intake.entry.portal import PortalGate, client_of
from services.intake.entry.webhooks import ReplayedError, SignedPush, WebhookGate
from services.intake.storage import key_tables, keys
from services.intake.usecases.keys import PortalKeys
from services.intake.usecases.vendors import Vendors
from shared.auth import PORTAL, STAFF_AUDIENCE, VENDOR, Guard, KeySet, Staff, StaffTokens, Verifier
from shared.db import Database
from shared.errors import UnauthenticatedError, UnavailableError
from shared.ids import new_id
from shared.secrets import Secrets, ensure_secrets
from shared.web.app import create_app
from tests.builders.databases import TestDatabase

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
BODY = '{"events":[{"text":"城东停水"}]}'


class StillClock:
    """A clock that moves only when told; also serves as the monotonic one."""

    def __init__(self) -> None:
        self.present = START

    def now(self) -> datetime:
        return self.present

    def monotonic(self) -> float:
        return self.present.timestamp()

    def move(self, **by: float) -> None:
        self.present += timedelta(**by)


def probe(vendors: Vendors, db: Database, clock: StillClock) -> APIRouter:
    """Two routes such as intake has: one for portals, one that takes a push in and has an effect."""
    router = APIRouter()

    @router.post("/write")
    async def write(request: Request) -> str:
        return client_of(request).organisation_id

    @router.post("/push/{vendor}")
    async def push(organisation: str, sent: Annotated[SignedPush, Depends(WebhookGate(vendors, clock))]) -> int:
        sent.vendor.require(organisation)
        async with db.transaction() as tx:
            if not await keys.claim_webhook_id(tx, sent.vendor.vendor_id, sent.webhook_id, organisation, clock.now()):
                raise ReplayedError("taken in before")
            if sent.webhook_id.startswith("broken"):
                raise UnavailableError("the effect failed")
        return len(sent.body)

    return router


class World:
    """Intake's door as one process has it; `other` are the same use cases as in another process."""

    def __init__(self, url: str, secrets: Secrets) -> None:
        self.clock = StillClock()
        self.db = Database(url, name="intake-test", lock_timeout="5s")
        self.secrets = secrets
        self.keyring = Keyring(secrets.keyring.current, secrets.keyring.keys)
        portal, vendors = self.portal(), self.vendors()
        guard = Guard(
            Verifier(KeySet(secrets.jwks_file), STAFF_AUDIENCE, self.clock),
            Verifier(KeySet(secrets.services_file), "intake", self.clock),
            PortalGate(portal),
        )
        app = create_app(
            service="intake",
            title="intake",
            lifespan=None,
            routers=[keys_router(portal), vendors_router(vendors), probe(vendors, self.db, self.clock)],
            readiness={},
            access={**KEYS_ACCESS, "POST /write": PORTAL, "POST /push/{vendor}": VENDOR},
            guard=guard,
        )
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://intake")
        self._tokens = StaffTokens(secrets.staff_signing(), self.clock)

    def portal(self) -> PortalKeys:
        """Portal keys as a process of its own has them."""
        return PortalKeys(self.db, self.secrets.pepper, self.clock, self.clock.monotonic)

    def vendors(self) -> Vendors:
        """Vendors as a process of its own has them."""
        return Vendors(self.db, self.keyring, self.clock, self.clock.monotonic)

    async def call(self, method: str, path: str, role: str, organisation: str, body: Any = None) -> httpx.Response:
        """A call by a member of staff."""
        token = self._tokens.issue(Staff("wang", organisation, frozenset({role}), "王"))
        return await self.http.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})

    async def platform(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """A call by the platform's administrator."""
        return await self.call(method, path, "platform_admin", "platform", body)

    async def admin(self, method: str, path: str, body: Any = None, organisation: str = "anhui") -> httpx.Response:
        """A call by an organisation's administrator."""
        return await self.call(method, path, "admin", organisation, body)

    async def write(self, key: str | bytes | None) -> httpx.Response:
        """A portal's call."""
        raw = key.encode() if isinstance(key, str) else key
        return await self.http.post("/write", headers={} if raw is None else {b"X-API-Key": raw})

    async def push(
        self, secret: str, webhook_id: str = "msg_1", *, vendor: str = "qingbo", organisation: str = "anhui"
    ) -> httpx.Response:
        """A vendor's push, signed by the reference implementation."""
        now = self.clock.now()
        headers = {
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(webhook_id, now, BODY),
        }
        return await self.http.post(
            f"/push/{vendor}", content=BODY.encode(), headers=headers, params={"organisation": organisation}
        )


@pytest.fixture
async def world(database: TestDatabase, tmp_path: Path) -> AsyncIterator[World]:
    found = World(database.url("intake"), ensure_secrets(tmp_path / "secrets"))
    await found.db.open()
    yield found
    await found.http.aclose()
    await found.db.close()


NEW_KEY = {"organisation": "anhui", "label": "市民服务门户", "scopes": ["complaints:write"]}
NEW_VENDOR = {"name": "qingbo", "organisations": ["anhui", "xuancheng"]}


async def test_a_key_is_shown_once_and_opens_its_own_organisation(world: World) -> None:
    made = await world.admin("POST", "/v1/keys", NEW_KEY)
    assert made.status_code == 201
    assert made.json()["state"] == "active"
    used = await world.write(made.json()["key"])
    assert (used.status_code, used.json()) == (200, "anhui")
    listed = await world.admin("GET", "/v1/keys")
    assert [key["id"] for key in listed.json()] == [made.json()["id"]]
    assert made.json()["key"] not in listed.text


async def test_the_database_knows_neither_key_nor_secret(world: World) -> None:
    key = (await world.admin("POST", "/v1/keys", NEW_KEY)).json()["key"]
    secret = (await world.platform("POST", "/v1/vendors", NEW_VENDOR)).json()["secret"]
    raw = base64.b64decode(secret.removeprefix("whsec_"))
    async with world.db.transaction() as tx:
        rows = [
            *await tx.fetch(select(key_tables.API_KEYS)),
            *await tx.fetch(select(key_tables.VENDORS)),
        ]
        assert await keys.kids_in_use(tx) == [world.keyring.current]
    stored = b"".join(value for row in rows for value in row.values() if isinstance(value, bytes))
    text = " ".join(str(value) for row in rows for value in row.values() if not isinstance(value, bytes))
    assert len(rows) == 2
    assert raw not in stored
    assert key not in text
    assert key.encode() not in stored


async def test_what_is_no_key_is_refused_alike(world: World) -> None:
    for key in (None, "", "hyk_", "hyk_" + "A" * 43, "Bearer x", "中文".encode("gbk")):
        answer = await world.write(key)
        assert answer.status_code == 401
        assert answer.json()["type"] == "urn:huiying:problem:unauthenticated"
        assert "X-API-Key" in answer.json()["detail"]


async def test_a_key_without_the_scope_is_told_which_is_lacking(world: World) -> None:
    key = (await world.admin("POST", "/v1/keys", NEW_KEY | {"scopes": ["complaints:read"]})).json()["key"]
    answer = await world.write(key)
    assert answer.status_code == 403
    assert "complaints:write" in answer.json()["detail"]


async def test_a_rotated_key_holds_until_its_grace_is_over(world: World) -> None:
    old = (await world.admin("POST", "/v1/keys", NEW_KEY)).json()
    assert (await world.write(old["key"])).status_code == 200
    rotated = await world.admin("POST", f"/v1/keys/{old['id']}/rotate", {"grace_hours": 2, "version": 1})
    assert rotated.status_code == 200
    assert rotated.json()["id"] == old["id"]
    assert rotated.json()["version"] == 2
    new = rotated.json()["key"]
    assert [(await world.write(key)).status_code for key in (old["key"], new)] == [200, 200]
    world.clock.move(hours=2)
    assert [(await world.write(key)).status_code for key in (old["key"], new)] == [401, 200]


async def test_a_revoked_key_is_refused_here_at_once_and_elsewhere_within_seconds(world: World) -> None:
    made = (await world.admin("POST", "/v1/keys", NEW_KEY)).json()
    elsewhere = world.portal()
    assert (await elsewhere.authenticate(made["key"], "complaints:write")).organisation_id == "anhui"
    assert (await world.write(made["key"])).status_code == 200
    revoked = await world.admin("POST", f"/v1/keys/{made['id']}/revoke")
    assert (revoked.status_code, revoked.json()["state"]) == (200, "revoked")
    assert (await world.write(made["key"])).status_code == 401
    await elsewhere.authenticate(made["key"], "complaints:write")
    world.clock.move(seconds=5)
    with pytest.raises(UnauthenticatedError, match="X-API-Key"):
        await elsewhere.authenticate(made["key"], "complaints:write")
    again = await world.admin("POST", f"/v1/keys/{made['id']}/rotate")
    assert again.status_code == 409
    assert again.json()["version"] == 2


async def test_a_key_calls_no_faster_than_its_rate(world: World) -> None:
    key = (await world.admin("POST", "/v1/keys", NEW_KEY | {"per_second": 1})).json()["key"]
    other = (await world.admin("POST", "/v1/keys", NEW_KEY | {"per_second": 1})).json()["key"]
    assert [(await world.write(key)).status_code for _ in range(3)] == [200, 200, 429]
    throttled = await world.write(key)
    assert throttled.headers["Retry-After"] == "1"
    assert (await world.write(other)).status_code == 200
    world.clock.move(seconds=1)
    assert (await world.write(key)).status_code == 200


async def test_only_administrators_manage_keys_and_each_only_their_own(world: World) -> None:
    made = (await world.admin("POST", "/v1/keys", NEW_KEY)).json()
    path = f"/v1/keys/{made['id']}"
    assert (await world.call("POST", "/v1/keys", "office", "anhui", NEW_KEY)).status_code == 403
    assert (await world.http.post("/v1/keys", json=NEW_KEY)).status_code == 401
    assert (await world.admin("POST", "/v1/keys", NEW_KEY, organisation="xuancheng")).status_code == 404
    for action in ("rotate", "revoke"):
        assert (await world.admin("POST", f"{path}/{action}", organisation="xuancheng")).status_code == 404
        assert (await world.admin("POST", f"/v1/keys/{new_id()}/{action}")).status_code == 404
    assert (await world.admin("GET", "/v1/keys", organisation="xuancheng")).json() == []
    # The role alone, in another house, is no platform administrator.
    assert (await world.call("POST", f"{path}/revoke", "platform_admin", "xuancheng")).status_code == 404
    assert (await world.platform("GET", "/v1/keys")).json()[0]["id"] == made["id"]
    assert (await world.platform("POST", f"{path}/revoke")).status_code == 200


async def test_a_wrong_request_is_told_what_is_wrong(world: World) -> None:
    wrong: list[Any] = [
        {},
        [],
        NEW_KEY | {"scopes": []},
        NEW_KEY | {"scopes": ["everything"]},
        NEW_KEY | {"label": "  "},
        NEW_KEY | {"label": "x" * 81},
        NEW_KEY | {"organisation": "An Hui"},
        NEW_KEY | {"organisation": "an\nhui"},
        NEW_KEY | {"per_second": 0},
        NEW_KEY | {"surprise": 1},
    ]
    for body in wrong:
        answer = await world.admin("POST", "/v1/keys", body)
        assert answer.status_code == 422, body
        assert answer.json()["errors"]
    assert (await world.admin("POST", "/v1/vendors", {"name": "Q", "organisations": ["anhui"]})).status_code == 422
    assert (await world.admin("POST", "/v1/vendors", {"name": "q", "organisations": []})).status_code == 422


async def test_a_stale_version_is_answered_with_the_present_one(world: World) -> None:
    made = (await world.admin("POST", "/v1/keys", NEW_KEY)).json()
    await world.admin("POST", f"/v1/keys/{made['id']}/rotate")
    stale = await world.admin("POST", f"/v1/keys/{made['id']}/rotate", {"version": 1})
    assert (stale.status_code, stale.json()["version"]) == (409, 2)


async def test_two_rotating_at_once_are_one_after_the_other(world: World) -> None:
    made = (await world.admin("POST", "/v1/keys", NEW_KEY)).json()
    answers = await asyncio.gather(
        *(world.admin("POST", f"/v1/keys/{made['id']}/rotate", {"version": 1}) for _ in range(2))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_signed_push_is_taken_in_once(world: World) -> None:
    secret = (await world.platform("POST", "/v1/vendors", NEW_VENDOR)).json()["secret"]
    assert (await world.push(secret)).json() == len(BODY.encode())
    replayed = await world.push(secret)
    assert replayed.status_code == 409
    assert replayed.json()["type"] == "urn:huiying:problem:replayed"
    assert (await world.push(secret, "msg_2")).status_code == 200


async def test_of_the_same_push_twice_at_once_one_is_taken_in(world: World) -> None:
    secret = (await world.platform("POST", "/v1/vendors", NEW_VENDOR)).json()["secret"]
    answers = await asyncio.gather(*(world.push(secret) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]


async def test_a_push_that_failed_may_come_again(world: World) -> None:
    secret = (await world.platform("POST", "/v1/vendors", NEW_VENDOR)).json()["secret"]
    assert [(await world.push(secret, "broken")).status_code for _ in range(2)] == [503, 503]


async def test_wrong_signatures_strangers_and_late_pushes_are_refused(world: World) -> None:
    secret = (await world.platform("POST", "/v1/vendors", NEW_VENDOR)).json()["secret"]
    wrong = "whsec_" + base64.b64encode(b"w" * 32).decode()
    refusals = [await world.push(wrong), await world.push(secret, vendor="nobody")]
    assert [answer.status_code for answer in refusals] == [401, 401]
    assert refusals[0].json()["detail"] == refusals[1].json()["detail"]
    assert (await world.http.post("/push/qingbo", content=BODY, params={"organisation": "anhui"})).status_code == 401
    assert (await world.push(secret, organisation="yichun")).status_code == 403
    assert (await world.push(secret, organisation="xuancheng")).status_code == 200


async def test_both_secrets_of_a_rotation_hold_until_the_grace_is_over(world: World) -> None:
    made = (await world.platform("POST", "/v1/vendors", NEW_VENDOR)).json()
    rotated = (await world.platform("POST", f"/v1/vendors/{made['id']}/rotate", {"grace_hours": 1})).json()
    statuses = [
        (await world.push(each, f"m{n}")).status_code for n, each in enumerate((made["secret"], rotated["secret"]))
    ]
    assert statuses == [200, 200]
    world.clock.move(hours=1)
    assert (await world.push(made["secret"], "m3")).status_code == 401
    assert (await world.push(rotated["secret"], "m4")).status_code == 200
    assert (await world.platform("POST", f"/v1/vendors/{made['id']}/revoke")).status_code == 200
    assert (await world.push(rotated["secret"], "m5")).status_code == 401


async def test_a_vendor_of_several_organisations_is_the_platforms_to_manage(world: World) -> None:
    made = (await world.platform("POST", "/v1/vendors", NEW_VENDOR)).json()
    path = f"/v1/vendors/{made['id']}"
    assert (await world.admin("POST", f"{path}/rotate")).status_code == 403
    assert (await world.admin("POST", f"{path}/rotate", organisation="yichun")).status_code == 404
    seen = (await world.admin("GET", "/v1/vendors")).json()
    assert [vendor["organisations"] for vendor in seen] == [["anhui"]]
    assert (await world.admin("GET", "/v1/vendors", organisation="yichun")).json() == []
    assert (await world.admin("POST", "/v1/vendors", NEW_VENDOR | {"name": "other"})).status_code == 404


async def test_an_organisation_registers_a_vendor_for_itself(world: World) -> None:
    body = {"name": "local-watch", "organisations": ["anhui"]}
    made = await world.admin("POST", "/v1/vendors", body)
    assert made.status_code == 201
    taken = await world.admin("POST", "/v1/vendors", {"name": "local-watch", "organisations": ["yichun"]}, "yichun")
    assert taken.status_code == 409
    assert (await world.admin("POST", f"/v1/vendors/{made.json()['id']}/revoke")).status_code == 200
    assert (await world.admin("POST", "/v1/vendors", body)).status_code == 201


async def test_old_push_ids_are_forgotten_and_recent_ones_kept(world: World) -> None:
    secret = (await world.platform("POST", "/v1/vendors", NEW_VENDOR)).json()["secret"]
    await world.push(secret, "old")
    world.clock.move(hours=24, seconds=1)
    await world.push(secret, "recent")
    async with world.db.transaction() as tx:
        assert await keys.prune_webhook_ids(tx, world.clock.now() - timedelta(days=1)) == 1
    assert (await world.push(secret, "recent")).status_code == 409


async def test_a_key_looked_up_while_it_is_revoked_is_not_remembered_as_good(world: World) -> None:
    made = (await world.admin("POST", "/v1/keys", NEW_KEY)).json()
    answers = await asyncio.gather(
        world.admin("POST", f"/v1/keys/{made['id']}/revoke"), *(world.write(made["key"]) for _ in range(5))
    )
    assert answers[0].status_code == 200
    assert (await world.write(made["key"])).status_code == 401


async def test_tables_are_those_that_the_migration_makes(world: World) -> None:
    async with world.db.transaction() as tx:
        for table in key_tables.METADATA.sorted_tables:
            rows = await tx.fetch(
                "SELECT column_name, is_nullable = 'YES' AS nullable FROM information_schema.columns "
                "WHERE table_schema = 'intake' AND table_name = $1",
                table.name,
            )
            indexes = await tx.fetch(
                "SELECT indexname FROM pg_indexes WHERE schemaname = 'intake' AND tablename = $1 "
                "AND indexname NOT LIKE '%_pkey'",
                table.name,
            )
            assert {row["column_name"]: row["nullable"] for row in rows} == {
                column.name: column.nullable for column in table.columns
            }
            assert {row["indexname"] for row in indexes} == {index.name for index in table.indexes}
