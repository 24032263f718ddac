"""The bus of the tests: the embedded broker, or with `KAFKA_BOOTSTRAP_SERVERS` in the environment a real Apache Kafka."""

import os
from abc import ABC, abstractmethod
from pathlib import Path

from deploy.kafka.cluster import KafkaCluster
from deploy.local.broker import Broker
from deploy.local.topics import EMBEDDED_PARTITIONS, PARTITIONS, create_topics
from shared.bus.address import KafkaAddress

GIVEN = os.environ.get("KAFKA_BOOTSTRAP_SERVERS", "")
"""The Kafka to test on; empty: the embedded broker, one a session."""
APACHE = bool(GIVEN)


class TestBus(ABC):
    """What a test knows of its bus: where it is and how many partitions the product's topics have there."""

    __test__ = False
    partitions = PARTITIONS if APACHE else EMBEDDED_PARTITIONS

    @property
    @abstractmethod
    def bootstrap(self) -> str:
        """`host:port,…`; stays over restarts."""

    @property
    def address(self) -> KafkaAddress:
        """As the product's clients take it."""
        return KafkaAddress(self.bootstrap, idempotent=APACHE)

    async def make_topics(self, *, anew: bool = False) -> None:
        """The product's topics; `anew` after it came up empty."""
        await create_topics(
            self.address, partitions=self.partitions, replication=None if APACHE else 1, replace=anew and not APACHE
        )


class GivenBus(TestBus):
    """The Kafka of the environment, which other tests use too: not to be killed."""

    @property
    def bootstrap(self) -> str:
        return GIVEN


class OwnBus(TestBus):
    """A broker of one test's own, of the same kind as the others' and to be killed. Its calls block."""

    @abstractmethod
    def start(self) -> None:
        """Start it, without topics."""

    @abstractmethod
    def kill(self) -> None:
        """`kill -9`; what it said it had is kept or lost as is its nature."""

    @abstractmethod
    def empty(self) -> None:
        """Kill it, and start it at the same address as another one that has never heard anything."""

    @abstractmethod
    def stop(self) -> None:
        """The end."""


class OwnEmbedded(OwnBus):
    """The embedded broker."""

    def __init__(self, home: Path) -> None:
        self._broker = Broker(home)

    @property
    def bootstrap(self) -> str:
        return self._broker.bootstrap

    def start(self) -> None:
        self._broker.start(topics=False)

    def kill(self) -> None:
        self._broker.kill()

    def empty(self) -> None:
        self._broker.restart(topics=False)

    def stop(self) -> None:
        self._broker.stop()


class OwnApache(OwnBus):
    """One node of Apache Kafka."""

    def __init__(self, home: Path) -> None:
        self.cluster = KafkaCluster(home, nodes=1)

    @property
    def bootstrap(self) -> str:
        return self.cluster.bootstrap

    def start(self) -> None:
        self.cluster.start()

    def kill(self) -> None:
        self.cluster.kill(1)

    def empty(self) -> None:
        self.cluster.kill(1)
        self.cluster.forget()
        self.cluster.start()

    def stop(self) -> None:
        self.cluster.stop()


def own_bus(home: Path) -> OwnBus:
    """One that runs, without topics."""
    made: OwnBus = OwnApache(home) if APACHE else OwnEmbedded(home)
    made.start()
    return made
