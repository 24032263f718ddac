"""One process after another replaced under load (SIGUSR1 to the runner); with a step of expansion of a schema before it."""

import asyncio
import os
import signal
import time
from collections.abc import Sequence

from tests.chaos.expand import expand
from tests.chaos.faults.kind import Fault, Kind, NotBackError
from tests.chaos.stage import Say, Stage

REPLACED_WITHIN = 240.0
SCHEMAS = ("intake", "grading", "tasks", "publishing", "console", "directory")


async def _restart(stage: Stage, fault: Fault, say: Say) -> None:
    """Wait until every process of a service is another one than before. Raises `NotBackError`."""
    before, began = _pids(stage), time.monotonic()
    os.kill(stage.product.processes()["runner"].pid, signal.SIGUSR1)
    say(str(fault))
    while True:
        present = _pids(stage)
        left = [name for name, pid in before.items() if present.get(name, pid) == pid]
        if not left:
            break
        if time.monotonic() - began > REPLACED_WITHIN:
            raise NotBackError(f"a rolling restart had not reached {left} after {REPLACED_WITHIN:.0f} s")
        await asyncio.sleep(0.2)
    say(f"every process replaced in {time.monotonic() - began:.1f} s")


async def _migrate(stage: Stage, fault: Fault, say: Say) -> None:
    """Expand the schema while the present code works on it, then replace the processes."""
    began = time.monotonic()
    revision = await expand(stage.product.database_url, fault.target)
    say(f"{fault}: expanded to {revision} in {time.monotonic() - began:.1f} s")
    await _restart(stage, fault, say)


def _pids(stage: Stage) -> dict[str, int]:
    processes = stage.product.processes()
    return {name: processes[name].pid for name in stage.names() if name in processes}


def _all(_: Stage) -> Sequence[str]:
    return ["all"]


KINDS = (
    Kind("rolling-restart", 0.01, (0, 0), _all, _restart, place=lambda _: "runner", alone=True),
    Kind("rolling-migration", 0.015, (0, 0), lambda _: SCHEMAS, _migrate, place=lambda _: "runner", alone=True),
)
