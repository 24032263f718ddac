"""Faults: `kill -9` of real processes by pid, at seeded random moments."""

import asyncio
import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from tests.bench.product import SERVICES, Product

EVERYONE = ("broker", "postgres", *SERVICES)
GAP = (0.2, 3.0)
"""Seconds between two faults, drawn evenly: short enough that one comes while another is being healed."""
COMES_BACK_WITHIN = 60.0


class NotBackError(Exception):
    """A killed process was not started again by itself: a person would be needed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One kill: seconds since the first, the process by name, the seconds until the next."""

    target: str
    gap: float


def plan(seed: int, rounds: int, targets: Sequence[str] = EVERYONE) -> list[Fault]:
    """Each target so many times, in an order and with gaps that follow from the seed."""
    chance = random.Random(seed)
    order = [target for target in targets for _ in range(rounds)]
    chance.shuffle(order)
    return [Fault(target, chance.uniform(*GAP)) for target in order]


async def inflict(product: Product, fault: Fault, say: Callable[[str], None]) -> None:
    """Kill it once it runs. Raises `NotBackError` where it does not."""
    deadline = time.monotonic() + COMES_BACK_WITHIN
    while (victim := product.processes().get(fault.target)) is None:
        if time.monotonic() > deadline:
            raise NotBackError(f"{fault.target} was not started again within {COMES_BACK_WITHIN:.0f} s")
        await asyncio.sleep(0.1)
    victim.kill()
    say(f"kill -9 {fault.target} (pid {victim.pid})")
    await asyncio.sleep(fault.gap)


def move_office_time(product: Product, by: timedelta) -> None:
    """Let clocks come due: every process reads this offset within a second. Written in one step, as a reader may look now."""
    file = product.var / "state" / "clock"
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".clock.{os.getpid()}")
    fresh.write_text(str(int(by.total_seconds())), encoding="ascii")
    fresh.replace(file)
