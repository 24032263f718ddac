"""What only several brokers and several members show; on the real Kafka, each test with a cluster of its own."""

import asyncio
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from deploy.kafka.cluster import KafkaCluster
from deploy.local.processes import launch
from deploy.local.topics import PARTITIONS, create_topics
from shared.bus.address import KafkaAddress
from shared.bus.producer import Bus
from shared.bus.subscriber import Subscriber
from shared.contracts.envelope import RawEvent
from tests.builders.brokers import APACHE, TestBus
from tests.builders.databases import outside_loop
from tests.bus.bodies import fresh_name, gather, told
from tests.bus.test_both_kinds import join, send_all

pytestmark = pytest.mark.skipif(not APACHE, reason="needs KAFKA_BOOTSTRAP_SERVERS: `make test-kafka`")
SERVED_AGAIN = 10.0
"""Seconds after which the partitions of a killed member are served by another one at the latest."""


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[KafkaCluster]:
    """Three brokers of this test's own, with the topics."""
    made = KafkaCluster(tmp_path / "kafka", nodes=3)
    made.start()
    try:
        outside_loop(create_topics(made.bootstrap, partitions=PARTITIONS, replication=None))
        yield made
    finally:
        made.stop()


@pytest.mark.parametrize("node", [1, 3])
async def test_one_of_three_brokers_is_killed_and_the_bus_goes_on(cluster: KafkaCluster, node: int) -> None:
    kafka = KafkaAddress(cluster.bootstrap, idempotent=True)
    bus, member = Bus(kafka), Subscriber(kafka, fresh_name("group"), ["intake"])
    await send_all(bus, told(1, source="before"))
    await gather([member], "before", lambda got: len(got[0]) >= 16)
    cluster.kill(node)
    events = told(3, source="after", first=2)
    await send_all(bus, events)
    (received,) = await gather([member], "after", lambda got: len({event.id for event in got[0]}) == len(events))
    assert {event.id for event in received} == {event.id for event in events}
    cluster.restart(node)
    more = told(3, source="again", first=5)
    await send_all(bus, more)
    await gather([member], "again", lambda got: len({event.id for event in got[0]}) == len(more))
    assert set(cluster.pids) == {1, 2, 3}
    await asyncio.gather(bus.close(), member.close())


async def test_the_partitions_of_a_killed_member_are_served_again_within_ten_seconds(
    broker: TestBus, tmp_path: Path
) -> None:
    name = fresh_name("group")
    bus, survivor = Bus(broker.address), Subscriber(broker.address, name, ["intake"])
    await join(survivor)
    member = Path(__file__).with_name("member.py")
    other = launch([sys.executable, member, broker.bootstrap, name], log=tmp_path / "member.log")

    def served(shards: int) -> bool:
        return len((survivor.shards() or {}).get("intake", ())) == shards

    await gather([survivor], "", lambda _: served(8))
    psutil.Process(other.pid).send_signal(signal.SIGKILL)
    other.wait()
    killed = asyncio.get_running_loop().time()
    await send_all(bus, events := told(1, source=fresh_name("journal")))

    def everything(got: Sequence[list[RawEvent]]) -> bool:
        return len({event.shard for event in got[0]}) == 16

    await gather([survivor], events[0].source, everything)
    assert asyncio.get_running_loop().time() - killed < SERVED_AGAIN
    await asyncio.gather(bus.close(), survivor.close())
