"""From a report to visible tasks: sustained, and at half load end to end."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import aiohttp
import orjson

from tests.bench import cpu
from tests.bench.load import Shot, closed_loop, open_loop, percentile
from tests.bench.product import Product
from tests.bench.setup import Office
from tests.bench.stillness import Connection, rest

LOOK = 0.01
ONE_IN = 40
"""Of so many incidents one is also watched for over HTTP, as a person at a board would."""
LOST_AFTER = 60.0


@dataclass(frozen=True, slots=True)
class Sustained:
    """A burst at full speed and its way to the boards. `processes`, `pools`: CPU ms an incident, until all was at rest."""

    incidents: int
    accepted_rate: float
    visible_rate: float
    tasks_each: float
    refused: int
    processes: dict[str, float]
    pools: dict[str, float]


@dataclass(frozen=True, slots=True)
class EndToEnd:
    """Seconds from when a report was due to be sent until its tasks stood in the table, and until the API showed them."""

    committed: Sequence[float]
    shown: Sequence[float]
    answered: Shot


async def sustained(
    product: Product, connection: Connection, requests: Iterator[bytes], *, seconds: float, connections: int = 48
) -> Sustained:
    """Send for `seconds` at full speed; the rate counts from the first send until tasks of all incidents are there."""
    known = await _count(connection)
    tasks = await connection.fetchval("SELECT count(*) FROM tasks.tasks")
    before = await cpu.read(product, connection)
    shot = await closed_loop(product.port("intake"), requests, connections, seconds)
    incidents = shot.incidents()
    async with asyncio.timeout(LOST_AFTER + len(incidents) / 20):
        while await _count(connection) < known + len(incidents):
            await asyncio.sleep(0.05)
    visible_after = time.perf_counter() - shot.began
    with_tasks = await connection.fetchval(
        "SELECT count(DISTINCT incident_id) FROM tasks.tasks WHERE incident_id = ANY($1::uuid[])", list(incidents)
    )
    if with_tasks != len(incidents):
        raise AssertionError(f"{len(incidents) - with_tasks} of {len(incidents)} incidents have no task")
    await rest(connection)
    by_process, by_pool = cpu.spent(before, await cpu.read(product, connection))
    made = await connection.fetchval("SELECT count(*) FROM tasks.tasks") - tasks

    def each(spent: dict[str, float]) -> dict[str, float]:
        return {name: 1000 * seconds / len(incidents) for name, seconds in spent.items()}

    return Sustained(
        incidents=len(incidents),
        accepted_rate=shot.rate,
        visible_rate=len(incidents) / visible_after,
        tasks_each=made / len(incidents),
        refused=shot.refused,
        processes=each(by_process),
        pools=each(by_pool),
    )


async def end_to_end(
    product: Product,
    connection: Connection,
    requests: Iterator[bytes],
    office: Sequence[Office],
    *,
    rate: float,
    seconds: float,
) -> EndToEnd:
    """Send at `rate` and watch each incident appear. Looks every 10 ms, which is the resolution."""
    waiting: dict[UUID, float] = {}
    committed: list[float] = []
    shown: list[asyncio.Task[float]] = []

    async with aiohttp.ClientSession() as session:
        headers = [await each.token(session, product) for each in office]

        def answered(meant: float, body: bytes) -> None:
            incident = UUID(orjson.loads(body)["incident_id"])
            waiting[incident] = meant
            if len(shown) * ONE_IN < len(committed):
                shown.append(asyncio.create_task(_shown(session, product, headers, incident, meant)))

        load = asyncio.create_task(open_loop(product.port("intake"), requests, rate, seconds, answered))
        last = time.perf_counter() + seconds + LOST_AFTER
        while not load.done() or (waiting and time.perf_counter() < last):
            visible = await _visible(connection, waiting)
            now = time.perf_counter()
            committed += [now - waiting.pop(incident) for incident in visible]
            await asyncio.sleep(LOOK)
        committed += [LOST_AFTER] * len(waiting)
        return EndToEnd(committed, await asyncio.gather(*shown), await load)


async def _count(connection: Connection) -> int:
    """Incidents whose tasks are there: a row of `tasks.incidents` is committed together with them."""
    return int(await connection.fetchval("SELECT count(*) FROM tasks.incidents"))


async def _visible(connection: Connection, waiting: dict[UUID, float]) -> list[UUID]:
    if not waiting:
        return []
    rows = await connection.fetch(
        "SELECT DISTINCT incident_id FROM tasks.tasks WHERE incident_id = ANY($1::uuid[])", list(waiting)
    )
    return [row["incident_id"] for row in rows]


async def _shown(
    session: aiohttp.ClientSession, product: Product, headers: Sequence[dict[str, str]], incident: UUID, meant: float
) -> float:
    """Ask the board every 20 ms until it shows the incident's tasks; whose incident it is, is found by asking."""
    url = f"{product.url('tasks')}/v1/tasks?incident_id={incident}"
    until = time.perf_counter() + LOST_AFTER
    while time.perf_counter() < until:
        for header in headers:
            async with session.get(url, headers=header) as response:
                if (await response.json()).get("items"):
                    return time.perf_counter() - meant
        await asyncio.sleep(0.02)
    return LOST_AFTER


def milliseconds(values: Sequence[float], share: float) -> float:
    """A percentile in milliseconds."""
    return 1000 * percentile(values, share)
