"""The directory through HTTP against a real database: signing in, organisations, accounts, closing them."""

from typing import Any

import httpx
import jwt
import orjson
import pytest

from services.console.directory.usecases.accounts import Accounts
from services.console.directory.usecases.passwords import Passwords
from shared.journal import Journal
from shared.journal.chain import verify
from tests.services.console.world import PASSWORD, World


def refused(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"urn:huiying:problem:{kind}"
    return body


async def test_the_first_administrator_furnishes_the_house(world: World) -> None:
    await world.furnish()
    who = await world.admin()
    listed = (await world.http.get("/v1/organisations", headers=who)).json()
    assert [each["id"] for each in listed] == ["anhui", "platform", "yichun"]
    assert (await world.http.get("/v1/me", headers=who)).json()["roles"] == ["platform_admin"]
    async with world.ledger.transaction() as tx:
        rows = await tx.fetch("SELECT * FROM directory.journal WHERE organisation_id = 'anhui' ORDER BY position")
    assert verify([dict(row) for row in rows]) == 3
    assert [orjson.loads(row["data"]).get("login") for row in rows] == [None, "anhui.admin", "anhui.office"]
    assert PASSWORD not in str([dict(row) for row in rows])


async def test_making_the_first_administrator_again_changes_nothing(world: World) -> None:
    passwords = Passwords()
    accounts = Accounts(world.ledger, Journal("directory"), world.system, passwords)
    await accounts.ensure_first_administrator("admin", "another password")
    passwords.close()
    await world.admin()
    async with world.ledger.transaction() as tx:
        assert await tx.value("SELECT count(*) FROM directory.journal") == 1


async def test_wrong_sign_ins_look_alike(world: World) -> None:
    await world.furnish()
    answers = [
        await world.http.post("/v1/token", json={"login": login, "password": password})
        for login, password in (("nobody", PASSWORD), ("anhui.office", "wrong"), ("ANHUI.OFFICE", PASSWORD))
    ]
    bodies = [refused(answer, 401, "unauthenticated") | {"trace_id": ""} for answer in answers]
    assert bodies[0] == bodies[1] == bodies[2]


async def test_guessing_is_throttled_by_login_but_good_passwords_do_not_count(world: World) -> None:
    await world.furnish()
    for _ in range(15):
        await world.sign_in("yichun.office")
    for _ in range(10):
        refused(
            await world.http.post("/v1/token", json={"login": "anhui.office", "password": "x"}), 401, "unauthenticated"
        )
    answer = await world.http.post("/v1/token", json={"login": "anhui.office", "password": PASSWORD})
    refused(answer, 429, "throttled")
    assert int(answer.headers["retry-after"]) >= 1
    await world.sign_in("yichun.office")


async def test_published_keys_verify_tokens(world: World) -> None:
    token = (await world.admin())["Authorization"].removeprefix("Bearer ")
    keys = jwt.PyJWKSet.from_dict((await world.http.get("/v1/jwks")).json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, ["EdDSA"], audience="huiying-staff", options={"verify_exp": False})
    assert (claims["sub"], claims["org"], claims["iss"]) == ("admin", "platform", "huiying")
    assert claims["exp"] - claims["iat"] <= 600


async def test_who_may_administer(world: World) -> None:
    await world.furnish()
    platform = await world.admin()
    admin, office = await world.sign_in("anhui.admin"), await world.sign_in("anhui.office")
    new = {"id": "third", "name": "三", "rulebook": "xuancheng-2015"}
    refused(await world.http.post("/v1/organisations", headers=admin, json=new), 403, "forbidden")
    refused(await world.account(office, "li", ["office"]), 403, "forbidden")
    made = await world.account(admin, "li", ["department", "claimant"])
    assert (made.status_code, made.json()["organisation_id"]) == (201, "anhui")
    assert made.json()["roles"] == ["claimant", "department"]
    assert "password" not in made.text
    refused(await world.account(admin, "wu", ["office"], organisation_id="yichun"), 404, "not-found")
    refused(await world.account(admin, "wu", ["platform_admin"]), 403, "forbidden")
    refused(await world.account(platform, "wu", ["platform_admin"], organisation_id="anhui"), 422, "invalid")
    refused(await world.account(platform, "wu", ["office"]), 422, "invalid")
    refused(await world.account(platform, "wu", ["office"], organisation_id="none"), 404, "not-found")
    refused(await world.account(platform, "li", ["office"], organisation_id="yichun"), 409, "conflict")
    refused(await world.http.post("/v1/organisations", headers=platform, json=new | {"id": "anhui"}), 409, "conflict")
    own = (await world.http.get("/v1/organisations", headers=admin)).json()
    assert [each["id"] for each in own] == ["anhui"]


@pytest.mark.parametrize(
    ("where", "change"),
    [
        ("body.login", {"login": "Wang Wu"}),
        ("body.password", {"password": "short"}),
        ("body.roles.0", {"roles": ["Chief!"]}),
        ("body.display_name", {"display_name": "  "}),
        ("body.extra", {"extra": 1}),
    ],
)
async def test_bad_accounts_are_refused_by_place(world: World, where: str, change: dict[str, Any]) -> None:
    given = {
        "login": "wu",
        "password": PASSWORD,
        "display_name": "吴",
        "roles": ["office"],
        "organisation_id": "platform",
    }
    answer = await world.http.post("/v1/accounts", headers=await world.admin(), json=given | change)
    assert [error["where"] for error in refused(answer, 422, "invalid")["errors"]] == [where]


async def test_a_closed_account_is_out_at_once(world: World) -> None:
    await world.furnish()
    admin, office = await world.sign_in("anhui.admin"), await world.sign_in("anhui.office")
    world.system.move(seconds=1)
    path = "/v1/accounts/anhui.office/disable"
    stale = refused(await world.http.post(path, headers=admin, json={"version": 7}), 409, "conflict")
    assert (stale["version"], stale["state"]) == (1, "active")
    assert (await world.http.get("/v1/me", headers=office)).status_code == 200
    answer = await world.http.post(path, headers=admin, json={"version": 1})
    assert (answer.json()["state"], answer.json()["version"]) == ("disabled", 2)
    assert (await world.http.post(path, headers=admin)).json()["version"] == 2
    await world.settle()
    refused(await world.http.get("/v1/me", headers=office), 401, "unauthenticated")
    again = {"login": "anhui.office", "password": PASSWORD}
    refused(await world.http.post("/v1/token", json=again), 401, "unauthenticated")


async def test_nobody_closes_their_own_or_a_foreign_account(world: World) -> None:
    await world.furnish()
    admin = await world.sign_in("anhui.admin")
    refused(await world.http.post("/v1/accounts/anhui.admin/disable", headers=admin), 403, "forbidden")
    refused(await world.http.post("/v1/accounts/yichun.office/disable", headers=admin), 404, "not-found")
    refused(await world.http.post("/v1/accounts/nobody/disable", headers=admin), 404, "not-found")


async def test_passwords_are_kept_as_argon2id() -> None:
    passwords = Passwords()
    kept = await passwords.hash(PASSWORD)
    assert kept.startswith("$argon2id$")
    assert await passwords.holds(PASSWORD, kept)
    assert not await passwords.holds("other", kept)
    assert not await passwords.holds("nobody", None)
    assert not await passwords.holds(PASSWORD, "not a hash")
    passwords.close()
