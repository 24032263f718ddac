"""Clocks, by moving the office's."""

from datetime import timedelta

import pytest

from shared.ids import new_id
from tests.services.tasks.conftest import START, World
from tests.services.tasks.orders import DUE, advanced, assignment_id, by, owe


async def changes(world: World) -> list[tuple[str, str | None]]:
    return [(event.change, event.role) for event in await world.told()]


async def test_reminds_then_marks_overdue_then_goes_up_the_chain(world: World) -> None:
    incident = new_id()
    await world.hear("grading", advanced([owe(incident)], [by(incident)]), incident)
    assert await world.tick() == 0
    world.office.move(minutes=30)
    await world.tick()
    assert await changes(world) == [("reminded", "office")]
    world.office.move(minutes=30)
    await world.tick()
    assert await changes(world) == [("reminded", "office")]  # at the due moment itself it is not late
    world.office.move(microseconds=1)
    await world.tick()
    assert await changes(world) == [("reminded", "office"), ("overdue", "office"), ("escalated", "deputy")]
    world.office.move(hours=1)
    await world.tick()
    assert (await changes(world))[3:] == [("escalated", "chief")]
    assert await world.rows("SELECT 1 FROM tasks.timers") == []
    told = await world.told()
    assert [event.version for event in told] == [2, 3, 4, 5]
    assert {event.by for event in told} == {"timer"}
    assert [event.overdue for event in told] == [False, True, True, True]


async def test_what_arrives_past_due_fires_at_once_and_missed_reminders_collapse(world: World) -> None:
    incident = new_id()
    late = by(
        incident,
        remind_at=[START - timedelta(hours=n) for n in (2, 3, 4)],
        due_at=START - timedelta(hours=1),
        escalate=[],
    )
    await world.hear("grading", advanced([owe(incident)], [late]), incident)
    await world.tick()
    assert await changes(world) == [("overdue", "office")]


async def test_missed_reminders_before_the_due_moment_are_one(world: World) -> None:
    incident = new_id()
    soon = by(incident, remind_at=[START - timedelta(hours=n) for n in (2, 3, 4)])
    await world.hear("grading", advanced([owe(incident)], [soon]), incident)
    await world.tick()
    assert await changes(world) == [("reminded", "office")]


async def test_a_task_done_in_time_fires_nothing_more(world: World) -> None:
    incident = new_id()
    await world.hear("grading", advanced([owe(incident, hand_in=[])], [by(incident)]), incident)
    await world.call("POST", f"/v1/tasks/{assignment_id(incident, 'report')}/complete", world.token("li", "office"))
    world.office.move(days=2)
    assert await world.tick() == 0


async def test_a_confirmed_order_does_not_remind_again(world: World) -> None:
    incident = new_id()
    await world.hear("grading", advanced([owe(incident, presumed=True)], [by(incident)]), incident)
    world.office.move(minutes=31)
    await world.tick()
    await world.hear("grading", advanced([owe(incident)], [by(incident)], version=2), incident)
    await world.tick()
    assert await changes(world) == [("reminded", "office")]
    (clock,) = await world.rows("SELECT fire_at FROM tasks.timers")
    assert clock["fire_at"] == DUE + timedelta(microseconds=1)


async def test_publishing_holds_its_own_clock_and_tasks_the_escalation(world: World) -> None:
    incident = new_id()
    order = owe(incident, "first_release", desk="publishing", kind="respond")
    await world.hear("grading", advanced([order], [by(incident, "first_release", holder="publishing")]), incident)
    world.office.move(hours=3)
    await world.tick()
    assert await changes(world) == [("escalated", "deputy"), ("escalated", "chief")]


@pytest.mark.parametrize("count", [1500])
async def test_many_clocks_fire_once_each(world: World, count: int) -> None:
    incidents = [new_id() for _ in range(count // 3)]
    keys = ["a", "b", "c"]
    said = [(advanced([owe(i, k) for k in keys], [by(i, k, escalate=[]) for k in keys]), i) for i in incidents]
    for start in range(0, len(said), 100):
        await world.hear_all("grading", said[start : start + 100])
    world.office.move(hours=2)
    assert await world.tick() == count
    assert await world.tick() == 0
    told = await world.told()
    assert len(told) == len({event.assignment_id for event in told}) == count
    assert {event.change for event in told} == {"overdue"}
