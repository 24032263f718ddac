"""The embedded broker: same port, new cluster id, empty, with the topics as they must be."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.broker import Broker
from deploy.local.errors import StartError
from deploy.local.topics import EMBEDDED_PARTITIONS, TOPICS, create_topics


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    """A broker of this test's own, still without topics."""
    broker = Broker(tmp_path)
    broker.start(topics=False)
    yield broker
    broker.stop()


async def sizes(bootstrap: str) -> dict[str, int]:
    """Partitions by topic."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        topics = await admin.describe_topics(list(TOPICS))
        return {topic["topic"]: len(topic["partitions"]) for topic in topics}
    finally:
        await admin.close()


async def send(bootstrap: str, topic: str) -> TopicPartition:
    """Send one message wherever the client likes."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        sent = await producer.send_and_wait(topic, b"x")
        return sent.topic_partition
    finally:
        await producer.stop()


async def test_topics_have_sixteen_partitions_and_making_them_again_is_harmless(broker: Broker) -> None:
    await create_topics(broker.bootstrap)
    await create_topics(broker.bootstrap)
    assert await sizes(broker.bootstrap) == dict.fromkeys(TOPICS, EMBEDDED_PARTITIONS)


async def test_a_topic_that_a_fast_client_made_is_replaced_only_when_told_to(broker: Broker) -> None:
    await send(broker.bootstrap, "intake")
    with pytest.raises(StartError, match="intake"):
        await create_topics(broker.bootstrap)
    await create_topics(broker.bootstrap, replace=True)
    assert await sizes(broker.bootstrap) == dict.fromkeys(TOPICS, EMBEDDED_PARTITIONS)


async def test_restart_comes_up_empty_on_the_same_port_under_a_new_id(broker: Broker) -> None:
    await create_topics(broker.bootstrap)
    before, bootstrap = broker.cluster_id, broker.bootstrap
    assert broker.rss() > 0
    broker.kill()
    assert broker.pid is None
    assert broker.rss() == 0
    assert broker.restart(topics=False) == bootstrap
    assert broker.cluster_id != before
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    assert await admin.list_topics() == []
    await admin.close()


def test_start_makes_the_topics_itself(tmp_path: Path) -> None:
    broker = Broker(tmp_path)
    bootstrap = broker.start()
    assert asyncio.run(sizes(bootstrap)) == dict.fromkeys(TOPICS, EMBEDDED_PARTITIONS)
    broker.stop()
    assert broker.pid is None
