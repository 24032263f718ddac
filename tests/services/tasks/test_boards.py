"""Boards: order, pages, filters."""

from datetime import timedelta
from typing import Any

import pytest

from shared.ids import new_id
from tests.services.tasks.conftest import START, World
from tests.services.tasks.orders import DUE, advanced, assignment_id, by, owe

LI = ("li", "office")


async def keys(world: World, **query: Any) -> list[str]:
    answer = await world.call("GET", "/v1/tasks", world.token(*LI), **query)
    assert answer.status_code == 200, answer.text
    return [item["key"] for item in answer.json()["items"]]


async def fill(world: World) -> Any:
    """a due last, b first, c without a deadline, d of the department."""
    incident = new_id()
    orders = [owe(incident, "a"), owe(incident, "b"), owe(incident, "c"), owe(incident, "d", owner="department")]
    deadlines = [by(incident, key, due_at=DUE + timedelta(hours=h)) for key, h in (("a", 5), ("b", 0), ("d", 1))]
    await world.hear("grading", advanced(orders, deadlines), incident)
    return incident


async def test_by_due_moment_those_without_one_last(world: World) -> None:
    await fill(world)
    assert await keys(world) == ["b", "d", "a", "c"]


async def test_pages_meet_without_gap_or_repeat(world: World) -> None:
    said = []
    for _ in range(5):
        incident = new_id()
        names = [f"k{n}" for n in range(5)]
        said.append((advanced([owe(incident, k) for k in names], [by(incident, k) for k in names[:3]]), incident))
    await world.hear_all("grading", said)
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = (await world.call("GET", "/v1/tasks", world.token(*LI), limit=4, **after)).json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert len(seen) == len(set(seen)) == 25
    whole = (await world.call("GET", "/v1/tasks", world.token(*LI), limit=200)).json()["items"]
    assert [item["id"] for item in whole] == seen


async def test_filters(world: World) -> None:
    incident = await fill(world)
    await fill(world)
    await world.call("POST", f"/v1/tasks/{assignment_id(incident, 'b')}/claim", world.token(*LI))
    assert await keys(world, owner="department") == ["d", "d"]
    assert await keys(world, incident_id=str(incident)) == ["b", "d", "a", "c"]
    assert await keys(world, incident_id=str(incident), state="claimed") == ["b"]
    assert await keys(world, state=["open", "claimed"], incident_id=str(incident)) == ["b", "d", "a", "c"]
    assert await keys(world, mine="true") == ["b"]
    assert await keys(world, due_before=(DUE + timedelta(hours=1)).isoformat()) == ["b", "b"]
    assert await keys(world, state="done") == []
    assert await keys(world, overdue="true") == []
    world.office.move(hours=3)
    await world.tick()
    assert await keys(world, overdue="true") == ["b", "b", "d", "d"]
    assert await keys(world, overdue="false", incident_id=str(incident)) == ["a", "c"]


@pytest.mark.parametrize(
    "query",
    [
        {"state": "lost"},
        {"owner": "\x00"},
        {"owner": ""},
        {"incident_id": "x"},
        {"due_before": "yesterday"},
        {"due_before": "0001-01-01T00:00:00+08:00"},
        {"due_before": "2026-03-02T09:00:00"},
        {"limit": 0},
        {"limit": 201},
        {"after": "nonsense"},
        {"after": "MDAwMS0wMS0wMVQwMDowMDowMCswODowMHww"},
        {"after": "MDAwMS0wMS0wMVQwMDowMDowMCswODowMHwwMTlhMDAwMDAwMDA3MDAwODAwMDAwMDAwMDAwMDAwMA"},
    ],
)
async def test_bad_queries_get_a_clear_answer(world: World, query: dict[str, Any]) -> None:
    answer = await world.call("GET", "/v1/tasks", world.token(*LI), **query)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_task_in_full(world: World) -> None:
    incident = await fill(world)
    shown = (await world.call("GET", f"/v1/tasks/{assignment_id(incident, 'b')}", world.token(*LI))).json()
    assert (shown["phrase"], shown["hand_in"], shown["to"]) == ("1小时内", ["处理意见建议"], ["chief"])
    assert shown["clock"]["anchor"] == "discovered"
    assert shown["clock"]["anchor_at"] == START.isoformat().replace("+00:00", "Z")
    assert [step["role"] for step in shown["clock"]["escalate"]] == ["deputy", "chief"]
    assert (await world.call("GET", f"/v1/tasks/{new_id()}", world.token(*LI))).status_code == 404
    assert (await world.call("GET", "/v1/tasks/nonsense", world.token(*LI))).status_code == 422
