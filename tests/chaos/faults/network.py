"""The way between one service and its database: cut, slow, half-open. By a proxy of our own, see `proxy.py`."""

import asyncio
import random
from collections.abc import Sequence

from tests.bench.product import SERVICES
from tests.chaos.faults.kind import Fault, Kind
from tests.chaos.proxy import Mode
from tests.chaos.stage import Say, Stage

SLOW = (0.005, 0.25)
"""Seconds each way, drawn evenly: from another building to another continent on a bad day."""


def _services(_: Stage) -> Sequence[str]:
    return SERVICES


async def _refuse(stage: Stage, fault: Fault, say: Say) -> None:
    say(str(fault))
    await stage.wires.cut(fault.target, Mode.REFUSE)
    await _over(stage, fault)


async def _swallow(stage: Stage, fault: Fault, say: Say) -> None:
    say(str(fault))
    await stage.wires.cut(fault.target, Mode.SWALLOW)
    await _over(stage, fault)


async def _delay(stage: Stage, fault: Fault, say: Say) -> None:
    seconds = random.Random(f"{fault}").uniform(*SLOW)
    say(f"{fault}, {seconds * 1000:.0f} ms each way")
    await stage.wires.delay(fault.target, seconds)
    await _over(stage, fault)


async def _silence(stage: Stage, fault: Fault, say: Say) -> None:
    say(str(fault))
    await stage.wires.silence(fault.target)
    await _over(stage, fault)


async def _over(stage: Stage, fault: Fault) -> None:
    try:
        await asyncio.sleep(fault.lasts)
    finally:
        await stage.wires.mend(fault.target)


def _wire(target: str) -> str:
    return f"wire of {target}"


KINDS = (
    Kind("cut", 0.05, (0.1, 8), _services, _refuse, place=_wire),
    Kind("cut-silently", 0.04, (0.5, 8), _services, _swallow, place=_wire),
    Kind("delay", 0.05, (1, 8), _services, _delay, place=_wire),
    Kind("half-open", 0.04, (1, 8), _services, _silence, place=_wire),
)
