"""The read model: every producer's events, in any order of producers, and what the overview makes of them."""

import asyncio
from typing import Any

import pytest

from shared.contracts.envelope import Payload
from shared.contracts.grading import Discharged, Grade, ProcedureAdvanced, RulebookActivated, Withdrawn
from shared.contracts.intake import IncidentChanged, Spread
from shared.contracts.tasks import TaskChanged
from shared.ids import new_id
from tests.services.console.said import DUTY, INCIDENT, advanced, answer, deadline, order, reported, task
from tests.services.console.world import START, World


async def overview(world: World, login: str = "anhui.office") -> dict[str, Any]:
    response = await world.http.get("/v1/overview", headers=await world.sign_in(login))
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


SAID: list[tuple[str, list[Payload]]] = [
    (
        "intake",
        [
            reported(),
            IncidentChanged(change="spread", reports=2, spread=Spread(reads=900)),
        ],
    ),
    (
        "grading",
        [
            advanced(1, assignments=[order(), order(DUTY, "公开回应", desk="publishing")], deadlines=[deadline()]),
            advanced(
                2,
                deadlines=[deadline(minutes=90, provisional=True), deadline(DUTY, 1440)],
                grade=Grade(level="general", state="approved", proposal="major").model_dump(),
            ),
        ],
    ),
    (
        "tasks",
        [task("claimed", "claimed", 1, holder="wang"), task("overdue", "claimed", 2, holder="wang", overdue=True)],
    ),
    (
        "publishing",
        [
            answer("submitted", "in_review", 2, title="关于路灯", steps=2),
            answer("released", "released", 5, steps=2, step=2, url="https://weibo.com/1/x", public_text="已修"),
        ],
    ),
]


@pytest.mark.parametrize("order_of_producers", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 3, 0, 1), (1, 3, 0, 2)])
async def test_the_order_of_producers_does_not_matter(world: World, order_of_producers: tuple[int, ...]) -> None:
    await world.furnish()
    await world.settle()
    for index in order_of_producers:
        producer, payloads = SAID[index]
        await world.hear(producer, *((payload, INCIDENT) for payload in payloads))
    shown = await overview(world)
    assert shown["name"] == "anhui 局"
    assert shown["counts"] == {"incidents": 1, "open_tasks": 1, "overdue": 1}
    incident = shown["incidents"][0]
    assert (incident["title"], incident["reports"], incident["reads"]) == ("路灯不亮", 2, 900)
    assert (incident["level"], incident["proposal"], incident["open_tasks"]) == ("general", "major", 1)
    listed = shown["tasks"][0]
    assert (listed["name"], listed["holder"], listed["state"]) == ("一小时内报告", "wang", "claimed")
    assert (listed["overdue"], listed["provisional"], listed["clause"]) == (True, True, "第五条")
    assert listed["seconds_left"] == 90 * 60
    assert [(a["state"], a["title"], a["url"]) for a in shown["answers"]] == [
        ("released", "关于路灯", "https://weibo.com/1/x")
    ]


async def test_tasks_come_by_time_left_and_go_when_they_end(world: World) -> None:
    await world.furnish()
    ids = [new_id() for _ in range(6)]
    orders = [order(each, f"任务{n}") for n, each in enumerate(ids)]
    deadlines = [deadline(ids[0], 300), deadline(ids[1], 30), deadline(ids[2], 60), deadline(ids[3], 90)]
    await world.hear("grading", (advanced(1, assignments=orders, deadlines=deadlines), INCIDENT))

    async def names() -> list[str]:
        return [each["name"] for each in (await overview(world))["tasks"]]

    assert (await names())[:4] == ["任务1", "任务2", "任务3", "任务0"]
    await world.hear("tasks", (task("done", "done", 1, ids[1]), INCIDENT))
    ended = advanced(
        2,
        withdrawn=[Withdrawn(assignment_id=ids[2], reason="x")],
        discharged=[Discharged(assignment_id=ids[3], at=START, by="zhao")],
    )
    await world.hear("grading", (ended, INCIDENT))
    assert (await names())[:1] == ["任务0"]
    assert len(await names()) == 3
    await world.hear("grading", (advanced(3, assignments=[orders[2]], deadlines=[deadlines[2]]), INCIDENT))
    await world.hear("tasks", (task("returned", "open", 2, ids[1]), INCIDENT))
    assert (await names())[:3] == ["任务1", "任务2", "任务0"]
    world.office.move(minutes=31)
    first = (await overview(world))["tasks"][0]
    assert (first["seconds_left"], first["urgency"]) == (-60, "late")


async def test_events_heard_again_and_older_versions_change_nothing(world: World) -> None:
    await world.furnish()
    await world.hear("grading", (advanced(1, assignments=[order()]), INCIDENT))
    await world.hear("tasks", (task("done", "done", 4), INCIDENT), (task("claimed", "claimed", 3), INCIDENT))
    assert (await overview(world))["tasks"] == []


async def test_an_overdue_duty_of_publishing_is_shown(world: World) -> None:
    await world.furnish()
    late = answer("overdue", None, 0, answer_id=None)
    await world.hear("publishing", (late, INCIDENT))
    await world.hear("grading", (advanced(1, assignments=[order(DUTY, desk="publishing")]), INCIDENT))
    shown = await overview(world)
    assert (shown["counts"]["overdue"], shown["tasks"][0]["overdue"], shown["answers"]) == (1, True, [])


async def test_merged_and_split_incidents(world: World) -> None:
    await world.furnish()
    other, split = new_id(), new_id()
    await world.hear(
        "intake",
        (reported("甲"), other),
        (IncidentChanged(change="absorbed", reports=0, spread=Spread(), other=INCIDENT), other),
        (IncidentChanged(change="split", reports=1, spread=Spread(), other=INCIDENT), split),
    )
    await world.hear("grading", (advanced(1, title="分出的事"), split))
    shown = {each["incident_id"]: each for each in (await overview(world))["incidents"]}
    assert shown[str(other)]["merged_into"] == str(INCIDENT)
    assert shown[str(split)]["title"] == "分出的事"
    await world.hear("intake", (IncidentChanged(change="restored", reports=1, spread=Spread(), other=INCIDENT), other))
    shown = {each["incident_id"]: each for each in (await overview(world))["incidents"]}
    assert shown[str(other)]["merged_into"] is None


async def test_rulebooks_name_levels(world: World) -> None:
    await world.furnish()
    said = RulebookActivated(
        rulebook="x",
        rulebook_hash="h",
        version="1",
        title="处置办法",
        roles={"office": "办公室"},
        levels={"general": "一般"},
        slices={},
    )
    await world.hear("grading", (said, new_id()))
    shown = await overview(world)
    assert (shown["rulebook"], shown["levels"]) == ("处置办法", {"general": "一般"})


async def test_organisations_see_only_their_own(world: World) -> None:
    await world.furnish()
    await world.settle()
    await world.hear("intake", (reported(), INCIDENT))
    await world.hear("grading", (advanced(1, assignments=[order()], deadlines=[deadline()]), INCIDENT))
    foreign = await overview(world, "yichun.office")
    assert (foreign["incidents"], foreign["tasks"], foreign["counts"]["open_tasks"]) == ([], [], 0)
    assert (await world.http.get("/v1/overview")).status_code == 401


async def test_a_batch_of_many_incidents_is_one_call_a_table(world: World) -> None:
    await world.furnish()
    incidents = [new_id() for _ in range(100)]
    await world.hear("intake", *((reported(str(n)), each) for n, each in enumerate(incidents)))
    said = [
        (advanced(1, assignments=[order(new_id(), f"{n}") for n in range(8)], deadlines=[]), each) for each in incidents
    ]
    await world.hear("grading", *said)
    shown = await overview(world)
    assert shown["counts"] == {"incidents": 100, "open_tasks": 800, "overdue": 0}
    assert len(shown["incidents"]) == len(shown["tasks"]) == 50


async def test_two_writers_of_the_same_rows_do_not_deadlock(world: World) -> None:
    """Two producers' events of the same assignments, applied at once on two connections, as two replicas would."""
    incidents = [new_id() for _ in range(30)]
    tasks = [new_id() for _ in incidents]
    handlers = {row.payload: row.handler for rows in world.wiring.subscriptions.values() for row in rows}

    async def grade() -> None:
        handler = handlers[ProcedureAdvanced]
        assert handler is not None
        pairs = zip(incidents, tasks, strict=True)
        events = [world.event(advanced(1, assignments=[order(each)]), incident) for incident, each in pairs]
        async with world.db.transaction() as tx:
            await handler(tx, events)

    async def work() -> None:
        handler = handlers[TaskChanged]
        assert handler is not None
        pairs = reversed(list(zip(incidents, tasks, strict=True)))
        events = [world.event(task("claimed", "claimed", 1, each), incident) for incident, each in pairs]
        async with world.db.transaction() as tx:
            await handler(tx, events)

    await asyncio.gather(grade(), work())
    rows = await world.rows("SELECT count(*) AS n FROM console.assignments WHERE name <> '' AND task_state = 'claimed'")
    assert rows == [{"n": 30}]
