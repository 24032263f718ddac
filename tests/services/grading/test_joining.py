"""Incidents merged and taken out again: duplicates, late facts, chains, refusals, and every order of arrival."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
import pytest

from services.grading.domain.announcing import assignment_id
from shared.contracts.envelope import Payload, RawEvent
from shared.contracts.grading import ProcedureAdvanced
from shared.contracts.intake import IncidentChanged, IncidentReported, Spread
from shared.ids import new_id, shard_of
from tests.services.grading.world import MONDAY, World


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


async def merge(world: World, absorbed: UUID, survivor: UUID) -> UUID:
    act = new_id()
    await world.tell("intake", (absorbed, changed("absorbed", 0, 0, other=survivor, act=act, by="u1")))
    return act


async def test_a_chain_goes_to_its_end_and_comes_apart_anywhere(world: World) -> None:
    first, second, third = await world.report(count=3)
    inner = await merge(world, third, second)
    await merge(world, second, first)
    told = await last_told(world, second)
    assert {each.duplicate_of for each in told.withdrawn} <= {
        assignment_id(first, key) for key in await open_keys(world, first)
    }
    await world.claim(third)
    assert "claim" not in await open_keys(world, first)
    undone = changed("restored", other=second, act=new_id(), undoes=inner)
    await world.tell("intake", (third, undone))
    assert "claim" in await open_keys(world, first)
    assert (await last_told(world, third)).phase == "open"
    assert "claim" not in await open_keys(world, third)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/gradings/{}/approve", {"level": "general"}),
        ("/v1/incidents/{}/flags", {"flag": "sensitive", "on": True, "reason": "r"}),
        ("/v1/incidents/{}/instructions", {"text": "t"}),
        ("/v1/incidents/{}/calm", {"reason": "r"}),
        ("/v1/incidents/{}/close", {"reason": "r"}),
        ("/v1/incidents/{}/reopen", {"reason": "r"}),
        ("/v1/incidents/{}/moments", {"name": "resolved", "at": "2026-11-16T01:00:00Z", "reason": "r"}),
        ("/v1/incidents/{}/suspend", {"reason": "force_majeure", "text": "t"}),
        ("/v1/incidents/{}/resume", {"text": "t"}),
    ],
)
async def test_acts_on_an_absorbed_one_are_refused_naming_the_survivor(
    world: World, path: str, body: dict[str, Any]
) -> None:
    first, second, third = await world.report(count=3)
    await merge(world, third, second)
    await merge(world, second, first)
    refused = await world.call("POST", path.format(third), "chief", "office", expect=409, json=body)
    assert refused["merged_into"] == str(first)
    assert str(first) in refused["detail"]


async def test_what_is_shown_of_an_absorbed_one(world: World) -> None:
    two = await pair(world)
    await world.claim(two.absorbed)
    await world.tell("intake", *two.merge())
    shown = await world.call("GET", f"/v1/incidents/{two.absorbed}/deadlines", "office")
    assert shown["merged_into"] == str(two.survivor)
    assert [each["key"] for each in shown["deadlines"] if each["done"]] == [each["key"] for each in shown["deadlines"]]
    grading = await world.call("GET", f"/v1/gradings/{two.absorbed}", "office")
    assert (grading["phase"], grading["merged_into"]) == ("merged", str(two.survivor))
    assert str(two.absorbed) not in str(await world.call("GET", "/v1/gradings", "office"))
    acts = (await world.call("GET", f"/v1/incidents/{two.survivor}/acts", "office"))["acts"]
    assert [(each["kind"], each["id"], each["by"], each["what"]["incident"]) for each in acts] == [
        ("merged", str(two.act), "u1", str(two.absorbed))
    ]


async def test_a_survivor_not_known_yet_is_waited_for(world: World) -> None:
    (absorbed,) = await world.report()
    survivor = new_id()
    while shard_of(survivor) == shard_of(absorbed):
        survivor = new_id()
    event = raw(world, absorbed, changed("absorbed", 0, 0, other=survivor, act=new_id()))
    assert await world.applier.apply([event]) == []
    assert (await world.rows("SELECT phase FROM grading.procedures WHERE incident_id = $1", absorbed))[0][
        "phase"
    ] == "open"
    assert await world.rows("SELECT 1 FROM grading.parked") == []
    await world.applier.apply([raw(world, survivor, reported())])
    assert await world.applier.apply([event]) == []
    assert (await last_told(world, absorbed)).into == survivor


async def test_one_that_waits_for_a_person_holds_no_shard_back(world: World) -> None:
    (absorbed,) = await world.report()
    survivor = new_id()
    bad = raw(world, survivor, reported())
    await world.applier.apply([replace(bad, data='{"kind": "rumour"}')])
    await world.applier.apply([raw(world, absorbed, changed("absorbed", 0, 0, other=survivor, act=new_id()))])
    parked = {row["subject"]: row["error"] for row in await world.rows("SELECT subject, error FROM grading.parked")}
    assert parked.keys() == {survivor, absorbed}
    assert str(survivor) in parked[absorbed]
    assert await open_keys(world, absorbed)
    await world.rows("UPDATE grading.parked SET data = $2 WHERE subject = $1 RETURNING id", survivor, bad.data)
    assert await world.applier.replay(survivor) == 1
    assert await world.applier.replay(absorbed) == 1
    assert (await last_told(world, absorbed)).into == survivor


@pytest.mark.parametrize("whose", ["itself", "others"])
async def test_a_merge_that_cannot_be_is_parked(world: World, whose: str) -> None:
    (absorbed,) = await world.report()
    await world.found("anhui", "anhui-medical-security-2021")
    into = absorbed if whose == "itself" else (await world.report(organisation="anhui"))[0]
    await world.applier.apply([raw(world, absorbed, changed("absorbed", 0, 0, other=into, act=new_id()))])
    (parked,) = await world.rows("SELECT error FROM grading.parked")
    assert "MergeError" in parked["error"]
    assert await open_keys(world, absorbed)


async def test_a_closed_matter_is_opened_again(world: World) -> None:
    (incident,) = await world.report()
    await world.call("POST", f"/v1/incidents/{incident}/close", "information_office", json={"reason": "r"})
    assert (await last_told(world, incident)).phase == "closed"
    world.office.move(hours=1)
    await world.tell("intake", (incident, changed("reopened", 10)))
    assert (await last_told(world, incident)).phase == "open"


def reported() -> IncidentReported:
    return IncidentReported(
        report_id=new_id(), kind="complaint", source="portal", title="题", discovered_at=MONDAY, occurred_at=MONDAY,
        occurred_assumed=True,
    )  # fmt: skip


def raw(world: World, subject: UUID, payload: Payload) -> RawEvent:
    place = "intake", shard_of(subject)
    world.sequence[place] += 1
    data = payload.model_dump_json(exclude_defaults=True)
    return RawEvent(
        *place, world.sequence[place], new_id(), payload.TYPE, "xuancheng", subject, world.office.now(), data
    )
