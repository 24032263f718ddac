"""The consumer's promise: each event once, in order, whatever is redelivered, missing, poisonous or applied by a zombie."""

import asyncio
import random
from dataclasses import replace
from uuid import UUID

import pytest

from shared.bus.address import KafkaAddress
from shared.bus.producer import Bus
from shared.contracts.envelope import RawEvent
from shared.journal.relay import Relay
from tests.journal.conftest import World
from tests.journal.test_relay import DeafBus

ONE, OTHER = UUID(int=0x10), UUID(int=0x20)
"""Two subjects of the same shard."""


async def told(world: World, *said: tuple[UUID, int]) -> list[RawEvent]:
    """Say, stamp, and answer what stands in the journal."""
    for subject, n in said:
        await world.say(subject, n)
    relay = Relay("alpha", world.db, DeafBus())
    await relay.stamp()
    await relay.close()
    return await world.stamped()


async def test_redelivery_changes_nothing(world: World) -> None:
    events = await told(world, *[(ONE, n) for n in range(5)])
    chance = random.Random(7)
    for _ in range(20):
        await world.applier.apply(sorted(chance.choices(events, k=4), key=lambda each: each.seq))
        await world.applier.apply(events[: chance.randint(1, 5)])
    assert await world.kept() == [0, 1, 2, 3, 4]


async def test_a_gap_is_named_and_nothing_behind_it_is_applied(world: World) -> None:
    events = await told(world, *[(ONE, n) for n in range(5)])
    gaps = await world.applier.apply([events[0], events[3], events[4]])
    assert gaps == [("alpha", 0, 1)]
    assert await world.kept() == [0]
    assert await world.applier.apply(events) == []
    assert await world.kept() == [0, 1, 2, 3, 4]


async def test_a_zombie_consumer_applies_nothing_twice(world: World) -> None:
    events = await told(world, *[(subject, n) for n in range(30) for subject in (ONE, OTHER)])
    await asyncio.gather(*(world.applier.apply(events) for _ in range(4)))
    assert await world.kept() == sorted([*range(30), *range(30)])


async def test_poison_is_parked_alone_and_its_subject_waits_behind_it(world: World) -> None:
    world.poison = {1}
    events = await told(world, (ONE, 0), (ONE, 1), (OTHER, 10), (ONE, 2), (OTHER, 11))
    await world.applier.apply(events)
    assert await world.kept() == [0, 10, 11]
    first, second = await world.parked()
    assert "cannot digest 1" in first
    assert "Behind an earlier parked event" in second


async def test_replay_is_in_order_and_stops_where_it_still_fails(world: World) -> None:
    world.poison = {1}
    await world.applier.apply(await told(world, (ONE, 0), (ONE, 1), (ONE, 2)))
    with pytest.raises(ValueError, match="cannot digest 1"):
        await world.applier.replay(ONE)
    assert len(await world.parked()) == 2
    world.poison = set()
    assert await world.applier.replay(ONE) == 2
    assert await world.kept() == [0, 1, 2]
    assert await world.parked() == []


async def test_an_unknown_type_is_parked_never_skipped(world: World) -> None:
    (event,) = await told(world, (ONE, 0))
    await world.applier.apply([replace(event, type="told.v9")])
    assert "No row for told.v9" in (await world.parked())[0]


async def test_a_payload_that_does_not_fit_its_type_is_parked(world: World) -> None:
    (event,) = await told(world, (ONE, 0))
    await world.applier.apply([replace(event, data='{"n": "many"}')])
    assert "ValidationError" in (await world.parked())[0]


async def test_the_bus_may_be_deaf(world: World) -> None:
    bus = Bus(KafkaAddress("127.0.0.1:1"))
    assert await bus.send(await told(world, (ONE, 0))) is False
    await bus.close()
