"""Three times too much: what intake does with it, who is turned away, and how soon it is itself again."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from rich.console import Console

from tests.bench.intake import Doors, held
from tests.bench.load import closed_loop, complaints, percentile
from tests.bench.results import Result, rounds
from tests.bench.setup import Office
from tests.bench.stillness import rest
from tests.bench.texts import Texts
from tests.bench.wire import Connection

TIMES = 3.0
CONNECTIONS = 400
"""More than the bound of both processes together, so that what waits, waits at intake and not at the generator."""
QUIET_RATE = 20.0
VALLEY_SECONDS = 4.0
Answer: TypeAlias = tuple[float, float, int]
"""When a request was due, when it was answered, and with which status; monotonic seconds."""


@dataclass(slots=True)
class Flood:
    """Open load at a given rate over many connections; `unsent` counts what no connection was free for."""

    answers: list[Answer] = field(default_factory=list)
    unsent: int = 0

    def taken(self, since: float = 0.0, until: float = float("inf")) -> list[float]:
        """Seconds to the 201 of what was due then."""
        return [end - due for due, end, status in self.answers if status == 201 and since <= due < until]

    def statuses(self) -> Counter[int]:
        """How many got which answer."""
        return Counter(status for _, _, status in self.answers)


async def flood(
    port: int, requests: Iterator[bytes], rate: float, seconds: float, connections: int, seed: int
) -> Flood:
    """Requests at random moments; one that finds no connection free is not sent, for its time would measure the generator."""
    gaps, said = random.Random(seed), Flood()
    idle = [await Connection.open(port) for _ in range(connections)]
    random.Random(seed).shuffle(idle)
    under_way: set[asyncio.Task[None]] = set()

    async def one(line: Connection, due: float, whole: bytes) -> None:
        try:
            status, _ = await line.send(whole)
        except ConnectionError:
            status, line = 0, await Connection.open(port)
        said.answers.append((due, time.perf_counter(), status))
        idle.insert(0, line)

    began = due = time.perf_counter()
    while (due := due + gaps.expovariate(rate)) < began + seconds:
        if (ahead := due - time.perf_counter()) > 0:
            await asyncio.sleep(ahead)
        if not idle:
            said.unsent += 1
            continue
        task = asyncio.create_task(one(idle.pop(), due, next(requests)))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)
    for line in idle:
        line.close()
    return said


async def measure_overload(doors: Doors, offices: Sequence[Office], seconds: float, console: Console) -> list[Result]:
    """Capacity first; then thrice as much from one key, a little from another beside it, and the valley after it."""
    async with held(doors.product, "intake alone"):
        full = await closed_loop(doors.port, doors.prepared(int(4000 * seconds)), 48, seconds)
    await rest(doors.connection)
    run = f"flood-{time.time_ns()}"
    noisy, quiet = (complaints([office], Texts(seed), f"{run}-{seed}") for seed, office in enumerate(offices[:2], 1))
    flooding = list(_taken(noisy, int(TIMES * full.rate * seconds * 1.2)))
    trickle = list(_taken(quiet, int(QUIET_RATE * (seconds + VALLEY_SECONDS) * 2)))
    async with held(doors.product, "intake alone"):
        began = time.perf_counter()
        beside = asyncio.create_task(
            flood(doors.port, iter(trickle), QUIET_RATE, seconds + VALLEY_SECONDS, connections=16, seed=2)
        )
        loud = await flood(doors.port, iter(flooding), TIMES * full.rate, seconds, CONNECTIONS, seed=1)
        ended = time.perf_counter()
        soft = await beside
    await rest(doors.connection)
    console.print(f"overload: {loud.statuses()} of the flood, {soft.statuses()} of the trickle, {loud.unsent} not sent")
    return _results(full.rate, seconds, loud, soft, (began, ended))


def _results(capacity: float, seconds: float, loud: Flood, soft: Flood, flooded: tuple[float, float]) -> list[Result]:
    kept, statuses = loud.taken(), loud.statuses() + soft.statuses()
    during, after = soft.taken(*flooded), soft.taken(flooded[1])
    strange = sum(count for status, count in statuses.items() if status not in {201, 429})
    shed_quiet = soft.statuses()[429]
    return [
        rounds("overload: capacity before it", [capacity], "requests/s"),
        rounds("overload: offered", [(len(loud.answers) + loud.unsent) / seconds], "requests/s"),
        rounds("overload: taken meanwhile", [len(kept) / seconds], "requests/s"),
        rounds("overload: turned away", [loud.statuses()[429] / seconds], "requests/s"),
        rounds("overload: not sent, all connections busy", [loud.unsent / seconds], "requests/s"),
        rounds("overload: p50 of what is taken", [1000 * percentile(kept, 0.5)], "ms"),
        rounds("overload: p99 of what is taken", [1000 * percentile(kept, 0.99)], "ms", at_most=250),
        rounds("overload: p99 of another key's meanwhile", [1000 * percentile(during, 0.99)], "ms", at_most=250),
        rounds("overload: another key's requests turned away", [float(shed_quiet)], "requests", at_most=0),
        rounds("overload: answers but 201 and 429", [float(strange)], "requests", at_most=0),
        rounds("overload: seconds until the last 429 after it", [_last_refusal(soft, flooded[1])], "s", at_most=3),
        rounds("overload: p99 in the valley after it", [1000 * percentile(after, 0.99)], "ms"),
    ]


def _last_refusal(soft: Flood, ended: float) -> float:
    return max((due - ended for due, _, status in soft.answers if status == 429), default=0.0)


def _taken(requests: Iterator[bytes], most: int) -> Iterator[bytes]:
    for _, whole in zip(range(most), requests, strict=False):
        yield whole
