"""`make run` in processes of its own, walked over HTTP from the first complaint to the last refusal, and stopped by Ctrl-C."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deploy.local.ports import RANGE, is_free
from deploy.local.services import PRODUCT
from tests.e2e import bad_input, walk

READY_WITHIN, STOPPED_WITHIN = 240, 5.0
READY = "就绪"

pytestmark = pytest.mark.processes


def _port_base() -> int:
    """A port with enough free ones behind it."""
    needed = len(PRODUCT.services)
    for base in range(RANGE.start, RANGE.stop, needed):
        if all(is_free(base + offset) for offset in range(needed)):
            return base
    raise RuntimeError(f"no {needed} free ports in a row")


@asynccontextmanager
async def _running(var: Path, port_base: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """The product, ready, with its sample played in; killed at the end if it is still there."""
    command = [sys.executable, "-m", "deploy.local", "--var", str(var), "--port-base", str(port_base)]
    environment = {name: value for name, value in os.environ.items() if name != "KAFKA_BOOTSTRAP_SERVERS"}
    runner = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=environment
    )
    said: list[str] = []
    try:
        async with asyncio.timeout(READY_WITHIN):
            await _until_ready(runner, said)
        yield runner
    finally:
        if runner.returncode is None:
            runner.kill()
        await runner.communicate()


async def _until_ready(runner: asyncio.subprocess.Process, said: list[str]) -> None:
    assert runner.stdout is not None
    async for line in runner.stdout:
        said.append(line.decode())
        if READY in said[-1]:
            return
    pytest.fail("the product did not start: " + "".join(said[-30:]))


async def test_the_whole_way_and_bad_input_against_make_run(tmp_path: Path) -> None:
    var, port_base = tmp_path / "var", _port_base()
    async with _running(var, port_base) as runner:
        steps = await asyncio.to_thread(walk.walk, var, port_base)
        answered = await asyncio.to_thread(bad_input.walk, var, port_base)
        began = time.monotonic()
        runner.send_signal(signal.SIGINT)
        said, _ = await runner.communicate()
        took = time.monotonic() - began
    assert steps > 50
    assert max(answered) < 500
    assert runner.returncode == 0, said.decode()
    assert took < STOPPED_WITHIN
    assert all(is_free(port_base + service.offset) for service in PRODUCT.services)
