"""People at work on tasks, through the HTTP edge."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.directory import AccountChanged, organisation_subject
from tests.services.tasks.conftest import START, World
from tests.services.tasks.orders import make

TEXT = "张三反映的报销问题，处理意见：限期核实。"


@pytest.fixture
async def task(world: World) -> UUID:
    """An open task of the office."""
    return await make(world)


async def test_claim_answers_the_new_state_and_tells_it(world: World, task: UUID) -> None:
    answer = await world.call("POST", f"/v1/tasks/{task}/claim", world.token("li", "office"), {"version": 1})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["state"], body["version"], body["holder"]) == ("claimed", 2, "li")
    (event,) = await world.told()
    assert (event.change, event.state, event.version, event.by, event.at) == ("claimed", "claimed", 2, "li", START)


async def test_two_claiming_at_the_same_moment(world: World, task: UUID) -> None:
    barrier = asyncio.Barrier(2)

    async def claim(login: str) -> Any:
        who = world.token(login, "office")
        await barrier.wait()
        return await world.call("POST", f"/v1/tasks/{task}/claim", who, {"version": 1})

    answers = sorted(await asyncio.gather(claim("li"), claim("wang")), key=lambda each: each.status_code)
    assert [each.status_code for each in answers] == [200, 409]
    winner, problem = answers[0].json()["holder"], answers[1].json()
    assert problem["type"].endswith("conflict")
    assert winner in problem["detail"]
    assert "2026-03-02 09:00" in problem["detail"]
    assert problem["present"]["holder"] == winner
    assert [event.change for event in await world.told()] == ["claimed"]


async def test_claiming_again_changes_nothing(world: World, task: UUID) -> None:
    who = world.token("li", "office")
    first = await world.call("POST", f"/v1/tasks/{task}/claim", who, {"version": 1})
    again = await world.call("POST", f"/v1/tasks/{task}/claim", who, {"version": 1})
    assert again.json() == first.json()
    assert len(await world.told()) == 1


async def test_a_duty_to_claim_is_fulfilled_by_claiming(world: World) -> None:
    task = await make(world, kind="claim", hand_in=[])
    who = world.token("li", "office")
    answer = await world.call("POST", f"/v1/tasks/{task}/claim", who)
    assert answer.json()["state"] == "done"
    assert [(event.change, event.version) for event in await world.told()] == [("claimed", 2), ("done", 3)]
    again = await world.call("POST", f"/v1/tasks/{task}/complete", who, {"hand_in": {}})
    assert (again.status_code, again.json()["version"]) == (200, 3)
    assert await world.rows("SELECT 1 FROM tasks.timers") == []


async def test_the_wrong_post_is_refused(world: World, task: UUID) -> None:
    answer = await world.call("POST", f"/v1/tasks/{task}/claim", world.token("zhao", "department"))
    assert answer.status_code == 403
    assert "局办公室" in answer.json()["detail"]


async def test_another_organisation_sees_nothing(world: World, task: UUID) -> None:
    who = world.token("li", "office", organisation="yichun")
    assert (await world.call("GET", f"/v1/tasks/{task}", who)).status_code == 404
    assert (await world.call("POST", f"/v1/tasks/{task}/claim", who)).status_code == 404
    assert (await world.call("GET", "/v1/tasks", who)).json()["items"] == []


async def test_nobody_without_a_token(world: World, task: UUID) -> None:
    assert (await world.call("POST", f"/v1/tasks/{task}/claim", {})).status_code == 401


async def test_a_stale_version_is_told_the_present_state(world: World, task: UUID) -> None:
    await world.call("POST", f"/v1/tasks/{task}/claim", world.token("li", "office"))
    answer = await world.call(
        "POST", f"/v1/tasks/{task}/return", world.token("li", "office"), {"version": 1, "reason": "休假"}
    )
    assert answer.status_code == 409
    assert answer.json()["present"]["version"] == 2
    assert answer.json()["present"]["state"] == "claimed"


async def test_handing_in_keeps_the_text_here_and_tells_the_names(world: World, task: UUID) -> None:
    who = world.token("li", "office")
    world.office.move(minutes=10)
    answer = await world.call(
        "POST",
        f"/v1/tasks/{task}/complete",
        who,
        {"hand_in": {"处理意见建议": TEXT, "note": "已电话沟通"}, "version": 1},
    )
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["holder"], answer.json()["overdue"]) == ("done", "li", False)
    (event,) = await world.told()
    assert event.hand_in["names"] == ["note", "处理意见建议"]
    (journal,) = await world.rows("SELECT data FROM tasks.journal")
    assert "张三" not in journal["data"]
    shown = (await world.call("GET", f"/v1/tasks/{task}", who)).json()
    assert shown["hand_ins"][0]["content"]["处理意见建议"] == TEXT
    assert shown["hand_ins"][0]["id"] == event.hand_in["id"]


async def test_handing_in_the_same_again_changes_nothing_and_something_else_is_refused(
    world: World, task: UUID
) -> None:
    who = world.token("li", "office")
    body = {"hand_in": {"处理意见建议": TEXT}}
    first = await world.call("POST", f"/v1/tasks/{task}/complete", who, body)
    assert (await world.call("POST", f"/v1/tasks/{task}/complete", who, body)).json() == first.json()
    other = await world.call("POST", f"/v1/tasks/{task}/complete", who, {"hand_in": {"处理意见建议": "别的"}})
    assert other.status_code == 409
    assert len(await world.told()) == 1
    assert len(await world.rows("SELECT 1 FROM tasks.hand_ins")) == 1


@pytest.mark.parametrize(
    ("hand_in", "where"),
    [
        ({}, "处理意见建议"),
        ({"处理意见建议": "  "}, "处理意见建议"),
        ({"处理意见建议": "字" * 20_001}, "处理意见建议"),
        ({"处理意见建议": "好", "别的": "x"}, "hand_in"),
    ],
)
async def test_what_the_duty_demands_must_be_there(
    world: World, task: UUID, hand_in: dict[str, str], where: str
) -> None:
    answer = await world.call("POST", f"/v1/tasks/{task}/complete", world.token("li", "office"), {"hand_in": hand_in})
    assert answer.status_code == 422
    assert where in answer.json()["errors"][0]["where"]
    assert await world.told() == []
    assert await world.rows("SELECT 1 FROM tasks.hand_ins") == []


async def test_handing_in_late_is_accepted_and_stays_late(world: World, task: UUID) -> None:
    world.office.move(hours=1, seconds=1)
    answer = await world.call(
        "POST", f"/v1/tasks/{task}/complete", world.token("li", "office"), {"hand_in": {"处理意见建议": TEXT}}
    )
    assert (answer.json()["state"], answer.json()["overdue"]) == ("done", True)
    await world.tick()
    assert [(event.change, event.overdue) for event in await world.told()] == [("done", True)]


async def test_only_the_holder_hands_in(world: World, task: UUID) -> None:
    await world.call("POST", f"/v1/tasks/{task}/claim", world.token("li", "office"))
    answer = await world.call(
        "POST", f"/v1/tasks/{task}/complete", world.token("wang", "office"), {"hand_in": {"处理意见建议": TEXT}}
    )
    assert (answer.status_code, answer.json()["holder"]) == (403, "li")


async def test_returning_gives_it_back_to_the_board(world: World, task: UUID) -> None:
    await world.call("POST", f"/v1/tasks/{task}/claim", world.token("li", "office"))
    other = await world.call("POST", f"/v1/tasks/{task}/return", world.token("wang", "office"), {"reason": "不归我"})
    assert other.status_code == 403
    answer = await world.call("POST", f"/v1/tasks/{task}/return", world.token("li", "office"), {"reason": "休假"})
    assert (answer.json()["state"], answer.json()["holder"], answer.json()["reason"]) == ("open", None, "休假")
    assert (await world.call("POST", f"/v1/tasks/{task}/claim", world.token("wang", "office"))).status_code == 200
    assert [event.change for event in await world.told()] == ["claimed", "returned", "claimed"]


async def hire(world: World, login: str, *roles: str, state: Any = "active", organisation: str = "anhui") -> None:
    account = AccountChanged(login=login, display_name=f"{login} 同志", roles=list(roles), state=state)
    await world.hear("directory", account, organisation_subject(organisation), organisation)


async def test_designating_by_whom_it_goes_up_to(world: World, task: UUID) -> None:
    await hire(world, "sun", "department")
    await hire(world, "gone", "office", state="disabled")
    await hire(world, "stranger", "office", organisation="yichun")
    path, reason = f"/v1/tasks/{task}/designate", "逾期未认领"
    for nobody in ("gone", "stranger", "unknown"):
        answer = await world.call("POST", path, world.token("liu", "deputy"), {"login": nobody, "reason": reason})
        assert answer.status_code == 422
    refused = await world.call("POST", path, world.token("zhao", "department"), {"login": "sun", "reason": reason})
    assert refused.status_code == 403
    answer = await world.call("POST", path, world.token("liu", "deputy"), {"login": "sun", "reason": reason})
    assert (answer.json()["state"], answer.json()["holder"]) == ("claimed", "sun")
    shown = (await world.call("GET", f"/v1/tasks/{task}", world.token("liu", "deputy"))).json()
    assert shown["holder_name"] == "sun 同志"
    # who was designated may do it without the post
    done = await world.call(
        "POST", f"/v1/tasks/{task}/complete", world.token("sun", "department"), {"hand_in": {"处理意见建议": TEXT}}
    )
    assert done.json()["state"] == "done"


async def test_publishing_does_its_own(world: World) -> None:
    task = await make(world, desk="publishing")
    for verb in ("claim", "complete"):
        answer = await world.call("POST", f"/v1/tasks/{task}/{verb}", world.token("li", "office"))
        assert answer.status_code == 409


async def test_a_grade_is_approved_in_grading(world: World) -> None:
    task = await make(world, kind="approve_grade", hand_in=[])
    answer = await world.call("POST", f"/v1/tasks/{task}/complete", world.token("li", "office"))
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("claim", {"version": "x"}),
        ("claim", {"version": 2**40}),
        ("claim", {"unknown": 1}),
        ("claim", []),
        ("return", {}),
        ("return", {"reason": "  "}),
        ("return", {"reason": "x" * 2001}),
        ("return", {"reason": "a\u0000b"}),
        ("designate", {"login": "", "reason": "x"}),
        ("designate", {"login": "a\nb", "reason": "x"}),
        ("complete", {"hand_in": {"处理意见建议": 5}}),
        ("complete", {"hand_in": {"处理意见建议": "a\u0000b"}}),
        ("extension-requests", {"reason": "x", "within": "soon"}),
        ("extension-requests", {"reason": "x", "until": "0001-01-01T00:00:00+08:00"}),
        ("extension-requests", {"reason": "x", "until": "2026-03-09T00:00:00"}),
    ],
)
async def test_bad_input_gets_a_clear_answer(world: World, task: UUID, verb: str, body: Any) -> None:
    answer = await world.call("POST", f"/v1/tasks/{task}/{verb}", world.token("li", "office"), body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"]
    assert await world.told() == []


async def test_emoji_and_rare_characters_are_kept(world: World, task: UUID) -> None:
    text = "𠮷野家😀 \u200fالعربية"
    who = world.token("li", "office")
    await world.call("POST", f"/v1/tasks/{task}/complete", who, {"hand_in": {"处理意见建议": text}})
    shown = (await world.call("GET", f"/v1/tasks/{task}", who)).json()
    assert shown["hand_ins"][0]["content"]["处理意见建议"] == text
