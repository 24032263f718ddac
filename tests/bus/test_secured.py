"""TLS and a password, against a real listener that asks for both."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.kafka.cluster import KafkaCluster
from deploy.local.topics import PARTITIONS, create_topics
from shared.bus.address import KafkaAddress
from shared.bus.producer import Bus
from shared.bus.subscriber import Subscriber
from tests.builders.brokers import APACHE
from tests.builders.certificates import self_signed
from tests.builders.databases import outside_loop
from tests.bus.bodies import fresh_name, gather, told
from tests.bus.test_both_kinds import send_all

pytestmark = pytest.mark.skipif(not APACHE, reason="needs KAFKA_BOOTSTRAP_SERVERS: `make test-kafka`")
LOGIN = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="huiying" password="right" '


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[KafkaAddress]:
    """How to speak with a node that asks for a name and speaks TLS alone, with the topics."""
    cert, key = self_signed(tmp_path)
    both = tmp_path / "both.pem"
    both.write_bytes(key.read_bytes() + cert.read_bytes())
    asking = {
        "listener.security.protocol.map": "CLIENTS:SASL_SSL,CONTROLLER:PLAINTEXT",
        "sasl.enabled.mechanisms": "PLAIN",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "listener.name.clients.plain.sasl.jaas.config": f'{LOGIN} user_huiying="right";',
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(both),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(cert),
    }
    cluster = KafkaCluster(tmp_path / "kafka", nodes=1, more=asking)
    cluster.start()
    address = KafkaAddress(
        cluster.bootstrap,
        idempotent=True,
        security="SASL_SSL",
        mechanism="PLAIN",
        username="huiying",
        password="right",
        ca_file=cert,
    )
    try:
        outside_loop(create_topics(address, partitions=PARTITIONS, replication=None))
        yield address
    finally:
        cluster.stop()


async def test_events_pass_where_name_and_authority_are_right_and_only_there(secured: KafkaAddress) -> None:
    bus, member = Bus(secured), Subscriber(secured, fresh_name("group"), ["intake"])
    await send_all(bus, told(1, source="secured"))
    (received,) = await gather([member], "secured", lambda got: len({event.id for event in got[0]}) == 16)
    assert received
    for wrong in (replace(secured, password="wrong"), replace(secured, ca_file=None)):
        stranger = Bus(wrong)
        assert await stranger.send(told(1)) is False
        await stranger.close()
    await asyncio.gather(bus.close(), member.close())
