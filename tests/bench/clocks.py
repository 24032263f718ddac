"""A million clocks pending, a thousand a second coming due, complaints coming in beside: how late, and whether each fires once."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID

import asyncpg
from rich.console import Console

from tests.bench import cpu
from tests.bench.load import Shot, open_loop, percentile
from tests.bench.product import Product
from tests.bench.results import Result, rounds
from tests.bench.stillness import Connection, rest

LOOK = 0.05
"""Seconds between two looks, which is the resolution of a lateness."""
AHEAD = timedelta(seconds=3)
LOST_AFTER = 60.0
_CANDIDATES = """
SELECT t.id FROM tasks.tasks t JOIN tasks.timers c USING (id)
WHERE t.state = 'open' AND t.desk = 'tasks' AND NOT t.overdue AND t.due_at IS NOT NULL AND c.fire_at > now() + interval '10 minutes'
  AND t.clock::json ->> 'holder' = 'tasks' LIMIT $1
"""
_DUE = """
WITH w AS MATERIALIZED (SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) w(id, at)),
moved AS (UPDATE tasks.tasks t SET due_at = w.at FROM w WHERE t.id = w.id)
UPDATE tasks.timers c SET fire_at = w.at + interval '1 microsecond' FROM w WHERE c.id = w.id
"""
_PENDING = """
INSERT INTO tasks.timers (id, subject, fire_at)
SELECT gen_random_uuid(), gen_random_uuid(), now() + interval '30 days' + random() * interval '300 days'
FROM generate_series(1, $1::bigint)
"""
_TWICE = """
SELECT count(*) FROM (
  SELECT data::json ->> 'assignment_id' FROM tasks.journal
  WHERE id > $1 AND type = 'task.changed.v1' AND data::json ->> 'change' = 'overdue' GROUP BY 1 HAVING count(*) > 1
) doubled
"""


@dataclass(frozen=True, slots=True)
class Clocks:
    """So many pending, so many a second due for `seconds`, complaints beside at these rates a second, a round each."""

    pending: int
    per_second: int
    seconds: float
    beside: tuple[float, ...]

    @property
    def tasks(self) -> int:
        """So many clocks are used up."""
        return int(self.per_second * self.seconds * len(self.beside))


@dataclass(frozen=True, slots=True)
class Fired:
    """Seconds between a clock's moment and its verdict's being seen, of those seen; and what the complaints beside got."""

    late: list[float]
    lost: int
    doubled: int
    shot: Shot | None
    cpu: dict[str, float]


async def measure_clocks(product: Product, supply: Iterator[bytes], plan: Clocks, console: Console) -> list[Result]:
    """A round for each rate of complaints. The product must hold tasks enough whose clocks run."""
    connection = await asyncpg.connect(product.database_url, command_timeout=600)
    results: list[Result] = []
    try:
        missing = plan.pending - int(await connection.fetchval("SELECT count(*) FROM tasks.timers"))
        await connection.execute(_PENDING, max(0, missing))
        await connection.execute("VACUUM (ANALYZE) tasks.timers")
        await connection.execute("VACUUM (ANALYZE) tasks.tasks")
        pending = int(await connection.fetchval("SELECT count(*) FROM tasks.timers"))
        for rate in plan.beside:
            fired = await _round(product, connection, supply, plan, rate)
            results += _results(fired, plan, rate, pending)
            console.print(
                f"clocks, {rate:.0f} complaints/s beside: {len(fired.late)} fired, p99 {1000 * percentile(fired.late, 0.99):.0f} ms late"
            )
            await rest(connection)
    finally:
        await connection.close()
    return results


async def _round(product: Product, connection: Connection, supply: Iterator[bytes], plan: Clocks, rate: float) -> Fired:
    count = int(plan.per_second * plan.seconds)
    ids = [row["id"] for row in await connection.fetch(_CANDIDATES, count)]
    if len(ids) < plan.per_second:
        raise AssertionError(f"only {len(ids)} tasks whose clock runs; seed more incidents at work")
    requests = iter(list(islice(supply, int(rate * plan.seconds * 1.4) + 100)))
    mark = await connection.fetchval("SELECT coalesce(max(id), 0) FROM tasks.journal")
    chance = random.Random(7)
    start = datetime.now(UTC) + AHEAD + timedelta(seconds=len(ids) / 10_000)
    due = {id_: start + timedelta(seconds=chance.random() * len(ids) / plan.per_second) for id_ in ids}
    await connection.execute(_DUE, list(due), list(due.values()))
    if datetime.now(UTC) > start:
        raise AssertionError("the machine is too slow: the first clocks were due before all were set")
    await asyncio.sleep((start - datetime.now(UTC)).total_seconds())
    before = await cpu.read(product, connection)
    load = asyncio.create_task(open_loop(product.port("intake"), requests, rate, plan.seconds)) if rate else None
    late, lost = await _watch(connection, due)
    shot = await load if load else None
    await rest(connection)
    spent, _ = cpu.spent(before, await cpu.read(product, connection))
    doubled = int(await connection.fetchval(_TWICE, mark))
    return Fired(late, lost, doubled, shot, spent)


async def _watch(connection: Connection, due: dict[UUID, datetime]) -> tuple[list[float], int]:
    """Look for the verdicts of those whose moment has come, until all are there or a minute has passed since the last was due."""
    order = sorted(due, key=lambda id_: due[id_])
    place, waiting = 0, set[UUID]()
    late: list[float] = []
    until = due[order[-1]] + timedelta(seconds=LOST_AFTER)
    while place < len(order) or waiting:
        now = datetime.now(UTC)
        while place < len(order) and due[order[place]] <= now:
            waiting.add(order[place])
            place += 1
        rows = await connection.fetch(
            "SELECT id FROM tasks.tasks WHERE overdue AND id = ANY($1::uuid[])", list(waiting)
        )
        now = datetime.now(UTC)
        for row in rows:
            waiting.discard(row["id"])
            late.append((now - due[row["id"]]).total_seconds())
        if now > until:
            break
        await asyncio.sleep(LOOK)
    return late, len(waiting)


def _results(fired: Fired, plan: Clocks, rate: float, pending: int) -> list[Result]:
    beside = f", {rate:.0f} complaints/s beside" if rate else ""
    name = f"{plan.per_second} clocks/s due of {pending:,}{beside}"
    results = [
        rounds(f"{name}: late p99", [1000 * percentile(fired.late, 0.99)], "ms", at_most=1000),
        rounds(f"{name}: fired twice or not at all", [float(fired.doubled + fired.lost)], "clocks", at_most=0),
        rounds(f"{name}: late p50", [1000 * percentile(fired.late, 0.5)], "ms"),
        rounds(f"{name}: fired", [float(len(fired.late))], "clocks"),
        rounds(f"{name}: CPU of all", [sum(fired.cpu.values()) * 1000 / max(1, len(fired.late))], "ms/clock"),
        *(
            rounds(f"{name}: CPU of {who}", [seconds * 1000 / max(1, len(fired.late))], "ms/clock")
            for who, seconds in sorted(fired.cpu.items(), key=lambda each: -each[1])
        ),
    ]
    if fired.shot is not None:
        results += [
            rounds(f"{name}: complaints accepted", [fired.shot.rate], "requests/s"),
            rounds(f"{name}: complaint p99", [fired.shot.percentile(0.99)], "ms"),
        ]
    return results
