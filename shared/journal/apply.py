"""Applying events: dedupe, gaps, poison and order, all from one row per producer and shard.

Lower than the position: dropped. Next: applied, and the position moves in the same transaction. Higher: a gap, reported to
the caller, who pulls it from the producer's journal and comes back.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from prometheus_client import Counter as Metric

from shared.contracts.envelope import Event, RawEvent
from shared.db import TRANSIENT, Database, Transaction, lock_rows
from shared.journal.positions import Place, Positions
from shared.journal.subscriptions import Routes, Subscription
from shared.telemetry import spans, summary

_log = structlog.get_logger()
_BACK_OFF = (0.02, 0.1, 0.5)
APPLIED = Metric("huiying_events_applied", "Events whose effect was committed", ["consumer", "producer"])
PARKED = Metric("huiying_events_parked", "Events set aside with an error", ["consumer", "producer"])


class NotYetError(Exception):
    """What an event builds on has not arrived from another producer; it stays where it is and comes again by itself."""


Kin = Callable[[Transaction, Sequence[Event[Any]]], Awaitable[Sequence[UUID]]]
"""Whose rows a batch touches beside its subjects': they are locked with them, in one order."""


class Gap(NamedTuple):
    """Events after `after` of this shard are missing and must be pulled."""

    producer: str
    shard: int
    after: int


class Applier:
    """Applies events of a service; `lock` names the table whose `incident_id` rows are locked before any handler runs.

    `kin` names further rows of that table that a batch touches.
    """

    def __init__(self, schema: str, db: Database, routes: Routes, lock: str | None, kin: Kin | None = None) -> None:
        self.positions = Positions(schema)
        self.routes = routes
        self._db = db
        self._lock = lock
        self._kin = kin

    async def register(self) -> None:
        """Make the position rows; needed once before `apply`."""
        async with self._db.transaction() as tx:
            await self.positions.register(tx, self.routes.producers)

    async def apply(self, events: Sequence[RawEvent]) -> list[Gap]:
        """Apply what is next, together if it goes, one by one where one of them is poison.

        Raises only what is transient (`shared.db.TRANSIENT`): nothing of the batch was kept, apply it again.
        """
        try:
            return await self._together(events)
        except TRANSIENT:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is poison and must not stop the others
            _log.warning("consumer.batch_failed", consumer=self.positions.schema, error=summary(error))
        gaps: list[Gap] = []
        for event in sorted(events, key=lambda each: (each.producer, each.shard, each.seq)):
            gaps += await self._alone(event)
        return gaps

    async def _together(self, events: Sequence[RawEvent]) -> list[Gap]:
        async with self._db.transaction() as tx:
            places = sorted({(event.producer, event.shard) for event in events})
            subjects = sorted({event.subject for event in events})
            held = await self.positions.hold(tx, places, subjects)
            fresh, moved, gaps = _sift(events, held.positions)
            if fresh:
                for event in fresh:
                    if event.subject in held.blocked:
                        await self._park(
                            tx, event, "Behind an earlier parked event of the same subject; replay in order."
                        )
                await self._dispatch(tx, [event for event in fresh if event.subject not in held.blocked])
                await self.positions.move(tx, moved)
        for (producer, _), count in Counter((event.producer, 0) for event in fresh).items():
            APPLIED.labels(self.positions.schema, producer).inc(count)
        return gaps

    async def _alone(self, event: RawEvent) -> list[Gap]:
        error = ""
        for pause in _BACK_OFF:
            try:
                return await self._together([event])
            except TRANSIENT:
                raise
            except NotYetError as raised:
                _log.info("consumer.not_yet", consumer=self.positions.schema, waiting_for=str(raised))
                return []
            except Exception as raised:  # noqa: BLE001 - see apply
                error = summary(raised)
                await asyncio.sleep(pause)
        async with self._db.transaction() as tx:
            held = await self.positions.hold(tx, [(event.producer, event.shard)], [event.subject])
            fresh, moved, gaps = _sift([event], held.positions)
            if fresh:
                await self._park(tx, event, error)
                await self.positions.move(tx, moved)
        return gaps

    async def _park(self, tx: Transaction, event: RawEvent, error: str) -> None:
        PARKED.labels(self.positions.schema, event.producer).inc()
        _log.error(
            "consumer.parked", consumer=self.positions.schema, type=event.type, event_id=str(event.id), error=error
        )
        await self.positions.park(tx, event, error)

    async def replay(self, subject: UUID) -> int:
        """Apply a subject's parked events in order, each in its own transaction; answers how many.

        Raises what the handler raises: the event stays parked, and so do those behind it.
        """
        done = 0
        while True:
            async with self._db.transaction() as tx:
                taken = await self.positions.take_parked(tx, subject)
                if taken is None:
                    return done
                await self._dispatch(tx, [taken[1]])
                await self.positions.unpark(tx, taken[0])
            done += 1

    async def _dispatch(self, tx: Transaction, events: Sequence[RawEvent]) -> None:
        read = [self.routes.read(event) for event in events]
        if self._lock:
            known = [event for _, event in read if event is not None]
            kin = await self._kin(tx, known) if self._kin else ()
            await lock_rows(tx, self._lock, "incident_id", sorted({*(event.subject for event in known), *kin}))
        traces = {event.id: event.traceparent for event in events if event.traceparent is not None}
        for row, group in _waves(read):
            if row.handler is not None:
                with self._handling(row.payload.TYPE, group, traces):
                    await row.handler(tx, group)

    def _handling(
        self, type_: str, group: Sequence[Event[Any]], traces: Mapping[UUID, str]
    ) -> AbstractContextManager[None]:
        """The span of each traced event that a handler takes; what the handler says belongs to it."""
        traced = [(event.subject, traces.get(event.id)) for event in group] if traces else []
        said = {"messaging.system": "kafka", "messaging.consumer.group.name": f"huiying-{self.positions.schema}"}
        return spans.for_subjects(f"{self.positions.schema} handles {type_}", "consumer", traced, said)


def _sift(
    events: Sequence[RawEvent], positions: dict[Place, int]
) -> tuple[list[RawEvent], dict[Place, int], list[Gap]]:
    """What is next in each shard, where that moves the position to, and where something is missing."""
    fresh: list[RawEvent] = []
    moved: dict[Place, int] = {}
    gaps: dict[Place, Gap] = {}
    for event in sorted(events, key=lambda each: (each.producer, each.shard, each.seq)):
        place = (event.producer, event.shard)
        position = moved.get(place, positions[place])
        if event.seq == position + 1:
            fresh.append(event)
            moved[place] = event.seq
        elif event.seq > position + 1:
            gaps.setdefault(place, Gap(event.producer, event.shard, position))
    return fresh, moved, list(gaps.values())


def _waves(
    read: Sequence[tuple[Subscription, Event[Any] | None]],
) -> list[tuple[Subscription, list[Event[Any]]]]:
    """Groups for the handlers: the n-th event of every subject goes in wave n, by type within the wave."""
    seen: Counter[UUID] = Counter()
    waves: dict[int, dict[str, tuple[Subscription, list[Event[Any]]]]] = defaultdict(dict)
    for row, event in read:
        if event is None:
            continue
        wave = waves[seen[event.subject]]
        seen[event.subject] += 1
        wave.setdefault(row.payload.TYPE, (row, []))[1].append(event)
    return [group for number in sorted(waves) for group in waves[number].values()]
