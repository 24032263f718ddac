"""Receiving from the bus: joins when the broker is there, answers nothing when it is not, and never raises for it."""

import asyncio
from collections.abc import Mapping, Sequence

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from shared.bus.address import KafkaAddress
from shared.bus.cloudevents import from_message
from shared.bus.leaving import leave
from shared.bus.partitions import shards_of
from shared.bus.watch import ClusterWatch
from shared.contracts.envelope import RawEvent

_log = structlog.get_logger()
Messages = Mapping[TopicPartition, Sequence[ConsumerRecord[bytes, bytes]]]
_MOST = 100
_WAIT_MS = 200
_FETCH_MS = 80
"""How long the broker may hold an empty answer back: half of it is what an event waits in an idle product."""
_JOIN_SECONDS = 30.0
"""A group waits for a member that was killed until its session ends; leaving earlier would only add another such ghost."""
_AGAIN_SECONDS = 1.0
_SESSION_MS = 6000
"""The least that Apache Kafka allows: so long after it was killed a member still counts."""
_HEARTBEAT_MS = 500
"""How soon the others hear that it does not count any more, and take its partitions."""
_ANSWER_SECONDS = 0.5
_STUCK_SECONDS, _STUCK_SECONDS_WITH_MANY = 5.0, 15.0
"""A group of several members on several brokers takes its time to find together; joining anew would only begin that again."""
_DEAF_SECONDS = 5.0
_ALONE_SECONDS = 0.05


class Subscriber:
    """A member of a service's consumer group over its producers' topics, from the earliest message on.

    Kafka's own offsets only spare re-reading; what counts is the position in the consumer's database.
    """

    def __init__(self, kafka: KafkaAddress, group: str, topics: Sequence[str]) -> None:
        self._kafka = kafka
        self._group = group
        self._topics = list(topics)
        self._consumer: AIOKafkaConsumer | None = None
        self._joining: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._not_before = 0.0
        self._away = False
        self._heard_at = 0.0
        self._asking: asyncio.Task[Messages] | None = None
        self._asked_at = 0.0

    async def poll(self) -> list[RawEvent]:
        """Up to a hundred events, waiting at most half a second for the first; none, soon, while no member. Joins on the side."""
        if self._away:
            self.rejoin()
        consumer = self._consumer
        if consumer is None:
            self._begin_joining()
            await asyncio.sleep(_ALONE_SECONDS)
            return []
        try:
            found = await self._ask(consumer)
        except (KafkaError, OSError, TimeoutError) as error:
            _log.warning("bus.poll_failed", group=self._group, error=repr(error))
            self.rejoin()
            return []
        if found:
            self._heard_at = asyncio.get_running_loop().time()
        return [
            from_message(place.topic, message.headers, message.value)
            for place, messages in found.items()
            for message in messages
        ]

    async def _ask(self, consumer: AIOKafkaConsumer) -> Messages:
        """What there is by now. While its group finds together again a consumer answers nothing; it is asked on at the next poll."""
        now = asyncio.get_running_loop().time()
        if self._asking is None:
            self._asking = asyncio.create_task(consumer.getmany(timeout_ms=_WAIT_MS, max_records=_MOST))
            self._asked_at = now
        done, _ = await asyncio.wait({self._asking}, timeout=_ANSWER_SECONDS)
        if done:
            asking, self._asking = self._asking, None
            found: Messages = asking.result()
            return found
        if now - self._asked_at > (_STUCK_SECONDS_WITH_MANY if self._kafka.several else _STUCK_SECONDS):
            raise TimeoutError
        return {}

    def shards(self) -> dict[str, set[int]] | None:
        """The shards assigned to this member by topic; None while it is no member (then all are worth looking at).

        A member may be given none: another replica has them all.
        """
        if self._consumer is None:
            return None
        owned: dict[str, set[int]] = {}
        for place in self._consumer.assignment():
            partitions = len(self._consumer.partitions_for_topic(place.topic) or ()) or 1
            owned.setdefault(place.topic, set()).update(shards_of(place.partition, partitions))
        return owned

    def _begin_joining(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._joining is None and now >= self._not_before:
            self._not_before = now + _AGAIN_SECONDS
            self._joining = asyncio.create_task(self._join())

    async def _join(self) -> None:
        consumer = AIOKafkaConsumer(
            *self._topics,
            **self._kafka.client(),
            group_id=self._group,
            auto_offset_reset="earliest",
            enable_auto_commit=True,
            fetch_max_wait_ms=_FETCH_MS,
            session_timeout_ms=_SESSION_MS,
            heartbeat_interval_ms=_HEARTBEAT_MS,
            metadata_max_age_ms=30000,
        )
        try:
            async with asyncio.timeout(_JOIN_SECONDS):
                await consumer.start()
        except (KafkaError, OSError, TimeoutError) as error:
            _log.warning("bus.no_broker", group=self._group, error=repr(error))
            await leave(consumer)
        except asyncio.CancelledError:
            await leave(consumer)
            raise
        else:
            self._consumer = consumer
            self._heard_at = asyncio.get_running_loop().time()
            self._watching = asyncio.create_task(self._watch())
        finally:
            self._joining = None

    async def _watch(self) -> None:
        """Leave as soon as the broker is away or another one answers.

        A consumer by itself would go on at its old position and wait for messages that never come.
        """
        found = await ClusterWatch(self._kafka).until_gone()
        _log.info("bus.broker_gone", group=self._group, found=found)
        # Only said here: the poll leaves, for a consumer that is stopped under a waiting poll never lets it go.
        self._away = True

    def doubt(self) -> None:
        """Something was missing that should have come by now: join anew, if nothing at all has come for a while.

        Not at once, for every joining stops the whole group for a moment, and a broker that takes over from another may be late.
        """
        if asyncio.get_running_loop().time() - self._heard_at > _DEAF_SECONDS:
            self.rejoin()

    def rejoin(self) -> None:
        """Leave, on the side, and join anew at the next poll."""
        consumer, self._consumer = self._consumer, None
        watching, self._watching, self._away = self._watching, None, False
        asking, self._asking = self._asking, None
        if watching is not None:
            watching.cancel()
        if consumer is not None:
            leaving = asyncio.create_task(leave(consumer, asking))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    async def close(self) -> None:
        """Leave the group, waiting at most a second or two for the broker."""
        if self._joining is not None:
            self._joining.cancel()
            await asyncio.gather(self._joining, return_exceptions=True)
        self.rejoin()
        await asyncio.gather(*self._leaving)
