"""The pages as a browser meets them: signing in, the session, what is shown and what can never be injected."""

import httpx
from markupsafe import escape

from tests.services.console.said import INCIDENT, advanced, answer, deadline, order, reported
from tests.services.console.world import PASSWORD, World

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def enter(world: World, login: str = "anhui.office", password: str = PASSWORD) -> httpx.Response:
    return await world.http.post("/login", data={"login": login, "password": password})


async def test_without_a_session_the_way_leads_to_the_form(world: World) -> None:
    home = await world.http.get("/")
    assert (home.status_code, home.headers["location"]) == (303, "/login")
    assert (await world.http.get("/fragments/overview")).status_code == 401
    form = await world.http.get("/login")
    assert 'name="password"' in form.text


async def test_a_browser_signs_in_looks_and_leaves(world: World) -> None:
    await world.furnish()
    await world.settle()
    await world.hear("intake", (reported("路灯 <script>alert(1)</script>"), INCIDENT))
    await world.hear("grading", (advanced(1, title="", assignments=[order()], deadlines=[deadline()]), INCIDENT))
    await world.hear("publishing", (answer("released", "released", 5, url="javascript:alert(1)", title="t"), INCIDENT))
    entered = await enter(world)
    cookie = entered.headers["set-cookie"]
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    page = await world.http.get("/")
    assert page.status_code == 200
    for seen in ("anhui 局", "一小时内报告", "还剩 1 小时 0 分", "第五条", "办公室", "anhui.office 同志"):
        assert seen in page.text
    assert str(escape("<script>alert(1)</script>")) in page.text
    assert "<script>alert" not in page.text
    assert "javascript:" not in page.text
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert 'style="' not in page.text
    fragment = await world.http.get("/fragments/overview")
    assert "一小时内报告" in fragment.text
    assert "<html" not in fragment.text
    left = await world.http.post("/logout")
    assert left.headers["location"] == "/login"
    assert (await world.http.get("/")).status_code == 303


async def test_the_platform_sees_the_organisations(world: World) -> None:
    await world.furnish()
    await world.settle()
    await enter(world, *world.secrets.admin)
    page = (await world.http.get("/")).text
    assert "anhui 局" in page
    assert "yichun 局" in page
    await enter(world)
    assert "yichun 局" not in (await world.http.get("/")).text


async def test_a_session_is_renewed_in_use_and_ends_after_a_working_day(world: World) -> None:
    await world.furnish()
    await enter(world)
    assert "set-cookie" not in (await world.http.get("/fragments/overview")).headers
    for _ in range(8 * 12):
        world.system.move(minutes=5)
        assert (await world.http.get("/fragments/overview")).status_code == 200
    world.system.move(minutes=5)
    await world.http.get("/fragments/overview")
    world.system.move(minutes=6)
    assert (await world.http.get("/fragments/overview")).status_code == 401


async def test_an_unused_session_ends_with_its_token(world: World) -> None:
    await world.furnish()
    await enter(world)
    world.system.move(minutes=11)
    assert (await world.http.get("/")).status_code == 303


async def test_a_closed_account_loses_its_page(world: World) -> None:
    await world.furnish()
    await enter(world)
    world.system.move(seconds=1)
    admin = await world.sign_in("anhui.admin")
    await world.http.post("/v1/accounts/anhui.office/disable", headers=admin)
    world.system.move(minutes=6)
    renewed = await world.http.get("/fragments/overview")
    assert "set-cookie" not in renewed.headers
    await world.settle()
    assert (await world.http.get("/fragments/overview")).status_code == 401


async def test_wrong_forms_are_answered_on_the_page(world: World) -> None:
    await world.furnish()
    wrong = await enter(world, password="wrong")
    assert wrong.status_code == 401
    assert "登录名或密码不正确" in wrong.text
    for content in (b"", b"login=a", b"login=%00&password=%ff", b"x" * 1000):
        answered = await world.http.post("/login", content=content, headers=FORM)
        assert answered.status_code == 401, content
    many = await world.http.post("/login", content=b"&".join([b"a=1"] * 50), headers=FORM)
    assert many.status_code == 400
    foreign = await world.http.post("/login", content=b"", headers=FORM | {"Origin": "https://evil.example"})
    assert foreign.status_code == 403


async def test_static_files_come_from_here_and_are_cached(world: World) -> None:
    script = await world.http.get("/static/console.js")
    assert script.headers["content-type"].startswith("text/javascript")
    again = await world.http.get("/static/console.js", headers={"If-None-Match": script.headers["etag"]})
    assert again.status_code == 304
    for name in ("none.js", "..%2fpages.py", "%2e%2e"):
        assert (await world.http.get(f"/static/{name}")).status_code == 404
    for page in ("/login", "/docs"):
        assert "https://" not in (await world.http.get(page)).text
