"""What holds on any bus, the embedded broker and Apache Kafka alike: order, reading again, a broker that dies."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

import pytest

from shared.bus.address import KafkaAddress
from shared.bus.producer import Bus
from shared.bus.subscriber import Subscriber
from shared.contracts.envelope import RawEvent
from tests.builders.brokers import APACHE, OwnBus, TestBus
from tests.bus.bodies import PATIENCE, fresh_name, gather, told


def numbers(events: Sequence[RawEvent]) -> dict[int, list[int]]:
    """What a consumer would take of it, by shard: repeats are dropped."""
    found: dict[int, list[int]] = defaultdict(list)
    for event in events:
        if event.seq not in found[event.shard]:
            found[event.shard].append(event.seq)
    return found


async def send_all(bus: Bus, events: Sequence[RawEvent]) -> None:
    """Send until it is taken, as the relay's next batch would."""
    async with asyncio.timeout(PATIENCE):
        while not await bus.send(events):
            pass


async def join(member: Subscriber) -> None:
    """Poll until it is a member."""
    async with asyncio.timeout(PATIENCE):
        while member.shards() is None:
            await member.poll()


async def test_every_event_arrives_whole_and_in_the_order_of_its_shard(broker: TestBus) -> None:
    bus, member = Bus(broker.address), Subscriber(broker.address, fresh_name("group"), ["intake"])
    events = told(20, source=fresh_name("journal"))
    await send_all(bus, events)
    ((*received,),) = await gather(
        [member], events[0].source, lambda got: len({event.id for event in got[0]}) >= len(events)
    )
    assert numbers(received) == {shard: list(range(1, 21)) for shard in range(16)}
    assert {event.id: event for event in received} == {event.id: event for event in events}
    await asyncio.gather(bus.close(), member.close())


async def test_a_new_group_reads_from_the_earliest_and_an_old_one_goes_on(broker: TestBus) -> None:
    bus, name = Bus(broker.address), fresh_name("group")
    first = told(2, source=fresh_name("journal"))
    await send_all(bus, first)
    member = Subscriber(broker.address, name, ["intake"])
    await gather([member], first[0].source, lambda got: len(got[0]) >= len(first))
    await member.close()
    second = told(1, source=first[0].source, first=3)
    await send_all(bus, second)
    again = Subscriber(broker.address, name, ["intake"])
    (received,) = await gather([again], first[0].source, lambda got: {e.id for e in second} <= {e.id for e in got[0]})
    assert {event.id for event in received} <= {event.id for event in [*first, *second]}
    await asyncio.gather(bus.close(), again.close())


async def test_offering_never_waits_and_what_is_offered_is_sent(broker: TestBus) -> None:
    bus, member = Bus(broker.address), Subscriber(broker.address, fresh_name("group"), ["tasks"])
    events = told(10, topic="tasks", source=fresh_name("journal"))
    running = asyncio.create_task(bus.run())
    bus.offer(events)
    (received,) = await gather(
        [member], events[0].source, lambda got: len({event.id for event in got[0]}) >= len(events)
    )
    assert numbers(received) == {shard: list(range(1, 11)) for shard in range(16)}
    running.cancel()
    await asyncio.gather(bus.close(), member.close())


async def test_after_a_kill_both_ends_come_back_by_themselves(own_broker: OwnBus) -> None:
    bus, member = Bus(own_broker.address), Subscriber(own_broker.address, fresh_name("group"), ["intake"])
    before, after = told(1, source="before"), told(1, source="after", first=2)
    await send_all(bus, before)
    await gather([member], "before", lambda got: len(got[0]) >= len(before))
    own_broker.kill()
    assert not await bus.send(told(1, source="between", first=2))
    async with asyncio.timeout(PATIENCE):
        while member.shards() is not None:
            assert await member.poll() == []
    own_broker.start()
    await own_broker.make_topics(anew=True)
    await send_all(bus, after)
    (received,) = await gather([member], "after", lambda got: len(numbers(got[0])) == 16)
    assert numbers(received).keys() == set(range(16))
    await asyncio.gather(bus.close(), member.close())


@pytest.mark.skipif(
    not APACHE,
    reason="its group may wait for a member of an earlier life; journals fill in: tests/flows/test_bus_outage",
)
async def test_a_broker_that_comes_up_as_another_is_read_from_its_beginning(own_broker: OwnBus) -> None:
    bus, member = Bus(own_broker.address), Subscriber(own_broker.address, fresh_name("group"), ["intake"])
    await send_all(bus, told(5, source="before"))
    await gather([member], "before", lambda got: len(got[0]) >= 80)
    own_broker.empty()
    await own_broker.make_topics(anew=True)
    await send_all(bus, told(1, source="after"))

    def all_there(got: Sequence[list[RawEvent]]) -> bool:
        member.doubt()  # as the consumer's loop says whenever journals are ahead of what the bus has brought
        return len(numbers(got[0])) == 16

    (received,) = await gather([member], "after", all_there)
    assert numbers(received).keys() == set(range(16))
    await asyncio.gather(bus.close(), member.close())


async def test_two_members_have_every_shard_once_and_the_second_takes_over(broker: TestBus) -> None:
    name = fresh_name("group")
    first, second = (Subscriber(broker.address, name, ["intake"]) for _ in range(2))

    def shared(_: Sequence[list[RawEvent]]) -> bool:
        parts = [(member.shards() or {}).get("intake", set()) for member in (first, second)]
        members = first.shards() is not None and second.shards() is not None
        even = all(len(part) == 8 for part in parts) if broker.partitions > 1 else True
        return members and even and not parts[0] & parts[1] and parts[0] | parts[1] == set(range(16))

    await gather([first, second], "", shared)
    await first.close()
    await gather([second], "", lambda _: (second.shards() or {}).get("intake") == set(range(16)))
    await second.close()


async def test_where_nobody_answers_nothing_waits_and_nothing_is_raised() -> None:
    nowhere = KafkaAddress("127.0.0.1:1")
    bus, member = Bus(nowhere), Subscriber(nowhere, "group", ["intake"])
    async with asyncio.timeout(10):
        assert await bus.send(told(1)) is False
        assert await member.poll() == []
        assert member.shards() is None
        await asyncio.gather(bus.close(), member.close())
