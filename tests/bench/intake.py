"""Complaints a second beside the floor's inserts a second: rounds in turn, so that both meet the same machine."""

import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from tests.bench import cpu
from tests.bench.load import Shot, closed_loop, open_loop
from tests.bench.product import Product
from tests.bench.stillness import Connection, rest

MOST_RATE = 4000
"""Requests a second that are made ready beforehand: more than any round can use."""
DOWNSTREAM = ("grading", "tasks", "publishing", "console")
Mode = Literal["downstream running", "intake alone"]
MODES: tuple[Mode, Mode] = ("downstream running", "intake alone")


@dataclass(slots=True)
class Rounds:
    """Good answers a second, a value a round; `refused` counts what was not answered 2xx.

    `cpu`: ms a complaint while they were being sent, by process, of the rounds with intake alone.
    """

    floor: list[float] = field(default_factory=list)
    product: dict[Mode, list[float]] = field(default_factory=lambda: {mode: [] for mode in MODES})
    cpu: list[dict[str, float]] = field(default_factory=list)
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Doors:
    """Where to knock: the product's database, both ports, and the supply of requests."""

    product: Product
    connection: Connection
    floor_port: int
    requests: Iterator[bytes]

    @property
    def port(self) -> int:
        """Intake's."""
        return self.product.port("intake")

    def prepared(self, most: int) -> Iterator[bytes]:
        """Requests made beforehand: making them costs the generator more than sending them."""
        return iter(list(islice(self.requests, most)))


async def alternate(
    doors: Doors, *, rounds: int, seconds: float, connections: int, say: Callable[[str], None]
) -> Rounds:
    """Floor, product with all running, floor, product with the others held: so many times, each from rest."""
    found = Rounds()
    for number in range(1, rounds + 1):
        for mode in MODES:
            requests = doors.prepared(int(MOST_RATE * seconds))
            found.floor.append((await closed_loop(doors.floor_port, requests, connections, seconds)).rate)
            async with held(doors.product, mode):
                requests = doors.prepared(int(MOST_RATE * seconds))
                before = await cpu.read(doors.product, doors.connection)
                shot = await closed_loop(doors.port, requests, connections, seconds)
                spent, _ = cpu.spent(before, await cpu.read(doors.product, doors.connection))
            if mode == "intake alone":
                found.cpu.append({name: 1000 * each / len(shot.latencies) for name, each in spent.items()})
            found.product[mode].append(shot.rate)
            found.refused += shot.refused
            behind = await rest(doors.connection)
            say(
                f"round {number}/{rounds} {mode}: floor {found.floor[-1]:.0f}/s, complaints {shot.rate:.0f}/s "
                f"(p99 {shot.percentile(0.99):.0f} ms), at rest after {behind:.1f} s"
            )
    return found


async def half_load(doors: Doors, mode: Mode, rate: float, seconds: float) -> Shot:
    """A round at a given rate."""
    requests = doors.prepared(int(rate * seconds * 1.3) + 100)
    async with held(doors.product, mode):
        shot = await open_loop(doors.port, requests, rate, seconds)
    await rest(doors.connection)
    return shot


@asynccontextmanager
async def held(product: Product, mode: Mode) -> AsyncIterator[None]:
    """Stop the other services for the time of a block (SIGSTOP), where intake is to be measured alone."""
    chosen: Sequence[str] = DOWNSTREAM if mode == "intake alone" else ()
    processes = [process for name, process in product.processes().items() if name in chosen]
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGCONT)
