"""What a consumer pulls from journals: its own shards soon, another member's only where they stand still for long."""

from typing import cast

from shared.bus.subscriber import Subscriber
from shared.contracts.envelope import RawEvent
from shared.ids import SHARDS, new_id, shard_of
from shared.journal.catch_up import Heads, JournalClient
from shared.journal.consumer import Consumer
from shared.journal.relay import Relay
from tests.journal.conftest import World
from tests.journal.test_relay import DeafBus


class Member:
    """A member of a group that the bus brings nothing; `owned` are the shards that it was given."""

    def __init__(self, owned: set[int]) -> None:
        self.owned = owned

    def shards(self) -> dict[str, set[int]]:
        return {"alpha": self.owned}

    def doubt(self) -> None:
        """Nothing to join anew."""


class Shown:
    """Alpha's journal as it is shown to others."""

    def __init__(self, events: list[RawEvent]) -> None:
        self._events = events

    async def heads(self, _: str) -> Heads:
        last = dict.fromkeys(range(SHARDS), 0) | {each.shard: each.seq for each in self._events}
        return Heads("/alpha", last)

    async def pull(self, _: str, shard: int, after: int) -> list[RawEvent]:
        return [each for each in self._events if each.shard == shard and each.seq > after]


async def _consumer(world: World, *, owned: bool) -> Consumer:
    subject = new_id()
    await world.say(subject, 1, 2, 3)
    relay = Relay("alpha", world.db, DeafBus())
    while await relay.relay_once():
        pass
    await relay.close()
    member = Member({shard_of(subject)} if owned else set())
    shown = Shown(await world.stamped())
    return Consumer(world.db, world.applier, cast("Subscriber", member), cast("JournalClient", shown))


async def test_an_own_shard_is_pulled_at_the_second_look(world: World) -> None:
    consumer = await _consumer(world, owned=True)
    assert [await consumer.catch_up() for _ in range(3)] == [0, 3, 0]
    assert await world.kept() == [1, 2, 3]


async def test_another_members_shard_is_pulled_once_it_has_stood_for_long(world: World) -> None:
    consumer = await _consumer(world, owned=False)
    assert [await consumer.catch_up() for _ in range(6)] == [0, 0, 0, 0, 3, 0]
    assert await world.kept() == [1, 2, 3]
