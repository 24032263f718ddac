"""Incidents merged and taken out again: duplicates, late facts, chains, refusals, and every order of arrival."""

from typing import Any
from uuid import UUID

import orjson

from services.grading.domain.announcing import assignment_id
from shared.contracts.envelope import Payload
from shared.contracts.grading import ProcedureAdvanced
from shared.contracts.intake import IncidentChanged, Spread
from shared.ids import new_id
from tests.services.grading.world import World


def changed(change: Any, reads: int = 0, reports: int = 1, **more: Any) -> IncidentChanged:
    return IncidentChanged(
        change=change, reports=reports, spread=Spread(reads=reads), kinds=["post", "complaint"], **more
    )


class Pair:
    """Two incidents of the world, the second to be merged into the first."""

    def __init__(self, world: World, survivor: UUID, absorbed: UUID) -> None:
        self.world, self.survivor, self.absorbed, self.act = world, survivor, absorbed, new_id()

    def merge(self) -> list[tuple[UUID, Payload]]:
        return [
            (self.absorbed, changed("absorbed", 0, 0, other=self.survivor, act=self.act, by="u1")),
            (self.survivor, changed("merged", 300, 2, other=self.absorbed, act=self.act, by="u1")),
        ]

    def undo(self) -> list[tuple[UUID, Payload]]:
        act = new_id()
        return [
            (self.absorbed, changed("restored", 100, 1, other=self.survivor, act=act, undoes=self.act, by="u1")),
            (self.survivor, changed("parted", 200, 1, other=self.absorbed, act=act, undoes=self.act, by="u1")),
        ]


async def pair(world: World) -> Pair:
    survivor = (await world.report())[0]
    world.office.move(hours=1)
    return Pair(world, survivor, (await world.report())[0])


async def open_keys(world: World, incident: UUID) -> set[str]:
    rows = await world.rows("SELECT issued, discharged FROM grading.procedures WHERE incident_id = $1", incident)
    return {each["key"] for each in orjson.loads(rows[0]["issued"])} - set(rows[0]["discharged"])


async def last_told(world: World, incident: UUID) -> ProcedureAdvanced:
    rows = await world.rows(
        "SELECT data FROM grading.journal WHERE subject = $1 AND type = $2 ORDER BY id DESC LIMIT 1",
        incident,
        ProcedureAdvanced.TYPE,
    )
    return ProcedureAdvanced.model_validate_json(rows[0]["data"])


async def test_the_absorbed_ones_tasks_end_as_duplicates(world: World) -> None:
    two = await pair(world)
    owed = await open_keys(world, two.absorbed)
    await world.tell("intake", *two.merge())
    told = await last_told(world, two.absorbed)
    assert (told.phase, told.into, told.act, told.by) == ("merged", two.survivor, str(two.act), "u1")
    kept = await open_keys(world, two.survivor)
    assert {each.assignment_id: each.duplicate_of for each in told.withdrawn} == {
        assignment_id(two.absorbed, key): assignment_id(two.survivor, key) if key in kept else None for key in owed
    }
    assert owed <= kept


async def test_it_is_reversible_as_a_whole(world: World) -> None:
    two = await pair(world)
    before = [await open_keys(world, each) for each in (two.survivor, two.absorbed)]
    await world.tell("intake", *two.merge())
    await world.claim(two.survivor)
    assert "claim" not in await open_keys(world, two.survivor)
    await world.tell("intake", *two.undo())
    told = await last_told(world, two.absorbed)
    assert {each.key for each in told.assignments} == before[1]
    assert (told.phase, told.cause, told.into) == ("open", "restored", None)
    assert await open_keys(world, two.absorbed) == before[1]
    assert before[0] - await open_keys(world, two.survivor) == {"claim"}
