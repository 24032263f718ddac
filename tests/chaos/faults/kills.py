"""`kill -9` of real processes by pid, and freezing them: a machine that stands still for a while and then goes on."""

import asyncio
import os
import signal
import time
from collections.abc import Sequence

import psutil

from tests.chaos.faults.kind import Fault, Kind, NotBackError
from tests.chaos.stage import Say, Stage, nodes, own_broker

COMES_BACK_WITHIN = 60.0


def _services(stage: Stage) -> Sequence[str]:
    return stage.names()


def brokers(_: Stage) -> Sequence[str]:
    """The embedded broker, or each node of the Kafka of this run."""
    return ["broker"] if own_broker() else [f"node-{node}" for node in sorted(nodes())]


def whole_broker(stage: Stage) -> Sequence[str]:
    """All of it as one target, where its processes are ours."""
    return ["broker"] if brokers(stage) else []


async def victim(stage: Stage, target: str) -> int:
    """Its process id, once it runs. Raises `NotBackError`."""
    deadline = time.monotonic() + COMES_BACK_WITHIN
    while (pid := _pid(stage, target)) is None:
        if time.monotonic() > deadline:
            raise NotBackError(f"{target} was not started again within {COMES_BACK_WITHIN:.0f} s")
        await asyncio.sleep(0.1)
    return pid


def _pid(stage: Stage, target: str) -> int | None:
    if target.startswith("node-"):
        found = nodes().get(target.removeprefix("node-"))
        return found if found is not None and psutil.pid_exists(found) else None
    process = stage.product.processes().get(target)
    return None if process is None else process.pid


async def _kill(stage: Stage, fault: Fault, say: Say) -> None:
    pid = await victim(stage, fault.target)
    os.kill(pid, signal.SIGKILL)
    say(f"kill -9 {fault.target} (pid {pid})")


async def _kill_all(stage: Stage, fault: Fault, say: Say) -> None:
    """All replicas of a service in the same moment."""
    names = [name for name in stage.names() if name.partition("-")[0] == fault.target]
    pids = [await victim(stage, name) for name in names]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    say(f"kill -9 of every process of {fault.target} ({len(pids)})")


async def _freeze(stage: Stage, fault: Fault, say: Say) -> None:
    pid = await victim(stage, fault.target)
    say(str(fault))
    os.kill(pid, signal.SIGSTOP)
    await asyncio.sleep(fault.lasts)
    try:
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        say(f"{fault.target} had ended meanwhile")


async def outage(stage: Stage, fault: Fault, say: Say) -> None:
    """The whole broker hangs, every node of it: connections are accepted, nothing is answered. Then it dies or goes on."""
    pids = [await victim(stage, target) for target in brokers(stage)]
    say(str(fault))
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    await asyncio.sleep(fault.lasts)
    for pid in pids:
        try:
            os.kill(pid, signal.SIGCONT)
        except ProcessLookupError:
            say("the broker had ended meanwhile")
    say("the broker answers again")


def _of(target: str) -> str:
    """Kafka's nodes are one place: with two of three away it refuses what it is asked to keep."""
    return "broker" if target.startswith("node-") else target


KINDS = (
    Kind("kill", 0.42, (0, 0), _services, _kill),
    Kind("kill-service", 0.05, (0, 0), lambda stage: sorted({n.partition("-")[0] for n in stage.names()}), _kill_all),
    Kind("kill-postgres", 0.07, (0, 0), lambda _: ["postgres"], _kill),
    Kind("kill-broker", 0.08, (0, 0), brokers, _kill, place=_of),
    Kind("freeze", 0.08, (1, 12), _services, _freeze),
    Kind("hang-broker", 0.03, (2, 8), whole_broker, outage),
)
