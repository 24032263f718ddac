"""Load: closed (as fast as N connections go) and open (at a given rate, whatever the answers do)."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import orjson

from tests.bench.setup import Office
from tests.bench.texts import Texts
from tests.bench.wire import Connection, request

Answered = Callable[[float, bytes], None]
"""Called with the moment a request was meant to be sent (monotonic) and the body of its 201."""


@dataclass(slots=True)
class Shot:
    """What a round of load did. Latencies are in seconds, of the answers that were 2xx."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    bodies: list[bytes] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return len(self.latencies) / max(self.ended - self.began, 1e-9)

    @property
    def refused(self) -> int:
        """Answers that were not 2xx, broken connections among them."""
        return sum(count for status, count in self.statuses.items() if not 200 <= status < 300)

    def incidents(self) -> set[UUID]:
        """The incidents named in the answers."""
        return {UUID(orjson.loads(body)["incident_id"]) for body in self.bodies}

    def percentile(self, share: float) -> float:
        """A latency in milliseconds."""
        return percentile(self.latencies, share) * 1000

    def add(self, meant: float, status: int, body: bytes) -> None:
        """Count one answer."""
        self.statuses[status] += 1
        if 200 <= status < 300:
            self.latencies.append(time.perf_counter() - meant)
            self.bodies.append(body)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def complaints(offices: Sequence[Office], texts: Texts, run: str) -> Iterator[bytes]:
    """Endless requests, organisation after organisation, each under a key of its own."""
    for number, complaint in enumerate(texts):
        office = offices[number % len(offices)]
        headers = {"X-API-Key": office.api_key, "Idempotency-Key": f"{run}-{number}"}
        yield request("/v1/complaints", headers, complaint)


async def closed_loop(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Shot:
    """Each connection sends its next request as soon as its last was answered."""
    lines = [await Connection.open(port) for _ in range(connections)]
    shot = Shot(began=time.perf_counter())
    until = shot.began + seconds

    async def keep_on(line: Connection) -> None:
        while (meant := time.perf_counter()) < until:
            try:
                status, body = await line.send(next(requests))
            except ConnectionError:
                shot.statuses[0] += 1
                return
            shot.add(meant, status, body)

    await asyncio.gather(*map(keep_on, lines))
    shot.ended = time.perf_counter()
    for line in lines:
        line.close()
    return shot


async def open_loop(
    port: int, requests: Iterator[bytes], rate: float, seconds: float, answered: Answered | None = None, seed: int = 1
) -> Shot:
    """Requests at random moments (Poisson), `rate` a second. Latency counts from the moment a request was due, so that
    a slow answer cannot hide the ones that waited behind it."""
    gaps = random.Random(seed)
    # First in, first out: load over all connections, as of many portals, not the one that was used last again and again.
    idle: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(64):
        idle.put_nowait(await Connection.open(port))
    shot = Shot(began=time.perf_counter())
    under_way: set[asyncio.Task[None]] = set()

    async def one(meant: float, whole: bytes) -> None:
        line = await idle.get()
        try:
            status, body = await line.send(whole)
        except ConnectionError:
            shot.statuses[0] += 1
            line = await Connection.open(port)
        else:
            shot.add(meant, status, body)
            if answered is not None and 200 <= status < 300:
                answered(meant, body)
        finally:
            idle.put_nowait(line)

    meant = shot.began
    while (meant := meant + gaps.expovariate(rate)) < shot.began + seconds:
        await asyncio.sleep(max(0.0, meant - time.perf_counter()))
        task = asyncio.create_task(one(meant, next(requests)))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)
    shot.ended = time.perf_counter()
    while not idle.empty():
        idle.get_nowait().close()
    return shot
