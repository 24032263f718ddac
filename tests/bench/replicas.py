"""One of two processes of a service killed under load: how long until every partition is served again.

Complaints go on coming in over all partitions; whoever waited longest for their tasks to be visible, waited for the partitions of the
process that was killed.
"""

import asyncio
import os
import secrets
from collections.abc import Sequence
from itertools import islice

import asyncpg
from rich.console import Console

from tests.bench import flow
from tests.bench.load import complaints
from tests.bench.product import Product
from tests.bench.results import Result, rounds
from tests.bench.setup import Office, make_offices
from tests.bench.stillness import Connection, rest
from tests.bench.texts import Texts

REPLICAS = 2
RATE = 20.0
KILL_AFTER = 3.0
SECONDS = 12.0
AT_MOST = 10.0
OPTIONS = ("--replicas", str(REPLICAS))


async def measure_replicas(product: Product, victims: Sequence[str], console: Console) -> list[Result]:
    """Kill each of `victims`, processes of a product that runs two of every service, in turn."""
    bus = "Apache Kafka" if os.environ.get("KAFKA_BOOTSTRAP_SERVERS") else "the embedded broker"
    offices = await make_offices(product)
    connection = await asyncpg.connect(product.database_url)
    waited: dict[str, float] = {}
    try:
        for victim in victims:
            await rest(connection)
            waited[victim] = await _round(product, connection, offices, victim)
            console.print(f"{victim} killed, {bus}: every partition served again within {waited[victim]:.1f} s")
    finally:
        await connection.close()
    return [
        rounds(
            f"kill of one replica, {bus}: served again (worst of {', '.join(victims)})",
            [max(waited.values())],
            "s",
            at_most=AT_MOST,
        ),
        *(
            rounds(f"kill of {victim}, {bus}: longest wait for tasks", [seconds], "s")
            for victim, seconds in waited.items()
        ),
    ]


async def _round(product: Product, connection: Connection, offices: Sequence[Office], victim: str) -> float:
    supply = complaints(offices, Texts(secrets.randbits(32)), secrets.token_hex(8))
    requests = iter(list(islice(supply, int(RATE * SECONDS * 2))))
    load = asyncio.create_task(flow.end_to_end(product, connection, requests, offices, rate=RATE, seconds=SECONDS))
    await asyncio.sleep(KILL_AFTER)
    product.processes()[victim].kill()
    way = await load
    if not way.committed:
        raise AssertionError("no incident came through")
    return max(way.committed)
