"""Complaints a second beside the floor's inserts a second: rounds in turn, so that both meet the same machine."""

import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from tests.bench.load import Shot, closed_loop, open_loop
from tests.bench.product import Product
from tests.bench.stillness import Connection, rest

DOWNSTREAM = ("grading", "tasks", "publishing", "console")
Mode = Literal["downstream running", "intake alone"]
MODES: tuple[Mode, Mode] = ("downstream running", "intake alone")


@dataclass(slots=True)
class Rounds:
    """Good answers a second, a value a round; `refused` counts what was not answered 2xx."""

    floor: list[float] = field(default_factory=list)
    product: dict[Mode, list[float]] = field(default_factory=lambda: {mode: [] for mode in MODES})
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
            found.floor.append((await _round(doors, doors.floor_port, seconds, connections)).rate)
            async with held(doors.product, mode):
                shot = await _round(doors, doors.port, seconds, connections)
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


async def _round(doors: Doors, port: int, seconds: float, connections: int) -> Shot:
    return await closed_loop(port, doors.prepared(int(4000 * seconds)), connections, seconds)
