"""Firing due clocks, each once, by any number of replicas.

Candidates are read without a lock; then their incidents are locked, sorted and with SKIP LOCKED (whoever works on an
incident keeps it, its clocks come with the next round); then what is still due is read again under that lock and fired. So
the lock order is the same as everywhere else: the incident first.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from prometheus_client import Counter, Histogram

from shared import pulse
from shared.clock import Clock
from shared.db import TRANSIENT, Database, Transaction
from shared.timers.verdicts import Verdicts

_log = structlog.get_logger()
_BATCH = 500
_IDLE, _BUSY = 0.25, 0.05
"""Seconds until the next look: after one that found nothing, and after one that fired; a full batch is followed at once."""
_SET_ASIDE = timedelta(minutes=10)
FIRED = Counter("huiying_timers_fired", "Clock moments acted on", ["schema"])
FAILED = Counter(
    "huiying_timers_failed", "Incidents whose clocks were set aside because acting on them failed", ["schema"]
)
LATE = Histogram(
    "huiying_timer_late_seconds",
    "How late after its moment a clock fired",
    ["schema"],
    buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 60, 600),
)


@dataclass(frozen=True, slots=True)
class Due:
    """A clock whose moment has come; `subject` is its incident."""

    id: UUID
    subject: UUID
    fire_at: datetime


Fire = Callable[[Transaction, Sequence[Due], datetime], Awaitable[Mapping[UUID, datetime | None]]]
"""Act on due clocks under their incidents' locks; answers each clock's next moment, or None where it ends."""


async def set_timers(tx: Transaction, schema: str, rows: Sequence[tuple[UUID, UUID, datetime]]) -> None:
    """Start or move clocks: (id, incident, next moment)."""
    if rows:
        await tx.execute(
            f"INSERT INTO {schema}.timers (id, subject, fire_at) "
            "SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) "
            "ON CONFLICT (id) DO UPDATE SET fire_at = excluded.fire_at",
            [row[0] for row in rows],
            [row[1] for row in rows],
            [row[2] for row in rows],
        )


async def drop_timers(tx: Transaction, schema: str, ids: Sequence[UUID]) -> None:
    """End clocks."""
    if ids:
        await tx.execute(f"DELETE FROM {schema}.timers WHERE id = ANY($1::uuid[])", list(ids))


class Timers:
    """The clocks of one schema; `lock_table` has a row per incident, keyed `incident_id`."""

    def __init__(self, schema: str, lock_table: str, fire: Fire) -> None:
        self._schema = schema
        self._lock_table = lock_table
        self._fire = fire
        FAILED.labels(schema)  # from zero on: an alarm on its increase would miss a first failure that begins the count

    async def run(self, db: Database, office: Clock, verdicts: Verdicts | None = None) -> None:
        """Fire what is due until cancelled, while `verdicts` allows it."""
        while True:
            try:
                now = office.now()  # before asking about the wall clock: what is asked about then is what was read
                fired = await self.run_due(db, now) if verdicts is None or verdicts.allowed() else 0
                pulse.beat()
            except TRANSIENT as error:
                pulse.failed(error)
                _log.warning("timers.retry", schema=self._schema, error=repr(error))
                fired = 0
            if fired < _BATCH:
                await asyncio.sleep(_BUSY if fired else _IDLE)

    async def run_due(self, db: Database, now: datetime) -> int:
        """Fire one batch of what is due at `now`; answers how many.

        Where acting on the batch fails, each incident's clocks are fired alone, and those that still fail are set aside for ten
        minutes with an error in the log and in `huiying_timers_failed`: one bad clock stops no other, and none is forgotten.
        Raises what is transient (`shared.db.TRANSIENT`).
        """
        async with db.transaction() as tx:
            found = await tx.fetch(
                f"SELECT DISTINCT subject FROM (SELECT subject FROM {self._schema}.timers "
                "WHERE fire_at <= $1 ORDER BY fire_at LIMIT $2) due",
                now,
                _BATCH,
            )
        subjects = [row["subject"] for row in found]
        try:
            return await self._fire_for(db, subjects, now)
        except TRANSIENT:
            raise
        except Exception as error:  # noqa: BLE001 - whatever one clock's action raises must not stop the others
            _log.error("timers.batch_failed", schema=self._schema, incidents=len(subjects), error=type(error).__name__)
        return sum([await self._fire_alone(db, subject, now) for subject in subjects])

    async def _fire_alone(self, db: Database, subject: UUID, now: datetime) -> int:
        try:
            return await self._fire_for(db, [subject], now)
        except TRANSIENT:
            raise
        except Exception as error:  # noqa: BLE001 - see run_due
            _log.error("timers.failed", schema=self._schema, incident=str(subject), error=type(error).__name__)
            FAILED.labels(self._schema).inc()
        async with db.transaction() as tx:
            await tx.execute(
                f"UPDATE {self._schema}.timers SET fire_at = $2 WHERE subject = $1 AND fire_at <= $3",
                subject,
                now + _SET_ASIDE,
                now,
            )
        return 0

    async def _fire_for(self, db: Database, subjects: Sequence[UUID], now: datetime) -> int:
        if not subjects:
            return 0
        async with db.transaction() as tx:
            locked = await tx.fetch(
                f"SELECT incident_id FROM {self._lock_table} WHERE incident_id = ANY($1::uuid[]) "
                "ORDER BY incident_id FOR UPDATE SKIP LOCKED",
                list(subjects),
            )
            rows = await tx.fetch(
                f"SELECT id, subject, fire_at FROM {self._schema}.timers "
                "WHERE subject = ANY($1::uuid[]) AND fire_at <= $2 ORDER BY fire_at LIMIT $3",
                [row["incident_id"] for row in locked],
                now,
                2 * _BATCH,
            )
            due = [Due(row["id"], row["subject"], row["fire_at"]) for row in rows]
            if due:
                await self._move(tx, await self._fire(tx, due, now), due)
        for each in due:
            LATE.labels(self._schema).observe((now - each.fire_at).total_seconds())
        FIRED.labels(self._schema).inc(len(due))
        return len(due)

    async def _move(self, tx: Transaction, moved: Mapping[UUID, datetime | None], due: Sequence[Due]) -> None:
        subjects = {each.id: each.subject for each in due}
        await drop_timers(tx, self._schema, [id_ for id_ in subjects if moved.get(id_) is None])
        later = [(id_, subjects[id_], moment) for id_, moment in moved.items() if moment is not None]
        await set_timers(tx, self._schema, later)
