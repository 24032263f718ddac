"""The self-test page as a browser without scripts meets it: who gets in, what the form keeps, and what intake makes of it."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from services.console.entry.assets import load_assets
from services.console.entry.joining_examples import EXAMPLES
from services.console.usecases.services import Services
from tests.builders.brokers import TestBus
from tests.builders.clocks import HandClock
from tests.builders.databases import TestDatabase
from tests.builders.office import Office, settle
from tests.builders.product import running_product
from tests.services.console.world import PASSWORD, START, World

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Form(HTMLParser):
    """What a browser would send back of the page's second form: every named field with its value, and how it is labelled."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.labels: set[str] = set()
        self.ids: list[str] = []
        self._area: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A field, a label, or an id."""
        given = {name: value or "" for name, value in attrs}
        self.ids += [given["id"]] if "id" in given else []
        if tag == "label":
            self.labels.add(given["for"])
        elif tag == "input":
            self.fields[given["name"]] = given["value"]
        elif tag == "textarea":
            self._area = given["name"]
            self.fields[self._area] = ""

    def handle_data(self, data: str) -> None:
        """The words in a text area."""
        if self._area is not None:
            self.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        """The end of a text area."""
        if tag == "textarea":
            self._area = None


class Intake:
    """Answers on a socket as it is told; `asked` is what it was asked."""

    def __init__(self) -> None:
        self.status, self.body = 200, b"{}"
        self.asked: list[tuple[str, str, Any]] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(re.search(r"content-length: (\d+)", head, re.IGNORECASE).group(1))  # type: ignore[union-attr]  # always sent
        token = re.search(r"authorization: (\S+ \S+)", head, re.IGNORECASE)
        body = orjson.loads(await reader.readexactly(length))
        self.asked.append((head.splitlines()[0], token.group(1) if token else "", body))
        writer.write(
            b"HTTP/1.1 %d x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (self.status, len(self.body))
        )
        writer.write(self.body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@pytest.fixture
async def intake(world: World) -> AsyncIterator[Intake]:
    """A console with people in it, whose intake is a socket."""
    await world.furnish()
    made = Intake()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    world.peers["intake"] = made.url
    yield made
    server.close()
    await server.wait_closed()


async def enter(http: httpx.AsyncClient, login: str = "anhui.office", password: str = PASSWORD) -> str:
    entered = await http.post("/login", data={"login": login, "password": password})
    assert entered.status_code == 303
    return entered.cookies["huiying_session"]


def problem(detail: str, **more: Any) -> bytes:
    return orjson.dumps({"type": "x", "title": "t", "status": 422, "detail": detail, **more})


async def test_without_a_session_both_ways_lead_to_the_form(world: World) -> None:
    for answer in (await world.http.get("/joining"), await world.http.post("/joining", data={"body1": "一"})):
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")


async def test_another_sites_form_is_refused(world: World, intake: Intake) -> None:
    await enter(world.http)
    foreign = FORM | {"Origin": "https://evil.example"}
    answer = await world.http.post("/joining", content=b"body1=a&body2=b", headers=foreign)
    assert answer.status_code == 403
    assert intake.asked == []
    many = b"&".join(b"f%d=1" % number for number in range(200))
    assert (await world.http.post("/joining", content=many, headers=FORM)).status_code == 400
    assert (await world.http.post("/joining", content=b"a" * (4 << 20), headers=FORM)).status_code == 413


async def test_the_page_holds_examples_and_needs_no_script(world: World, intake: Intake) -> None:
    await enter(world.http)
    page = await world.http.get("/joining")
    form = Form(page.text)
    for number, row in enumerate(EXAMPLES, 1):
        for name, value in row.items():
            assert form.fields[f"{name}{number}"] == value
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert not re.search(r"<[^>]*\son\w+=", page.text)
    assert "unsafe" not in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert set(form.fields) <= form.labels
    assert len(form.ids) == len(set(form.ids))
    assert 'lang="zh-CN"' in page.text
    assert "tabindex" not in page.text


async def test_what_is_sent_is_asked_with_the_visitors_own_token(world: World, intake: Intake) -> None:
    token = await enter(world.http)
    intake.status, intake.body = (
        422,
        problem("请更正 / Correct", errors=[{"where": "body.texts.1.at", "what": "时间不对"}]),
    )
    sent = {"title1": "甲", "body1": "一\r\n行", "region2": "城东", "body2": " 乙 <b> ", "body4": "丁", "other": "x"}
    page = await world.http.post("/joining", data=sent)
    line, asked_as, body = intake.asked[0]
    assert (line, asked_as) == ("POST /v1/joining/try HTTP/1.1", f"Bearer {token}")
    assert body == {"texts": [{"title": "甲", "body": "一\n行"}, {"body": "乙 <b>", "region": "城东"}, {"body": "丁"}]}
    assert page.status_code == 422
    assert "第 2 段 Text 2 · at: 时间不对" in page.text
    assert "乙 &lt;b&gt;" in page.text
    assert "<b> " not in page.text
    assert Form(page.text).fields["body3"] == "丁"


async def test_one_text_is_too_few_and_asks_nobody(world: World, intake: Intake) -> None:
    await enter(world.http)
    page = await world.http.post("/joining", data={"body1": "一"})
    assert page.status_code == 422
    assert "请至少填写 2 段文字" in page.text
    assert Form(page.text).fields["body1"] == "一"
    assert intake.asked == []


async def test_one_text_more_keeps_what_was_written(world: World, intake: Intake) -> None:
    await enter(world.http)
    written = Form((await world.http.get("/joining")).text).fields | {"body2": "改过的"}
    for count in range(len(EXAMPLES) + 1, 11):
        page = await world.http.post("/joining", data=written | {"more": "1"})
        written = Form(page.text).fields | {f"body{count}": f"第{count}"}
        assert f"body{count}" in Form(page.text).fields
        assert written["body2"] == "改过的"
    page = await world.http.post("/joining", data=written | {"more": "1"})
    assert 'name="more"' not in page.text
    assert "body11" not in page.text
    assert intake.asked == []


@pytest.mark.parametrize(
    ("status", "body", "seen"),
    [
        (429, problem("请 3 秒后再试"), "请 3 秒后再试"),
        (401, problem("令牌已过期"), "令牌已过期"),
        (500, b"<html>", "intake 未能办理（500）"),
        (502, b"[1]", "intake 未能办理（502）"),
    ],
)
async def test_a_refusal_is_told_on_the_page(world: World, intake: Intake, status: int, body: bytes, seen: str) -> None:
    await enter(world.http)
    intake.status, intake.body = status, body
    page = await world.http.post("/joining", data={"body1": "一", "body2": "二"})
    assert page.status_code == status
    assert seen in page.text
    assert Form(page.text).fields["body2"] == "二"


async def test_intake_away_is_told_on_the_page(world: World, intake: Intake) -> None:
    await enter(world.http)
    world.peers["intake"] = "http://127.0.0.1:9"
    page = await world.http.post("/joining", data={"body1": "一", "body2": "二"})
    assert page.status_code == 503
    assert "intake 暂时没有应答" in page.text
    del world.peers["intake"]
    page = await world.http.post("/joining", data={"body1": "一", "body2": "二"})
    assert page.status_code == 503
    assert "未设置 intake 的地址" in page.text


async def test_the_way_there_is_on_the_first_page(world: World, intake: Intake) -> None:
    await enter(world.http)
    assert 'href="/joining"' in (await world.http.get("/")).text


def test_the_table_stacks_on_a_narrow_screen() -> None:
    css = load_assets()["console.css"].content.decode()
    narrow = css[css.index("@media (max-width: 46rem)") :]
    assert "display: block" in narrow
    assert "attr(data-label)" in narrow
    assert not re.search(r"\.joining[^{]*\{[^}]*(?<!max-)(?<!min-)width: \d+(px|rem)", css)


@pytest.fixture
async def office(database: TestDatabase, broker: TestBus, tmp_path: Path) -> AsyncIterator[Office]:
    """The whole product, with an office that has a rulebook."""
    idempotent = broker.address.idempotent
    async with running_product(
        database, broker.bootstrap, tmp_path, HandClock(START), kafka_idempotent=idempotent
    ) as product:
        yield await settle(product)


async def test_the_examples_show_what_the_rules_do(office: Office) -> None:
    """Two letters of one matter, a template with another place, a repost with the words, a bare repost: through both services."""
    login = await office.login("anhui", "office")
    async with httpx.AsyncClient(base_url=office.product.urls["console"]) as http:
        await enter(http, login, f"{login}-Password-1")
        written = Form((await http.get("/joining")).text).fields
        page = await http.post("/joining", data=written)
    assert page.status_code == 200, page.text
    assert "按先后送达，共成 3 件" in page.text
    assert "可能是两件事" in page.text
    assert "“青石”" in page.text
    assert "同一条原帖的转发或评论" in page.text
    assert Form(page.text).fields == written
    rows = _rows(page.text)
    assert [rows[f"{one} — {other}"] for one, other in ((1, 2), (1, 3), (1, 4), (4, 5))] == ["否", "否", "是", "是"]


def _rows(page: str) -> Mapping[str, str]:
    found = re.findall(r'data-label="两段 Texts">([^<]+)</th>\s*<td data-label="并案 Joins"><b>(.)</b>', page)
    return dict(found)


async def test_an_answer_that_never_comes_is_no_answer(intake: Intake) -> None:
    services = Services({"intake": intake.url})
    intake.body = orjson.dumps({"a": "回"})
    assert await services.post("intake", "/v1/x", "t", {}) == {"a": "回"}
