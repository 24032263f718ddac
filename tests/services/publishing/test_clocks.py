"""The clocks of duties to the public, against the real timers."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.publishing import AnswerChanged
from tests.services.publishing.world import DUTY, T0, World, first_release


async def spoken(world: World) -> list[tuple[str, Any]]:
    """Changes told, with their office hours since the beginning."""
    return [(each.change, (each.at - T0) / timedelta(hours=1)) for each in await world.told()]


async def test_reminded_once_then_overdue_once(world: World) -> None:
    await world.advance(**first_release())
    assert await world.fire() == 0
    for hours in (12, 6, 6, 1, 100):
        world.office.move(timedelta(hours=hours))
        await world.fire()
    assert await spoken(world) == [("reminded", 12.0), ("overdue", 25.0)]
    (_, overdue) = await world.told()
    assert overdue == AnswerChanged(
        answer_id=None,
        assignment_id=DUTY,
        key="first_release",
        change="overdue",
        state=None,
        version=0,
        channel=None,
        at=T0 + timedelta(hours=25),
        by="timer",
    )
    assert await world.rows("SELECT * FROM publishing.timers") == []


async def test_exactly_at_due_is_in_time(world: World) -> None:
    await world.advance(**first_release())
    world.office.move(timedelta(hours=24))
    await world.fire()
    assert await spoken(world) == [("reminded", 24.0)]
    world.office.move(timedelta(microseconds=1))
    await world.fire()
    assert [change for change, _ in await spoken(world)] == ["reminded", "overdue"]


async def test_arriving_past_due_fires_at_once_without_the_missed_reminders(world: World) -> None:
    world.office.move(timedelta(hours=48))
    await world.advance(**first_release())
    assert await world.fire() == 1
    assert await spoken(world) == [("overdue", 48.0)]


async def test_missed_reminders_are_one(world: World) -> None:
    orders = first_release()
    orders["deadlines"][0]["remind_at"] = [T0 + timedelta(hours=hours) for hours in (2, 4, 6)]
    await world.advance(**orders)
    world.office.move(timedelta(hours=7))
    await world.fire()
    assert await spoken(world) == [("reminded", 7.0)]


@pytest.mark.parametrize("end", [{"withdrawn": [{"assignment_id": DUTY, "reason": "regrade"}]}, {"phase": "merged"}])
async def test_an_ended_duty_has_no_clock(world: World, end: dict[str, Any]) -> None:
    incident = await world.advance(**first_release())
    await world.advance(incident, **end)
    world.office.move(timedelta(hours=48))
    assert await world.fire() == 0
    assert await world.told() == []


async def test_an_extension_moves_the_clock_and_lifts_the_mark(world: World) -> None:
    incident = await world.advance(**first_release())
    world.office.move(timedelta(hours=25))
    await world.fire()
    await world.advance(incident, **first_release(due_in_hours=48))
    await world.fire()
    assert [row["overdue"] for row in await world.rows("SELECT overdue FROM publishing.duties")] == [False]
    world.office.move(timedelta(hours=24))
    await world.fire()
    assert await spoken(world) == [("overdue", 25.0), ("overdue", 49.0)]


async def test_confirming_a_presumed_duty_rings_no_bell_twice(world: World) -> None:
    incident = await world.advance(**first_release(presumed=True))
    world.office.move(timedelta(hours=25))
    await world.fire()
    await world.advance(incident, **first_release())
    assert await world.fire() == 0
    assert [change for change, _ in await spoken(world)] == ["overdue"]


async def test_an_incident_that_somebody_works_on_keeps_its_clock_for_later(world: World) -> None:
    incident = await world.advance(**first_release())
    world.office.move(timedelta(hours=25))
    async with world.parts.db.transaction() as tx:
        await tx.execute("SELECT 1 FROM publishing.incidents WHERE incident_id = $1 FOR UPDATE", incident)
        assert await world.fire() == 0
    assert await world.fire() == 1


async def test_a_batch_of_many(world: World) -> None:
    for number in range(40):
        orders = first_release()
        orders["assignments"][0]["id"] = orders["deadlines"][0]["assignment_id"] = UUID(int=number + 1)
        await world.advance(**orders)
    world.office.move(timedelta(hours=25))
    assert await world.fire() == 40
    assert [each.change for each in await world.told()] == ["overdue"] * 40
    assert await world.fire() == 0
