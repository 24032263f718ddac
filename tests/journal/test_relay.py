"""The relay's promise: dense numbers, none twice, per subject in the order of commits, whoever races or dies."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

import orjson

from shared.bus.address import KafkaAddress
from shared.bus.producer import Bus
from shared.contracts.envelope import RawEvent
from shared.ids import SHARDS, new_id
from shared.journal.relay import Relay
from tests.journal.conftest import World


class DeafBus(Bus):
    """A bus that loses everything."""

    def __init__(self) -> None:
        super().__init__(KafkaAddress("127.0.0.1:1"))

    def offer(self, events: Sequence[RawEvent]) -> None:
        assert events


async def test_numbers_are_dense_and_keep_each_subjects_order(world: World) -> None:
    subjects = [new_id() for _ in range(20)]
    relay = Relay("alpha", world.db, DeafBus())
    for n in range(10):
        await asyncio.gather(*(world.say(subject, n) for subject in subjects))
        if n % 3 == 0:
            await relay.relay_once()
    while await relay.relay_once():
        pass
    await relay.close()
    events = await world.stamped()
    assert len(events) == 200
    by_shard: dict[int, list[int]] = defaultdict(list)
    by_subject: dict[object, list[int]] = defaultdict(list)
    for event in events:
        by_shard[event.shard].append(event.seq)
        by_subject[event.subject].append(orjson.loads(event.data)["n"])
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in by_shard.values())
    assert all(told == list(range(10)) for told in by_subject.values())


async def test_two_relays_racing_never_number_an_event_twice(world: World) -> None:
    first, second = Relay("alpha", world.db, DeafBus()), Relay("alpha", world.db, DeafBus())
    # Both believe that they own every shard, as two would across a lost connection.
    first._connection, second._connection = await world.db.connection(), await world.db.connection()
    first._mine = second._mine = list(range(SHARDS))
    subjects = [new_id() for _ in range(50)]
    for n in range(4):
        await asyncio.gather(*(world.say(subject, n) for subject in subjects), first.relay_once(), second.relay_once())
    while await first.relay_once() + await second.relay_once():
        pass
    await first.close()
    await second.close()
    events = await world.stamped()
    assert len(events) == len({event.id for event in events}) == 200


async def test_a_second_relay_waits_until_the_first_is_gone(world: World) -> None:
    first, second = Relay("alpha", world.db, DeafBus()), Relay("alpha", world.db, DeafBus())
    await world.say(new_id(), 1)
    assert await first.relay_once() == 1
    await world.say(new_id(), 2)
    assert await second.relay_once() == 0
    await first.close()
    second._claimed_at = -10.0
    while not await second.relay_once():
        second._claimed_at = -10.0
    await second.close()
    assert len(await world.stamped()) == 2


async def test_killed_between_stamp_and_send_the_event_is_still_there_to_be_pulled(world: World) -> None:
    relay = Relay("alpha", world.db, DeafBus())
    await world.say(new_id(), 1)
    stamped = await relay.stamp()
    await relay.close()
    assert [event.id for event in await world.stamped()] == [event.id for event in stamped]
