"""The one consumer loop: takes from the bus, applies, and every two seconds compares itself with the producers' heads.

A shard that is behind its head twice in a row without moving is pulled from the producer's journal, and the bus is joined
anew; while the bus is not joined at all, everything is pulled; and a shard of another member that stands still for long is pulled
too, whoever should have it. That is how an outage, an emptied broker and a lost message are
healed, by one mechanism.
"""

import asyncio
from collections.abc import Mapping, Sequence

import structlog
from prometheus_client import Counter, Gauge

from shared import pulse
from shared.bus.subscriber import Subscriber
from shared.contracts.envelope import RawEvent
from shared.db import TRANSIENT, Database
from shared.errors import UnavailableError
from shared.ids import SHARDS
from shared.journal.apply import Applier, Gap
from shared.journal.catch_up import PAGE, JournalClient, JournalUnreachableError
from shared.journal.positions import Place

_log = structlog.get_logger()
_LOOK_EVERY = 2.0
_LOOK_ALONE, _LOOK_LONG_ALONE, _LONG = 0.1, 0.5, 10.0
"""The same while the bus is not joined: then the journals are the only way, and nothing is about to arrive by itself. After ten
seconds it is an outage and not a moment, and looking less often leaves the machine to the work."""
_PACE = 0.01
"""Seconds that a small batch is followed by: events that come meanwhile share the next transaction."""
_ABANDONED = 4
"""Looks at which a shard of another member stood still before it is pulled here: that member may be hung, or a ghost of the broker's.
Should it be at work after all, the position row lets only one of the two apply."""
_SMALL = 50
_TOGETHER = 200
PULLED = Counter("huiying_events_pulled", "Events fetched from a journal, not from the bus", ["consumer", "producer"])
BEHIND = Gauge("huiying_consumer_behind", "Events between position and head", ["consumer", "producer"])


class Consumer:
    """Consumes a service's subscriptions until cancelled, through outages of database, broker and producers."""

    def __init__(self, db: Database, applier: Applier, subscriber: Subscriber, journals: JournalClient) -> None:
        self._db = db
        self._applier = applier
        self._subscriber = subscriber
        self._journals = journals
        self._name = applier.positions.schema
        self._stood: dict[Place, tuple[int, int]] = {}
        self._looked_at = 0.0
        self._alone_since = 0.0
        self._sources: dict[str, str] = {}
        self._backlog: list[RawEvent] = []

    async def run(self) -> None:
        """Consume; a transient failure keeps the batch and tries it again."""
        registered = False
        while True:
            try:
                if not registered:
                    await self._applier.register()
                    registered = True
                await self._round()
                pulse.beat()
            except TRANSIENT as error:
                pulse.failed(error)
                _log.warning("consumer.retry", consumer=self._name, error=repr(error))
                await asyncio.sleep(0.2)

    async def _round(self) -> None:
        if not self._backlog:
            # What another journal than the present one has left on the bus (an earlier database's) is not ours to apply.
            polled = await self._subscriber.poll()
            self._backlog = [event for event in polled if event.source == self._sources.get(event.producer)]
        if self._backlog:
            await self.take(self._backlog)
            small, self._backlog = len(self._backlog) < _SMALL, []
            if small:
                await asyncio.sleep(_PACE)
        now = asyncio.get_running_loop().time()
        member = self._subscriber.shards() is not None
        self._alone_since = now if member or not self._alone_since else self._alone_since
        alone = _LOOK_ALONE if now - self._alone_since < _LONG else _LOOK_LONG_ALONE
        if now - self._looked_at >= (_LOOK_EVERY if member else alone):
            self._looked_at = now
            await self.catch_up(patient=member)

    async def take(self, events: Sequence[RawEvent]) -> None:
        """Apply a batch from the bus, pulling whatever is missing before it."""
        await self._pull(await self._applier.apply(events))

    async def catch_up(self, *, patient: bool = True) -> int:
        """Compare with every producer's heads and pull what does not come; answers how many events were pulled.

        Patient: only where a shard stood still since the last look, for its events may just be on their way.
        """
        producers = self._applier.routes.producers
        found = await asyncio.gather(*(self._behind(producer, patient) for producer in producers))
        pulled = await self._pull([gap for gaps in found for gap in gaps])
        if pulled and patient:
            self._subscriber.doubt()
        return pulled

    async def _behind(self, producer: str, patient: bool) -> list[Gap]:
        try:
            source, heads = await self._journals.heads(producer)
        except JournalUnreachableError as error:
            _log.info("consumer.no_heads", consumer=self._name, producer=producer, error=str(error))
            return []
        self._sources[producer] = source
        async with self._db.transaction() as tx:
            positions = await self._applier.positions.read(tx, producer)
        shards = self._subscriber.shards()
        owned = set(heads) if shards is None else shards.get(producer, set())
        late = {shard: positions[shard] for shard in sorted(heads) if positions[shard] < heads[shard]}
        BEHIND.labels(self._name, producer).set(sum(heads[shard] - late[shard] for shard in late if shard in owned))
        stood = self._stand_still(producer, late)
        wanted = [shard for shard in late if stood[shard] >= (int(patient) if shard in owned else _ABANDONED)]
        return [Gap(producer, shard, late[shard]) for shard in wanted]

    def _stand_still(self, producer: str, late: Mapping[int, int]) -> dict[int, int]:
        """By shard that is late: at how many looks in a row before this one it stood where it stands."""
        before = {shard: self._stood.pop((producer, shard), None) for shard in range(SHARDS)}
        stood = {}
        for shard, position in late.items():
            known = before[shard]
            stood[shard] = known[1] + 1 if known is not None and known[0] == position else 0
            self._stood[producer, shard] = position, stood[shard]
        return stood

    async def _pull(self, gaps: Sequence[Gap]) -> int:
        """Fetch what is missing, all shards at once, and apply it in large batches; answers how many events came."""
        total = 0
        while gaps:
            pages = await asyncio.gather(*(self._page(gap) for gap in gaps))
            events = [event for page in pages for event in page]
            for start in range(0, len(events), _TOGETHER):
                await self._applier.apply(events[start : start + _TOGETHER])
            total += len(events)
            full = [(gap, page[-1]) for gap, page in zip(gaps, pages, strict=True) if len(page) == PAGE]
            gaps = [Gap(gap.producer, gap.shard, last.seq) for gap, last in full]
        return total

    async def _page(self, gap: Gap) -> list[RawEvent]:
        try:
            events = await self._journals.pull(gap.producer, gap.shard, gap.after)
        except JournalUnreachableError as error:
            _log.info("consumer.not_pulled", consumer=self._name, gap=gap, error=str(error))
            return []
        PULLED.labels(self._name, gap.producer).inc(len(events))
        return events

    def check_flowing(self) -> None:
        """Raises `UnavailableError` unless the bus is joined, or the journals were looked at within the last ten seconds."""
        seconds = asyncio.get_running_loop().time() - self._looked_at
        if self._subscriber.shards() is None and (self._looked_at == 0.0 or seconds > 10):
            raise UnavailableError("No events come in: neither the bus nor the journals have been reached.")

    async def close(self) -> None:
        """Leave the bus and close the connections to other journals."""
        try:
            await self._subscriber.close()
        finally:
            await self._journals.close()
