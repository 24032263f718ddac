"""Time that stands still, goals that are no deadlines, and rules of other layers, as grading sends them."""

from datetime import timedelta
from typing import Any

from shared.contracts.grading import Also
from shared.ids import new_id
from tests.services.tasks.conftest import START, World
from tests.services.tasks.orders import DUE, advanced, assignment_id, by, owe


async def changes(world: World) -> list[str]:
    return [event.change for event in await world.told()]


async def shown(world: World, task_id: Any) -> dict[str, Any]:
    answer = await world.call("GET", f"/v1/tasks/{task_id}", world.token("li", "office"))
    found: dict[str, Any] = answer.json()
    return found


async def test_a_suspended_task_has_no_clock_and_says_why(world: World) -> None:
    incident = new_id()
    task_id = assignment_id(incident, "report")
    await world.hear("grading", advanced([owe(incident)], [by(incident)]), incident)
    await world.hear("grading", advanced([owe(incident, suspended="不可抗力")], version=2), incident)
    assert await world.rows("SELECT 1 FROM tasks.timers") == []
    world.office.move(days=3)
    await world.tick()
    assert await changes(world) == []
    task = await shown(world, task_id)
    assert (task["suspended"], task["due_at"], task["overdue"], task["state"]) == ("不可抗力", None, False, "open")
    (line,) = (await world.call("GET", "/v1/tasks", world.token("li", "office"))).json()["items"]
    assert line["suspended"] == "不可抗力"


async def test_time_that_runs_again_brings_the_new_deadline_and_its_reminders(world: World) -> None:
    incident = new_id()
    task_id = assignment_id(incident, "report")
    await world.hear("grading", advanced([owe(incident)], [by(incident)]), incident)
    await world.hear("grading", advanced([owe(incident, suspended="不可抗力")], version=2), incident)
    world.office.move(days=3)
    later = DUE + timedelta(days=3)
    await world.hear("grading", advanced([owe(incident)], [by(incident, due_at=later)], version=3), incident)
    assert (await shown(world, task_id))["suspended"] is None
    world.office.move(minutes=30)
    await world.tick()
    world.office.move(minutes=31)
    await world.tick()
    assert await changes(world) == ["reminded", "overdue", "escalated"]


async def test_what_was_late_before_it_stood_still_stays_late(world: World) -> None:
    incident = new_id()
    await world.hear("grading", advanced([owe(incident)], [by(incident)]), incident)
    world.office.move(hours=2)
    await world.tick()
    await world.hear("grading", advanced([owe(incident, suspended="不可抗力")], version=2), incident)
    assert (await shown(world, assignment_id(incident, "report")))["overdue"] is True


async def test_what_is_done_keeps_its_verdict_when_time_stands_still(world: World) -> None:
    incident = new_id()
    task_id = assignment_id(incident, "report")
    await world.hear("grading", advanced([owe(incident, hand_in=[])], [by(incident)]), incident)
    world.office.move(hours=2)
    await world.call("POST", f"/v1/tasks/{task_id}/complete", world.token("li", "office"))
    await world.hear("grading", advanced([owe(incident, suspended="不可抗力")], version=2), incident)
    task = await shown(world, task_id)
    assert (task["state"], task["overdue"]) == ("done", True)


async def test_a_goal_reminds_and_nobody_is_late_for_it(world: World) -> None:
    incident = new_id()
    task_id = assignment_id(incident, "report")
    goal: dict[str, Any] = {"target_at": START + timedelta(hours=24), "remind_at": [START + timedelta(hours=12)]}
    await world.hear("grading", advanced([owe(incident, **goal)]), incident)
    world.office.move(hours=12)
    await world.tick()
    assert await changes(world) == ["reminded"]
    world.office.move(days=5)
    await world.tick()
    assert await changes(world) == ["reminded"]
    task = await shown(world, task_id)
    assert (task["overdue"], task["due_at"], task["clock"]) == (False, None, None)
    assert task["target_at"] == "2026-03-03T01:00:00Z"
    assert await world.rows("SELECT 1 FROM tasks.timers") == []


async def test_the_layers_that_bound_a_task_are_shown(world: World) -> None:
    incident = new_id()
    layer = Also(
        rulebook="state-council-2016", title="政务舆情回应", clause="三", phrase="24小时内", within="24 h", due_at=DUE
    )
    await world.hear("grading", advanced([owe(incident, also=[layer])], [by(incident)]), incident)
    (also,) = (await shown(world, assignment_id(incident, "report")))["also"]
    assert (also["rulebook"], also["clause"], also["due_at"]) == ("state-council-2016", "三", "2026-03-02T02:00:00Z")


async def test_more_time_is_not_asked_for_while_time_stands_still(world: World) -> None:
    incident = new_id()
    rule = {"to": "chief", "request_by": (START + timedelta(days=1)).isoformat(), "clause": "Art. 12"}
    order = owe(incident, extension=rule, suspended="不可抗力")
    await world.hear("grading", advanced([order]), incident)
    ask = {"within": "2 h", "reason": "资料未到"}
    place = f"/v1/tasks/{order.id}/extension-requests"
    refused = await world.call("POST", place, world.token("li", "office"), ask)
    assert refused.status_code == 409
    assert "不可抗力" in refused.json()["detail"]
