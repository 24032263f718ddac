"""Sending stamped events. The bus is a shortcut: what it loses, consumers pull from the journal."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.bus.address import KafkaAddress
from shared.bus.cloudevents import to_headers
from shared.bus.partitions import partition_of
from shared.contracts.envelope import RawEvent
from shared.telemetry import spans

_log = structlog.get_logger()
_PATIENCE = 3.0
_PATIENCE_WITH_MANY = 12.0
"""Seconds that a batch may take before the connection is made anew. Where there are several brokers, one of them that dies is
replaced within some seconds, and what waits for it then goes on in order."""
_BREATH = 0.2
_BATCH = 500
_MOST_WAITING = 5000


class Bus:
    """A producer that reconnects by itself. The relay offers and goes on; `run` sends what was offered, in order.

    Where the broker cannot keep up or is away, the oldest are let go: they stand in the journal, numbered, to be pulled.
    """

    def __init__(self, kafka: KafkaAddress) -> None:
        self._kafka = kafka
        self._producer: AIOKafkaProducer | None = None
        self._waiting: deque[RawEvent] = deque(maxlen=_MOST_WAITING)
        self._offered = asyncio.Event()
        self._sent = asyncio.Event()
        self._sent.set()

    def offer(self, events: Sequence[RawEvent]) -> None:
        """Have these sent soon; never waits."""
        self._waiting.extend(events)
        self._sent.clear()
        self._offered.set()

    async def drained(self) -> None:
        """Wait until what was offered is sent or let go."""
        await self._sent.wait()

    async def run(self) -> None:
        """Send what is offered until cancelled."""
        while True:
            await self._offered.wait()
            self._offered.clear()
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
                if not await self.send(batch):
                    self._waiting.clear()
                    await asyncio.sleep(_BREATH)
            self._sent.set()

    async def send(self, events: Sequence[RawEvent]) -> bool:
        """Send in order; false where the broker did not take them all in time."""
        try:
            async with asyncio.timeout(_PATIENCE_WITH_MANY if self._kafka.several else _PATIENCE):
                producer = await self._started()
                partitions = {
                    topic: len(await producer.partitions_for(topic)) for topic in {e.producer for e in events}
                }
                waits = [
                    await producer.send(
                        event.producer,
                        event.data.encode(),
                        key=str(event.subject).encode(),
                        partition=partition_of(event.shard, partitions[event.producer]),
                        headers=to_headers(event),
                    )
                    for event in events
                ]
                with spans.sending(events[0].producer, [event.traceparent for event in events]):
                    await asyncio.gather(*waits)
        except (KafkaError, OSError, TimeoutError, AssertionError) as error:
            # aiokafka asserts that a partition is known: a topic that was made anew with fewer is found so.
            _log.warning("bus.unsent", events=len(events), error=repr(error))
            await self.close()
            return False
        return True

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(**self._kafka.producer(), linger_ms=2)
            try:
                await producer.start()
            except BaseException:
                with contextlib.suppress(KafkaError, OSError):
                    await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def close(self) -> None:
        """Let go of the broker, without waiting for it."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        with contextlib.suppress(KafkaError, OSError, TimeoutError):
            async with asyncio.timeout(1):
                await producer.stop()
