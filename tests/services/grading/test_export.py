"""Past incidents leave without free text and without who did what, and a backtest can read them."""

from pathlib import Path
from uuid import UUID

import httpx
import orjson
import pytest

from services.grading.domain.exporting import KEPT, exported
from services.grading.entry.cli import main
from services.grading.entry.cli.export import pages
from services.grading.rulebook import Fact, load_rulebook
from services.grading.rulebook.engine.facts import KINDS
from services.grading.rulebook.trying.replay import read_incident
from shared.auth import Staff
from tests.services.grading.world import MONDAY, World

SECRET = "张三,电话13800000000"
HERE = UUID(int=7)


def client(world: World, *roles: str, organisation: str = "xuancheng") -> httpx.AsyncClient:
    member = Staff(f"{organisation}.{roles[0]}", organisation, frozenset(roles), "某同志")
    headers = {"Authorization": f"Bearer {world.tokens.issue(member)}"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(world.app), base_url="http://grading", headers=headers)


async def lines(http: httpx.AsyncClient, **query: str | int) -> list[dict[str, object]]:
    answer = await http.get("/v1/procedures/export", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [orjson.loads(line) for line in answer.text.splitlines()]


async def test_pages_follow_each_other_to_the_end(world: World) -> None:
    ids = [str(each) for each in await world.report(count=5)]
    async with client(world, "auditor") as http:
        first = await lines(http, limit=3)
        rest = await lines(http, limit=3, after=str(first[-1]["id"]))
        assert [each["id"] for each in first + rest] == ids
        assert await lines(http, limit=3, after=str(rest[-1]["id"])) == []


async def test_only_administrators_and_auditors_and_only_their_own(world: World) -> None:
    await world.report()
    await world.found("yichun", "yichun-market-regulation-2020")
    for role, status in (("department", 403), ("admin", 200), ("auditor", 200)):
        async with client(world, role) as http:
            assert (await http.get("/v1/procedures/export")).status_code == status
    async with client(world, "admin", organisation="yichun") as http:
        assert await lines(http) == []


async def test_what_people_wrote_stays_here(world: World) -> None:
    (incident,) = await world.report()
    await world.claim(incident)
    path = f"/v1/incidents/{incident}"
    await world.call("POST", f"{path}/flags", "department", json={"flag": "legacy_issue", "reason": SECRET})
    await world.call("POST", f"{path}/instructions", "information_office", json={"text": SECRET})
    await world.call(
        "POST", f"/v1/gradings/{incident}/approve", "information_office", json={"level": "general", "reason": SECRET}
    )
    async with client(world, "admin") as http:
        (line,) = await lines(http)
    text = orjson.dumps(line).decode()
    assert "张三" not in text
    assert "xuancheng.department" not in text
    assert "窗口办理缓慢" not in text
    told = {fact["kind"]: fact["data"] for fact in line["facts"]}  # type: ignore[attr-defined] # JSON
    assert told["flag"] == {"name": "legacy_issue", "on": True}
    assert told["done"] == {"order": "claim"}
    assert told["graded"]["level"] == "general"


async def test_a_backtest_reads_what_was_exported(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = await world.report(count=3)
    await world.claim(*ids)
    async with client(world, "admin") as http:
        text = (await http.get("/v1/procedures/export")).text
    assert read_incident(text.splitlines()[0]).rulebook_hash == load_rulebook("xuancheng-2015").hash
    file = tmp_path / "incidents.jsonl"
    file.write_text(text, encoding="utf-8")
    assert main(["rulebook", "backtest", "xuancheng-2015", "--incidents", str(file)]) == 0
    out = capsys.readouterr().out
    assert "舆情 3 件,其中结果不同的 0 件" in out
    assert "--against" not in out  # the version is the one they were handled under


def test_every_kind_of_fact_has_its_list() -> None:
    assert KEPT.keys() == KINDS


def test_answers_that_the_rulebook_spells_out_are_kept_and_others_are_not() -> None:
    book = load_rulebook("yichun-market-regulation-2020")
    given = {"是否回应": "是", "理由": SECRET}
    inner = {
        "id": "2",
        "kind": "flag",
        "at": MONDAY.isoformat(),
        "data": {"name": "urgent", "on": True, "reason": SECRET},
    }
    facts = [
        Fact("1", "done", MONDAY, {"order": "decide_response", "by": SECRET, "hand_in": given}),
        Fact("3", "merged", MONDAY, {"incident": "other", "facts": [inner]}),
    ]
    done, merged = exported(HERE, book, facts)["facts"]
    assert done["data"] == {"order": "decide_response", "hand_in": {"是否回应": "是"}}
    assert merged["data"]["facts"][0]["data"] == {"name": "urgent", "on": True}
    undecided = Fact("1", "done", MONDAY, {"order": "decide_response", "hand_in": {"是否回应": SECRET}})
    assert exported(HERE, book, [undecided])["facts"][0]["data"] == {"order": "decide_response"}


def answering(*bodies: tuple[int, str]) -> httpx.Client:
    """A product that answers with these, one after another."""
    left = list(bodies)

    def answer(request: httpx.Request) -> httpx.Response:
        status, body = left.pop(0)
        return httpx.Response(status, text=body)

    return httpx.Client(transport=httpx.MockTransport(answer), base_url="http://grading")


def test_the_command_reads_page_after_page() -> None:
    first, second = '{"id":"a"}\n{"id":"b"}\n', '{"id":"c"}\n'
    assert list(pages(answering((200, first), (200, second), (200, "")), None, 2)) == [first, second]


def test_the_command_says_where_it_broke_off(capsys: pytest.CaptureFixture[str]) -> None:
    with (
        answering((200, '{"id":"a"}\n'), (401, '{"detail": "expired"}')) as http,
        pytest.raises(ValueError, match="401 expired; go on with --after a"),
    ):
        list(pages(http, None, 1))
    assert main(["rulebook", "export-incidents", "--url", "http://127.0.0.1:1", "--token", "t"]) == 2
    assert "http://127.0.0.1:1" in capsys.readouterr().err
