"""Grading's decisions become rows and clocks, once, whatever is told again."""

from datetime import timedelta
from typing import Any

from shared.contracts.grading import Discharged, Withdrawn
from shared.ids import new_id
from tests.services.tasks.conftest import START, World
from tests.services.tasks.orders import DUE, advanced, assignment_id, by, owe


async def row(world: World, task_id: Any) -> dict[str, Any]:
    (found,) = await world.rows("SELECT * FROM tasks.tasks WHERE id = $1", task_id)
    return found


async def test_a_decision_becomes_a_task_and_a_clock(world: World) -> None:
    incident = new_id()
    await world.hear("grading", advanced([owe(incident)], [by(incident)]), incident)
    (item,) = (await world.call("GET", "/v1/tasks", world.token("li", "office"))).json()["items"]
    assert item["title"] == "某市医保报销问题"
    assert (item["state"], item["owner"], item["clause"], item["version"]) == ("open", "office", "Art. 8", 1)
    assert item["due_at"] == DUE.isoformat().replace("+00:00", "Z")
    (clock,) = await world.rows("SELECT subject, fire_at FROM tasks.timers")
    assert clock == {"subject": incident, "fire_at": DUE - timedelta(minutes=30)}


async def test_the_birth_of_a_task_is_not_told(world: World) -> None:
    incident = new_id()
    await world.hear("grading", advanced([owe(incident)], [by(incident)]), incident)
    assert await world.told() == []


async def test_the_same_decision_again_changes_nothing(world: World) -> None:
    incident = new_id()
    decision = advanced([owe(incident)], [by(incident)])
    await world.hear("grading", decision, incident)
    await world.hear(
        "grading",
        advanced(withdrawn=[Withdrawn(assignment_id=assignment_id(incident, "report"), reason="定级不同")], version=2),
        incident,
    )
    before = await row(world, assignment_id(incident, "report"))
    await world.hear("grading", decision, incident)
    assert await row(world, assignment_id(incident, "report")) == before
    assert await world.rows("SELECT 1 FROM tasks.timers") == []


async def test_many_incidents_in_one_batch(world: World) -> None:
    incidents = [new_id() for _ in range(100)]
    keys = [f"duty{number}" for number in range(8)]
    await world.hear_all(
        "grading",
        [(advanced([owe(i, key) for key in keys], [by(i, key) for key in keys]), i) for i in incidents],
    )
    assert (await world.rows("SELECT count(*) AS n FROM tasks.tasks"))[0]["n"] == 800
    assert (await world.rows("SELECT count(*) AS n FROM tasks.timers"))[0]["n"] == 800


async def test_a_later_order_replaces_name_deadline_and_presumption(world: World) -> None:
    incident = new_id()
    await world.hear("grading", advanced([owe(incident, presumed=True)], [by(incident)]), incident)
    later = advanced([owe(incident, name="新名")], [by(incident, due_at=DUE + timedelta(hours=3))], version=2)
    await world.hear("grading", later, incident)
    task = await row(world, assignment_id(incident, "report"))
    assert (task["name"], task["presumed"], task["due_at"], task["version"]) == (
        "新名",
        False,
        DUE + timedelta(hours=3),
        2,
    )
    (clock,) = await world.rows("SELECT fire_at FROM tasks.timers")
    assert clock["fire_at"] == DUE + timedelta(hours=2, minutes=30)


async def test_a_deadline_alone_moves_the_clock(world: World) -> None:
    incident = new_id()
    await world.hear("grading", advanced([owe(incident)], [by(incident)]), incident)
    await world.hear(
        "grading", advanced(deadlines=[by(incident, due_at=DUE + timedelta(hours=3))], version=2), incident
    )
    task = await row(world, assignment_id(incident, "report"))
    assert (task["name"], task["due_at"]) == ("报告并提出处理意见建议", DUE + timedelta(hours=3))


async def test_an_assignment_that_comes_without_a_deadline_has_none_any_longer(world: World) -> None:
    incident = new_id()
    await world.hear("grading", advanced([owe(incident)], [by(incident)]), incident)
    await world.hear("grading", advanced([owe(incident, name="新名")], version=2), incident)
    task = await row(world, assignment_id(incident, "report"))
    assert (task["name"], task["due_at"], task["clock"], task["overdue"]) == ("新名", None, None, False)
    world.office.move(hours=5)
    await world.tick()
    assert await world.told() == []


async def test_withdrawn_ends_with_its_reason_and_a_new_order_opens_it_again(world: World) -> None:
    incident = new_id()
    task_id = assignment_id(incident, "report")
    await world.hear("grading", advanced([owe(incident)], [by(incident)]), incident)
    await world.call("POST", f"/v1/tasks/{task_id}/claim", world.token("li", "office"))
    gone = advanced(withdrawn=[Withdrawn(assignment_id=task_id, reason="定为一般")], version=2)
    await world.hear("grading", gone, incident)
    task = await row(world, task_id)
    assert (task["state"], task["reason"], task["holder"]) == ("withdrawn", "定为一般", "li")
    assert await world.rows("SELECT 1 FROM tasks.timers") == []
    await world.hear("grading", advanced([owe(incident)], [by(incident)], version=3), incident)
    task = await row(world, task_id)
    assert (task["state"], task["reason"], task["holder"], task["held_at"]) == ("open", None, None, None)
    assert len(await world.rows("SELECT 1 FROM tasks.timers")) == 1


async def test_what_is_done_stays_done_and_is_judged_by_the_present_deadline(world: World) -> None:
    incident = new_id()
    task_id = assignment_id(incident, "report")
    await world.hear("grading", advanced([owe(incident, hand_in=[])], [by(incident)]), incident)
    world.office.move(minutes=50)
    await world.call("POST", f"/v1/tasks/{task_id}/complete", world.token("li", "office"))
    gone = advanced(withdrawn=[Withdrawn(assignment_id=task_id, reason="定为一般")], version=2)
    await world.hear("grading", gone, incident)
    assert (await row(world, task_id))["state"] == "done"
    earlier = advanced([owe(incident)], [by(incident, due_at=START + timedelta(minutes=40))], version=3)
    await world.hear("grading", earlier, incident)
    task = await row(world, task_id)
    assert (task["state"], task["overdue"]) == ("done", True)
    await world.tick()
    assert [event.change for event in await world.told()] == ["done"]
    assert await world.rows("SELECT 1 FROM tasks.timers") == []


async def test_what_grading_discharges_is_done_in_time_or_not(world: World) -> None:
    incident = new_id()
    await world.hear(
        "grading", advanced([owe(incident, "a"), owe(incident, "b")], [by(incident, "a"), by(incident, "b")]), incident
    )
    done = [
        Discharged(assignment_id=assignment_id(incident, "a"), at=DUE, by="wang"),
        Discharged(assignment_id=assignment_id(incident, "b"), at=DUE + timedelta(seconds=1), by="wang"),
    ]
    await world.hear("grading", advanced(discharged=done, version=2), incident)
    first, second = [await row(world, assignment_id(incident, key)) for key in "ab"]
    assert (first["state"], first["holder"], first["overdue"]) == ("done", "wang", False)
    assert second["overdue"] is True
    assert await world.rows("SELECT 1 FROM tasks.timers") == []


async def test_handing_in_what_grading_has_ended_is_refused(world: World) -> None:
    incident = new_id()
    task_id = assignment_id(incident, "report")
    await world.hear("grading", advanced([owe(incident, hand_in=[])], [by(incident)]), incident)
    li = world.token("li", "office")
    assert (await world.call("POST", f"/v1/tasks/{task_id}/claim", li)).status_code == 200
    done = [Discharged(assignment_id=task_id, at=START, by="li")]
    await world.hear("grading", advanced(discharged=done, version=2), incident)
    assert (await world.call("POST", f"/v1/tasks/{task_id}/complete", li, {"hand_in": {}})).status_code == 409


async def test_issued_and_discharged_in_one_decision(world: World) -> None:
    incident = new_id()
    done = [Discharged(assignment_id=assignment_id(incident, "report"), at=START, by="wang")]
    await world.hear("grading", advanced([owe(incident)], [by(incident)], discharged=done), incident)
    assert (await row(world, assignment_id(incident, "report")))["state"] == "done"
    assert await world.rows("SELECT 1 FROM tasks.timers") == []


async def test_a_deadline_that_moves_ahead_takes_the_verdict_back(world: World) -> None:
    incident = new_id()
    task_id = assignment_id(incident, "report")
    await world.hear("grading", advanced([owe(incident)], [by(incident)]), incident)
    world.office.move(minutes=61)
    await world.tick()
    assert (await row(world, task_id))["overdue"] is True
    await world.hear(
        "grading", advanced([owe(incident)], [by(incident, due_at=DUE + timedelta(days=1))], version=2), incident
    )
    task = await row(world, task_id)
    assert (task["overdue"], task["escalated"]) == (False, 0)
    world.office.move(days=1, minutes=1)
    await world.tick()
    assert [event.change for event in await world.told()] == ["overdue", "escalated", "overdue", "escalated"]
