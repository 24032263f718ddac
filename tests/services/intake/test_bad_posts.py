"""What vendors push through the real edge into a real database: whatever it is, it is kept or refused by its index, clearly."""

import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from standardwebhooks import Webhook

from services.intake.domain.sealing import Keyring
from services.intake.entry.access import ACCESS
from services.intake.entry.incidents import incident_routes
from services.intake.entry.keys import vendors_router
from services.intake.entry.monitoring import monitoring_routes
from services.intake.entry.portal import PortalGate
from services.intake.entry.webhooks import WebhookGate
from services.intake.storage.keys import kids_in_use
from services.intake.usecases.incidents import Incidents
from services.intake.usecases.keep import Keep
from services.intake.usecases.keeper import Keeper
from services.intake.usecases.keys import PortalKeys
from services.intake.usecases.organisations import Organisations
from services.intake.usecases.pace import Pace
from services.intake.usecases.receive import Receive
from services.intake.usecases.vendors import Vendors
from shared.auth import STAFF_AUDIENCE, Guard, KeySet, Staff, StaffTokens, Verifier
from shared.clock import SystemClock
from shared.db import Database
from shared.ids import new_id
from shared.journal import Journal
from shared.secrets import Secrets, ensure_secrets
from shared.web.app import create_app
from tests.builders.databases import TestDatabase

CLOCK = SystemClock()
NOW = datetime.now(UTC)
WATER = "城东小区连续三天停水，老人和孩子无水可用，物业电话打不通，请尽快恢复供水。"
LETTER = "尊敬的领导，我是{}的家长，孩子学校食堂的饭菜多次出现异物，向校方反映无人理会，恳请派人检查并公开结果，谢谢。"
LANGUAGES = [
    "城东的工地夜里一直施工，住户整夜睡不着，打了很多次电话也没有人管。",
    "The building site in the east works all night long and nobody answers the telephone.",
    "東の工事現場は夜中も作業を続けていて、電話をしても誰も出てくれません。",
    "동쪽 공사장이 밤새도록 작업을 해서 주민들이 잠을 잘 수 없고 전화도 받지 않습니다.",
    "Стройка на востоке работает всю ночь, и никто не отвечает на телефонные звонки.",
    "موقع البناء في الشرق يعمل طوال الليل ولا أحد يرد على الهاتف أبدا منذ أسبوع",
    "पूरब का निर्माण स्थल सारी रात चलता है और कोई फोन का जवाब नहीं देता है।",
    "สถานที่ก่อสร้างทางตะวันออกทำงานทั้งคืนและไม่มีใครรับโทรศัพท์เลย",
    "Công trường phía đông làm việc suốt đêm và không ai trả lời điện thoại cả.",
    "ཤར་ཕྱོགས་ཀྱི་ཨར་ལས་ས་ཁུལ་དུ་མཚན་གང་པོར་ལས་ཀ་བྱེད་ཀྱི་འདུག",
]


class World:
    """Intake's door for vendors and staff."""

    def __init__(self, url: str, secrets: Secrets) -> None:
        self.db = Database(url, name="bad-posts-test")
        self.keyring = Keyring(secrets.keyring.current, secrets.keyring.keys)
        self.secret = ""
        keep = Keep(self.db, Journal("intake"), CLOCK)
        pace = Pace(lambda: 0, lambda waited: None)
        organisations = Organisations(self.db, CLOCK)
        receive = Receive(Keeper(keep, lambda waited: None), keep, pace, organisations, self.keyring, CLOCK)
        vendors = Vendors(self.db, self.keyring, CLOCK)
        routers = [
            monitoring_routes(receive, WebhookGate(vendors, CLOCK), pace, CLOCK),
            incident_routes(Incidents(self.db, Journal("intake"), self.keyring, CLOCK), receive),
            vendors_router(vendors),
        ]
        known = {f"{method} {route.path}" for router in routers for route in router.routes for method in route.methods}  # type: ignore[attr-defined]  # APIRoute has both
        app = create_app(
            service="intake",
            title="intake",
            lifespan=None,
            routers=routers,
            readiness={},
            access={route: who for route, who in ACCESS.items() if route in known},
            guard=Guard(
                Verifier(KeySet(secrets.jwks_file), STAFF_AUDIENCE, CLOCK),
                Verifier(KeySet(secrets.services_file), "intake", CLOCK),
                PortalGate(PortalKeys(self.db, secrets.pepper, CLOCK)),
            ),
        )
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://intake")
        self._tokens = StaffTokens(secrets.staff_signing(), CLOCK)

    async def call(self, method: str, path: str, role: str, body: Any) -> httpx.Response:
        """A call by a member of staff."""
        home = "platform" if role == "platform_admin" else "anhui"
        token = self._tokens.issue(Staff("wang", home, frozenset({role}), "王"))
        return await self.http.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})

    async def send(self, content: bytes) -> httpx.Response:
        """These bytes, signed."""
        at, push = datetime.now(UTC), str(new_id())
        signature = Webhook(self.secret).sign(push, at, content.decode("utf-8", "surrogatepass"))
        headers = {"webhook-id": push, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
        return await self.http.post("/v1/monitoring/qingbo/events", content=content, headers=headers)

    async def push(self, *events: Any) -> dict[str, Any]:
        """A push that is taken in; its answer."""
        answer = await self.send(orjson.dumps({"organisation": "anhui", "events": events}))
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def rows(self, statement: str, *args: Any) -> list[dict[str, Any]]:
        """What the database holds."""
        async with self.db.transaction() as tx:
            return [dict(row) for row in await tx.fetch(statement, *args)]

    async def incidents(self) -> dict[str, Any]:
        """Which incident each post belongs to."""
        return {row["external_id"]: row["incident_id"] for row in await self.rows("SELECT * FROM intake.reports")}


@pytest.fixture
async def world(database: TestDatabase, tmp_path: Path) -> AsyncIterator[World]:
    found = World(database.url("intake"), ensure_secrets(tmp_path / "secrets"))
    await found.db.open()
    await found.rows(
        "INSERT INTO intake.organisations (organisation_id, name, state, rulebook_hash) "
        "VALUES ('anhui', '安徽', 'active', 'x') RETURNING 1"
    )
    given = {"name": "qingbo", "organisations": ["anhui"]}
    found.secret = (await found.call("POST", "/v1/vendors", "platform_admin", given)).json()["secret"]
    yield found
    await found.http.aclose()
    await found.db.close()


def post(id_: str, text: str = WATER, **more: Any) -> dict[str, Any]:
    return {"id": id_, "platform": "weibo", "posted_at": NOW.isoformat(), "text": text, "metrics": {"reads": 1}, **more}


COUNTS: Sequence[Any] = (-1, 10**12 + 1, 10**18, 1.5, True, "5", [])
BAD: Sequence[tuple[Any, str]] = [
    (None, "event: "),
    (7, "event: "),
    ([], "event: "),
    ("转发微博", "event: "),
    ({}, "id: "),
    (post(""), "id: "),
    (post("长" * 101), "id: "),
    (post("a\x00b"), "id: "),
    (post("a", "城" * 20_001), "text: "),
    (post("a", "有\x00零"), "text: "),
    (post("a", url="javascript:alert(1)"), "url: "),
    (post("a", url=f"https://a.example/{'x' * 2000}"), "url: "),
    (post("a", posted_at="昨天"), "posted_at: "),
    (post("a", posted_at=1_700_000_000), "posted_at: "),
    (post("a", posted_at="0001-01-01T00:00:00+14:00"), "posted_at 0001"),
    (post("a", posted_at="9999-12-31T23:59:59-12:00"), "posted_at 9999"),
    (post("a", posted_at="1999-12-31T23:59:59+08:00"), "posted_at 1999"),
    (post("a", posted_at=(NOW + timedelta(hours=1)).isoformat()), "in the future"),
    (post("a", observed_at="0001-01-01T00:00:00+14:00"), "observed_at 0001"),
    (post("a", observed_at=(NOW + timedelta(hours=1)).isoformat()), "observed_at"),
    *((post("a", metrics={"reads": count}), "metrics.reads: ") for count in COUNTS),
    (post("a", metrics=[]), "metrics: "),
    (post("a", metrics=None), "metrics: "),
]


async def test_one_bad_post_among_good_ones_is_refused_by_its_index_and_says_where_without_repeating_it(
    world: World,
) -> None:
    events = [event for number, (bad, _) in enumerate(BAD) for event in (post(f"good-{number}"), bad)]
    answer = await world.push(*events)
    assert (answer["accepted"], answer["duplicates"]) == (len(BAD), 0)
    assert [each["index"] for each in answer["rejected"]] == list(range(1, 2 * len(BAD), 2))
    for each, (_, said) in zip(answer["rejected"], BAD, strict=True):
        assert said in each["error"], each
        assert "javascript" not in each["error"]
    assert set(await world.incidents()) == {f"good-{number}" for number in range(len(BAD))}


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 422),
        (b'{"organisation":"anhui"}', 422),
        (b'{"organisation":"anhui","events":[]}', 422),
        (b'{"organisation":"anhui","events":{}}', 422),
        (orjson.dumps({"organisation": "anhui", "events": [{}] * 1001}), 422),
        (b'{"organisation":"anhui","events":[{"id":"\\ud800"}]}', 400),
        (b'{"organisation":"yichun","events":[{}]}', 403),
        (b'{"organisation":"anhui","events":[{"metrics":{"reads":NaN}}]}', 400),
    ],
)
async def test_a_push_that_cannot_be_read_is_refused_whole(world: World, content: bytes, status: int) -> None:
    assert (await world.send(content)).status_code == status
    assert await world.rows("SELECT 1 FROM intake.webhook_ids") == []


SHORT = [
    "",
    "转发微博",
    "转发微博。",
    "//@某人:转发微博",
    "急",
    "[怒]",
    "😡😡😡",
    "！！！",
    "@张三 @李四",
    "https://t.cn/A6xYz",
    "z" + "\u0301" * 500,
]


async def test_what_says_too_little_is_kept_and_joins_nobody(world: World) -> None:
    events = [post(f"{number}-{twin}", text) for number, text in enumerate(SHORT) for twin in "ab"]
    answer = await world.push(*events)
    assert (answer["accepted"], answer["rejected"]) == (len(events), [])
    assert len(set((await world.incidents()).values())) == len(events)


async def test_long_texts_and_those_of_ten_languages_are_kept_and_known_again(world: World) -> None:
    long = "".join(f"第{number}号楼停水；" for number in range(5000))[:20_000]
    texts = [*LANGUAGES, long]
    began = time.monotonic()
    assert (await world.push(*(post(str(number), text) for number, text in enumerate(texts))))["accepted"] == len(texts)
    assert len(set((await world.incidents()).values())) == len(texts)
    again = await world.push(*(post(f"again-{number}", text) for number, text in enumerate(texts)))
    found = await world.incidents()
    assert again["accepted"] == len(texts)
    for number in range(len(LANGUAGES)):
        assert found[f"again-{number}"] == found[str(number)], LANGUAGES[number]
    assert time.monotonic() - began < 20
    kept = {row["external_id"]: row["masked_text"] for row in await world.rows("SELECT * FROM intake.reports")}
    assert kept["10"] == long


async def test_template_letters_that_differ_in_one_name_are_not_glued_together(world: World) -> None:
    names = ["王小明", "李思雨", "张子涵", "陈一诺", "刘宇轩", "赵梓萱"]
    await world.push(*(post(name, LETTER.format(name)) for name in names[:3]))
    await world.push(*(post(name, LETTER.format(name)) for name in names[3:]))
    assert len(set((await world.incidents()).values())) == len(names)


async def test_a_cycle_of_roots_is_one_incident_and_ends(world: World) -> None:
    ring = [post(str(number), text="", root_id=str((number + 1) % 5)) for number in range(5)]
    alone = post("self", "城西的路灯坏了三个月，晚上走路摔伤了好几个人，一直没人修理。", root_id="self")
    await world.push(*ring, alone)
    before = await world.incidents()
    assert await world.push(*ring, alone) == {"accepted": 0, "duplicates": 6, "rejected": []}
    assert await world.incidents() == before
    assert before["self"] not in {before[str(number)] for number in range(5)}


async def test_a_repost_that_comes_before_its_root_and_seems_older_belongs_to_it(world: World) -> None:
    earlier = (NOW - timedelta(days=3)).isoformat()
    await world.push(post("repost", "转发微博", root_id="root", posted_at=earlier))
    await world.push(post("root"))
    found = await world.incidents()
    assert found["repost"] == found["root"]
    (row,) = await world.rows("SELECT occurred_at, reports FROM intake.incidents")
    assert row == {"occurred_at": datetime.fromisoformat(earlier), "reports": 2}


async def test_counts_that_are_missing_stay_as_they_were_known_and_falling_ones_are_believed(world: World) -> None:
    await world.push(post("a", metrics={"reads": 10**12, "likes": 5}))
    await world.push(post("a", metrics={"reads": 7}), post("a", metrics={}), post("a", metrics={"likes": None}))
    (row,) = await world.rows("SELECT reads, likes, comments, reports FROM intake.incidents")
    assert row == {"reads": 7, "likes": 5, "comments": 0, "reports": 1}


async def test_the_same_post_with_other_words_is_the_same_post(world: World) -> None:
    await world.push(post("a"))
    assert (await world.push(post("a", "已经来水了，谢谢各位关心，之前的内容不再更新。")))["rejected"] == []
    assert len(await world.rows("SELECT 1 FROM intake.reports")) == 1


async def test_of_a_post_only_what_was_masked_is_sealed_and_both_are_shown_with_a_reason(world: World) -> None:
    private = f"{WATER}联系我13812345678"
    await world.push(post("open"), post("sealed", private), post("erased", f"{private}9，"))
    reports = {row["external_id"]: row for row in await world.rows("SELECT * FROM intake.reports")}
    plain, sealed = reports["open"], reports["sealed"]
    assert (plain["sealed_body"], plain["wrapped_key"], plain["key_id"]) == (b"", None, None)
    assert sealed["key_id"] == world.keyring.current
    assert "138" not in sealed["masked_text"]
    assert private.encode() not in sealed["sealed_body"]
    await world.rows("UPDATE intake.reports SET wrapped_key = NULL WHERE external_id = 'erased' RETURNING 1")
    shown = {}
    for name, row in reports.items():
        path = f"/v1/reports/{row['report_id']}/original"
        shown[name] = await world.call("POST", path, "office", {"reason": "核实"})
    assert (shown["open"].json()["body"], shown["sealed"].json()["body"]) == (WATER, private)
    assert shown["erased"].status_code == 404
    said = await world.rows("SELECT type FROM intake.journal WHERE type = 'original.shown.v1'")
    assert len(said) == 2
    async with world.db.transaction() as tx:
        assert await kids_in_use(tx) == [world.keyring.current]
