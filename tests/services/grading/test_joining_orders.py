"""Events of two incidents come over different shards, in any interleaving, repeated and late: the end is the same."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest

from services.grading.rulebook import orders_from_json
from shared.contracts.envelope import Payload, RawEvent
from shared.contracts.intake import IncidentChanged, IncidentReported, Spread
from shared.contracts.tasks import TaskChanged
from shared.ids import new_id, shard_of
from tests.builders.databases import TestDatabase
from tests.services.grading.world import MONDAY, World, open_world

Said = tuple[str, UUID, Payload, int]
"""Who says it of which incident, and how many minutes after the beginning."""


def apart() -> tuple[UUID, UUID]:
    """Two incidents of different shards."""
    one, other = new_id(), new_id()
    while shard_of(other) == shard_of(one):
        other = new_id()
    return one, other


def reported(incident: UUID, minute: int, reads: int) -> Said:
    at = MONDAY + timedelta(minutes=minute)
    said = IncidentReported(
        report_id=new_id(), kind="complaint", source="portal", title="题", discovered_at=at, occurred_at=at,
        occurred_assumed=True, spread=Spread(reads=reads),
    )  # fmt: skip
    return "intake", incident, said, minute


def changed(incident: UUID, minute: int, change: Any, reads: int, **more: Any) -> Said:
    said = IncidentChanged(change=change, reports=2, spread=Spread(reads=reads), kinds=["complaint"], **more)
    return "intake", incident, said, minute


def done(incident: UUID, minute: int, key: str) -> Said:
    at = MONDAY + timedelta(minutes=minute)
    said = TaskChanged(
        assignment_id=new_id(), key=key, duty=key, kind=key, change="done", state="done", version=2, at=at, by="u1"
    )
    return "tasks", incident, said, minute


def history(survivor: UUID, absorbed: UUID, *, merged: bool, undone: bool) -> list[Said]:
    """What happens to two incidents, with or without the merge."""
    act, undo = new_id(), new_id()
    told = [
        reported(survivor, 20, 60_000),
        reported(absorbed, 0, 50_000),
        changed(absorbed, 30, "joined", 90_000),
        done(absorbed, 35, "claim"),
        changed(survivor, 40, "spread", 85_000),
    ]
    if merged:
        told += [
            changed(absorbed, 50, "absorbed", 0, other=survivor, act=act),
            changed(survivor, 50, "merged", 175_000, other=absorbed, act=act),
            changed(survivor, 60, "spread", 190_000),
        ]
    told += [done(absorbed, 51, "report_to_leaders"), done(survivor, 70, "weekly_brief")]
    if undone:
        told += [
            changed(absorbed, 80, "restored", 95_000, other=survivor, act=undo, undoes=act),
            changed(survivor, 80, "parted", 86_000, other=absorbed, act=undo, undoes=act),
        ]
    if undone or not merged:
        told += [changed(absorbed, 90, "spread", 96_000), changed(survivor, 91, "spread", 87_000)]
    return told


class Post:
    """The way of events to a service: a queue for each producer and shard, taken from in any order."""

    def __init__(self, world: World, told: Sequence[Said]) -> None:
        self.world = world
        self.queues: dict[tuple[str, int], list[RawEvent]] = defaultdict(list)
        for producer, subject, payload, minute in told:
            place = producer, shard_of(subject)
            world.sequence[place] += 1
            at, data = MONDAY + timedelta(minutes=minute), payload.model_dump_json(exclude_defaults=True)
            self.queues[place].append(
                RawEvent(*place, world.sequence[place], new_id(), payload.TYPE, "xuancheng", subject, at, data)
            )

    async def deliver(self, random: Random) -> None:
        """One or some of a queue at a time, some of it twice; what must wait comes again."""
        past: list[RawEvent] = []
        while waiting := [place for place, queue in self.queues.items() if queue]:
            chosen = random.sample(waiting, random.randint(1, len(waiting)))
            batch = [event for place in chosen for event in self.queues[place][: random.randint(1, 3)]]
            await self.world.applier.apply([*batch, *random.sample(past, min(len(past), 2))])
            rows = await self.world.rows("SELECT producer, shard, position FROM grading.positions WHERE position > 0")
            reached = {(row["producer"], row["shard"]): row["position"] for row in rows}
            for place in chosen:
                past += [event for event in self.queues[place] if event.seq <= reached.get(place, 0)]
                self.queues[place] = [event for event in self.queues[place] if event.seq > reached.get(place, 0)]


async def standing(world: World, *incidents: UUID) -> list[tuple[Any, ...]]:
    """Where these procedures stand, but for what names the incidents themselves."""
    found = []
    for incident in incidents:
        (row,) = await world.rows("SELECT * FROM grading.procedures WHERE incident_id = $1", incident)
        orders = orders_from_json(row["issued"])
        kept = row["phase"], row["grade_state"], row["level"], row["proposal"], row["deciding"], row["running"]
        found.append((*kept, orders, sorted(row["discharged"]), row["merged_into"] is not None))
    assert await world.rows("SELECT error FROM grading.parked") == []
    return found


async def outcome(world: World, random: Random | None, *, merged: bool, undone: bool) -> list[tuple[Any, ...]]:
    two = apart()
    if random is None:
        ordered = sorted(history(*two, merged=merged, undone=undone), key=lambda each: each[3])
        post = Post(world, ordered)
        await world.applier.apply([event for queue in post.queues.values() for event in queue])
    else:
        await Post(world, history(*two, merged=merged, undone=undone)).deliver(random)
    return await standing(world, *two)


@pytest.mark.parametrize("undone", [False, True])
async def test_any_order_of_arrival_ends_the_same(world: World, undone: bool) -> None:
    world.office.move(hours=3)
    expected = await outcome(world, Random(0), merged=True, undone=undone)
    for seed in range(1, 25):
        assert await outcome(world, Random(seed), merged=True, undone=undone) == expected, f"seed {seed}"


async def test_after_an_undo_both_are_as_if_they_had_never_been_merged(world: World) -> None:
    world.office.move(hours=3)
    apart_, undone = [await outcome(world, Random(1), merged=each, undone=each) for each in (False, True)]
    assert undone == apart_
    together = await outcome(world, Random(1), merged=True, undone=False)
    assert together != apart_


async def test_two_processes_never_wait_for_each_other_in_a_circle(database: TestDatabase, tmp_path: Path) -> None:
    url = database.url("grading")
    async with open_world(url, tmp_path) as one, open_world(url, tmp_path) as two:
        await one.found("xuancheng", "xuancheng-2015")
        pairs = [apart() for _ in range(12)]
        told = [each for pair in pairs for each in history(*pair, merged=True, undone=True)]
        post = Post(one, told)
        halves = list(post.queues)[::2], list(post.queues)[1::2]

        async def work(world: World, places: Sequence[tuple[str, int]]) -> None:
            left = [place for place in places if post.queues[place]]
            while left:
                await world.applier.apply([event for place in left for event in post.queues[place][:2]])
                rows = await world.rows("SELECT producer, shard, position FROM grading.positions")
                reached = {(row["producer"], row["shard"]): row["position"] for row in rows}
                for place in left:
                    post.queues[place] = [each for each in post.queues[place] if each.seq > reached[place]]
                left = [place for place in left if post.queues[place]]

        async with asyncio.timeout(60):
            await asyncio.gather(work(one, halves[0]), work(two, halves[1]))
        found = [await standing(one, *pair) for pair in pairs]
        assert all(each[-1] is False for pair in found for each in pair)
