"""Why reports joined, over a real database and the real edge; and a self-test that leaves nothing behind."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.intake.entry.why import WHY_ACCESS, why_routes
from services.intake.usecases.membership import Membership
from services.intake.usecases.organisations import Organisations
from services.intake.usecases.shelves import Shelves
from services.intake.usecases.similar import Similar
from services.intake.usecases.trying import Trying
from services.intake.usecases.why import Whys
from shared.auth import STAFF_AUDIENCE, Guard, KeySet, Staff, StaffTokens, Verifier
from shared.db import Database
from shared.ids import new_id
from shared.journal import Journal
from shared.secrets import Secrets, ensure_secrets
from shared.web.app import create_app
from tests.builders.databases import TestDatabase
from tests.builders.texts import complaint
from tests.services.intake.moved import METRO, WATER, Moved, fresh_clock

WANG = Staff("wang", "anhui", frozenset({"office"}), "王")
LI = Staff("li", "yichun", frozenset({"office"}), "李")
PHONE = "13812345678"
LETTER = "青石里小区三号楼从上周四起没有自来水，加压泵坏了，供水公司说要等配件，物业不管，请协调修好水泵，恢复供水。"
OTHER_WORDS = "家住青石里三号楼，水龙头好几天没水了，找供水公司让找物业，物业说泵房的泵要换配件，盼着早点来水。"


@dataclass
class Desk:
    """Reports kept in one database, and the edge that tells of them."""

    moved: Moved
    http: httpx.AsyncClient
    secrets: Secrets

    def headers(self, who: Staff) -> dict[str, str]:
        token = StaffTokens(self.secrets.staff_signing(), self.moved.clock).issue(who)
        return {"Authorization": f"Bearer {token}"}

    async def why(self, report_id: UUID, who: Staff = WANG, status: int = 200) -> dict[str, Any]:
        answer = await self.http.get(f"/v1/reports/{report_id}/why", headers=self.headers(who))
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def attempt(self, *texts: Any, who: Staff = WANG, status: int = 200) -> dict[str, Any]:
        answer = await self.http.post("/v1/joining/try", headers=self.headers(who), json={"texts": list(texts)})
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
async def desk(database: TestDatabase, tmp_path: Path) -> AsyncIterator[Desk]:
    db = Database(database.url("intake"), name="why-test")
    await db.open()
    moved = Moved(db, fresh_clock())
    async with db.transaction() as tx:
        for name in ("anhui", "yichun"):
            await tx.execute(
                "INSERT INTO intake.organisations (organisation_id, name, state, rulebook_hash, words, join_window) "
                "VALUES ($1, $1, 'active', 'h', '{}', '30 days')",
                name,
            )
    secrets, shelves = ensure_secrets(tmp_path), Shelves(db)
    organisations = Organisations(db, moved.clock)
    similar = Similar(db, shelves, Membership(db, Journal("intake"), moved.clock), moved.clock)
    app = create_app(
        service="intake",
        title="intake",
        lifespan=None,
        routers=[why_routes(Whys(db, organisations, similar), Trying(db, organisations, shelves, moved.clock))],
        readiness={},
        access=WHY_ACCESS,
        guard=Guard(
            Verifier(KeySet(secrets.jwks_file), STAFF_AUDIENCE, moved.clock),
            Verifier(KeySet(secrets.services_file), "intake", moved.clock),
        ),
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://intake") as http:
        yield Desk(moved, http, secrets)
    await db.close()


async def test_a_report_that_joined_by_its_words_says_so_with_numbers(desk: Desk) -> None:
    first, second = await desk.moved.keep_all(desk.moved.post("1", WATER), desk.moved.post("2", f"{WATER}谢谢！"))
    found = await desk.why(second.report_id)
    assert (found["joined"], found["by"], found["incident_id"]) == (True, "words", str(first.incident_id))
    assert found["score"] >= 0.6
    assert f"{found['score']:.2f}" in found["said"]["chinese"]
    assert f"{found['score']:.2f}" in found["said"]["english"]
    leading = found["leading"]
    assert (leading["report_id"], leading["joins"], leading["verdict"]) == (str(first.report_id), True, "words")
    assert leading["jaccard"] == pytest.approx(found["score"], abs=0.001)
    assert found["nearest"] == found["moves"] == []


async def test_a_repost_joined_by_its_root_whatever_it_says(desk: Desk) -> None:
    _, second = await desk.moved.keep_all(desk.moved.post("1", WATER), desk.moved.post("2", "转发微博", root="1"))
    found = await desk.why(second.report_id)
    assert (found["by"], found["said"]["chinese"]) == ("root", "同一条原帖的转发或评论")
    assert found["leading"]["verdict"] == "short"


async def test_a_template_with_another_name_is_told_apart_and_says_where(desk: Desk) -> None:
    first, second = await desk.moved.keep_all(
        desk.moved.complaint(LETTER), desk.moved.complaint(LETTER.replace("青石里", "白杨里"))
    )
    assert first.incident_id != second.incident_id
    found = await desk.why(second.report_id)
    assert (found["joined"], found["by"], found["leading"]) == (False, "new", None)
    (near,) = found["nearest"]
    assert (near["incident_id"], near["verdict"], near["joins"]) == (str(first.incident_id), "differs", False)
    assert {"one": "青石", "other": "白杨"} in near["differs"]
    assert near["jaccard"] >= 0.6
    assert "“白杨”" in near["said"]["chinese"]


async def test_the_same_matter_in_other_words_is_shown_with_its_likeness(desk: Desk) -> None:
    strangers = [desk.moved.complaint(complaint(seed)[1]) for seed in range(60)]
    first, second, *_ = await desk.moved.keep_all(
        desk.moved.complaint(LETTER), desk.moved.complaint(OTHER_WORDS), *strangers
    )
    found = await desk.why(second.report_id)
    near = found["nearest"][0]
    assert (near["incident_id"], near["verdict"]) == (str(first.incident_id), "unlike")
    assert near["likeness"] > 0.05
    assert near["rests_on"]
    assert f"{near['jaccard']:.2f}" in near["said"]["chinese"]


async def test_out_of_the_window_says_how_far(desk: Desk) -> None:
    (first,) = await desk.moved.keep_all(desk.moved.post("1", WATER))
    desk.moved.clock.move(days=45)
    (second,) = await desk.moved.keep_all(desk.moved.post("2", WATER))
    assert second.incident_id != first.incident_id
    (near,) = (await desk.why(second.report_id))["nearest"]
    assert (near["verdict"], near["hours_apart"]) == ("window", 45 * 24)
    assert "45.0 天" in near["said"]["chinese"]


async def test_a_closed_incident_of_the_same_words_is_named(desk: Desk) -> None:
    (first,) = await desk.moved.keep_all(desk.moved.post("1", WATER))
    async with desk.moved.db.transaction() as tx:
        await tx.execute("UPDATE intake.incidents SET public_state = 'closed', closed_at = $1", desk.moved.clock.now())
    (second,) = await desk.moved.keep_all(desk.moved.post("2", WATER))
    found = await desk.why(second.report_id)
    assert (found["by"], found["follows"]) == ("new", str(first.incident_id))
    (near,) = found["nearest"]
    assert (near["incident_id"], near["joins"], near["verdict"]) == (str(first.incident_id), False, "closed")
    assert "已办结" in near["said"]["chinese"]


async def test_what_would_join_only_since_is_said_so(desk: Desk) -> None:
    (first,) = await desk.moved.keep_all(desk.moved.post("1", WATER))
    desk.moved.clock.move(days=45)
    (second,) = await desk.moved.keep_all(desk.moved.post("2", WATER))
    async with desk.moved.db.transaction() as tx:
        await tx.execute("UPDATE intake.organisations SET join_window = '60 days'")
    (near,) = (await desk.why(second.report_id))["nearest"]
    assert (near["incident_id"], near["joins"], near["verdict"]) == (str(first.incident_id), False, "since")


async def test_too_short_a_post_is_alone_and_says_nothing_of_others(desk: Desk) -> None:
    _, second = await desk.moved.keep_all(desk.moved.post("1", WATER), desk.moved.post("2", "停"))
    found = await desk.why(second.report_id)
    assert (found["joined"], found["nearest"]) == (False, [])


async def test_where_people_moved_it_stands_beside_why_it_came(desk: Desk) -> None:
    water, metro = await desk.moved.incident("w", WATER), await desk.moved.incident("m", METRO)
    (joined,) = await desk.moved.rows(
        "SELECT report_id FROM intake.reports WHERE incident_id = $1 AND joined_by = 'text'", metro
    )
    report = joined["report_id"]
    move = await desk.moved.merge(water, metro)
    found = await desk.why(report)
    assert (found["incident_id"], found["came_to"], found["by"]) == (str(water), str(metro), "text")
    assert [(each["move_id"], each["by"], each["undone"]) for each in found["moves"]] == [
        (str(move.move_id), "li", False)
    ]
    assert "同一件事" not in str(found["moves"])
    assert found["leading"]["verdict"] == "text"
    await desk.moved.undo(move)
    again = await desk.why(report)
    assert [each["undone"] for each in again["moves"]] == [True, False]
    assert again["incident_id"] == str(metro)


async def test_nothing_foreign_and_nothing_unmasked_is_told(desk: Desk) -> None:
    text = f"{LETTER}请打{PHONE}找我。"
    first, second = await desk.moved.keep_all(
        desk.moved.complaint(text), desk.moved.complaint(text.replace("青石里", "白杨里"))
    )
    for report in (first.report_id, second.report_id):
        found = await desk.why(report)
        assert PHONE not in str(found)
        await desk.why(report, LI, 404)
    await desk.why(new_id(), WANG, 404)
    assert (await desk.http.get(f"/v1/reports/{first.report_id}/why")).status_code == 401
    answer = await desk.attempt({"body": text}, {"body": text.replace("青石里", "白杨里")})
    assert PHONE not in str(answer)


async def _everything(desk: Desk) -> dict[str, int]:
    """How many rows each of intake's tables has."""
    tables = await desk.moved.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'intake' ORDER BY 1")
    names = [row["tablename"] for row in tables]
    found = {name: await desk.moved.rows(f"SELECT count(*) AS rows FROM intake.{name}") for name in names}
    return {name: rows[0]["rows"] for name, rows in found.items()}


async def test_trying_keeps_nothing_and_logs_no_text(
    desk: Desk, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    await desk.moved.keep_all(desk.moved.post("1", WATER))
    before, marker = await _everything(desk), "某某秘密花园"
    with caplog.at_level(logging.DEBUG):
        await desk.attempt({"title": marker, "body": f"{marker}{LETTER}"}, {"body": marker})
        await desk.attempt({"title": marker, "body": marker, "at": f"{marker}"}, {"body": marker}, status=422)
        await desk.attempt({"body": marker}, status=422)
    assert await _everything(desk) == before
    written = capfd.readouterr()
    assert marker not in caplog.text
    assert marker not in written.out + written.err


async def test_trying_tells_each_text_and_each_pair(desk: Desk) -> None:
    found = await desk.attempt(
        {"title": "停水", "body": LETTER},
        {"title": "断水", "body": OTHER_WORDS},
        {"title": "停水", "body": LETTER.replace("青石里", "白杨里")},
        {"body": f"//@某人:停水{LETTER} 转发微博", "id": "w1"},
        {"body": "转发微博", "root_id": "w1"},
    )
    assert [each["incident"] for each in found["texts"]] == [1, 2, 3, 1, 1]
    assert [each["by"] for each in found["texts"]] == ["new", "new", "new", "text", "root"]
    assert found["incidents"] == 3
    pairs = {(each["one"], each["other"]): each for each in found["pairs"]}
    assert len(pairs) == 10
    assert (pairs[1, 2]["verdict"], pairs[1, 2]["joins"]) == ("unlike", False)
    assert pairs[1, 2]["likeness"] > pairs[2, 5]["likeness"]
    assert pairs[1, 2]["rests_on"]
    assert pairs[1, 3]["differs"] == [{"one": "青石", "other": "白杨"}]
    assert (pairs[1, 4]["verdict"], pairs[4, 5]["verdict"], pairs[1, 5]["verdict"]) == ("text", "root", "short")
    assert pairs[1, 4]["keys"] == ["text"]
    assert all(each["said"]["chinese"] and each["said"]["english"] for each in [*pairs.values(), *found["texts"]])


async def test_times_and_regions_are_tried_too(desk: Desk) -> None:
    late = await desk.attempt(
        {"body": LETTER, "at": "2026-01-01T09:00"}, {"body": LETTER, "at": "2026-02-20T09:00:00+08:00"}
    )
    assert [late["pairs"][0][name] for name in ("verdict", "hours_apart")] == ["window", 50 * 24]
    apart = await desk.attempt({"body": LETTER, "region": "城东"}, {"body": LETTER, "region": "城西"})
    assert apart["pairs"][0]["verdict"] == "region"
    assert "城东、城西" in apart["pairs"][0]["said"]["chinese"]


@pytest.mark.parametrize(
    ("texts", "where"),
    [
        ([{"body": "一"}], "body.texts"),
        ([{"body": "一"}] * 11, "body.texts"),
        ([{"body": "一"}, {"body": "字" * 20_001}], "body.texts.1.body"),
        ([{"body": "一"}, {"body": "二", "title": "题" * 201}], "body.texts.1.title"),
        ([{"body": "一"}, {"body": "二", "url": "javascript:alert(1)"}], "body.texts.1.url"),
        ([{"body": "一"}, {"body": "二", "at": "yesterday"}], "body.texts.1.at"),
        ([{"body": "一"}, {"body": "二", "secret": "x"}], "body.texts.1.secret"),
        ([{"body": "一"}, 7], "body.texts.1"),
    ],
)
async def test_what_is_too_much_is_refused_by_its_place(desk: Desk, texts: list[Any], where: str) -> None:
    refused = await desk.attempt(*texts, status=422)
    assert [each["where"] for each in refused["errors"]] == [where]


async def test_a_time_that_cannot_be_is_refused(desk: Desk) -> None:
    refused = await desk.attempt({"body": "一", "at": "1999-01-01T00:00:00+08:00"}, {"body": "二"}, status=422)
    assert "2000-01-01" in refused["detail"]


async def test_whatever_is_written_gets_an_answer(desk: Desk) -> None:
    texts = [
        "", "停", "转发微博", "啊" * 20_000, "ab" * 10_000, "👨‍👩‍👧‍👦" * 1000, "مرحبا بالعالم " * 50,
        "Здравствуйте, нет воды! " * 40, "水道が止まっています。" * 30, "\u202e\u200b" * 100,
    ]  # fmt: skip
    found = await desk.attempt(*({"body": each} for each in texts))
    assert len(found["pairs"]) == 45
    assert found["texts"][0]["grams"] == 0
    assert {each["verdict"] for each in found["pairs"]} <= {"short", "unlike"}


async def test_nobody_keeps_the_desk_busy_with_trying(desk: Desk) -> None:
    answers = [
        await desk.http.post(
            "/v1/joining/try", headers=desk.headers(LI), json={"texts": [{"body": "一"}, {"body": "二"}]}
        )
        for _ in range(14)
    ]
    statuses = [each.status_code for each in answers]
    assert statuses[:10] == [200] * 10
    assert 429 in statuses
    assert all(each.headers["retry-after"] for each in answers if each.status_code == 429)


async def test_an_office_without_a_rulebook_is_told_so(desk: Desk) -> None:
    nobody = Staff("zhao", "nowhere", frozenset({"office"}), "赵")
    await desk.attempt({"body": "一"}, {"body": "二"}, who=nobody, status=404)
