"""The floor as a process beside the product, writing to a database of its own on the same PostgreSQL."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import psutil

from deploy.local.ports import answers, free_port
from deploy.local.processes import end, launch
from tests.bench.product import ROOT

DATABASE = "bench_floor"
TABLE = (
    "CREATE TABLE complaints (id uuid PRIMARY KEY, organisation text NOT NULL, title text NOT NULL, body text NOT NULL)"
)


@asynccontextmanager
async def floor(admin_url: str, log: Path) -> AsyncIterator[int]:
    """Start it with an empty table; the port it listens on."""
    url = urlunsplit(urlsplit(admin_url)._replace(path=f"/{DATABASE}"))
    await _execute(admin_url, f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    await _execute(admin_url, f"CREATE DATABASE {DATABASE}")
    await _execute(url, TABLE)
    port = free_port()
    process: subprocess.Popen[bytes] = launch(
        [sys.executable, "-m", "tests.bench.floor_app", url, str(port)], log=log, cwd=ROOT
    )
    try:
        async with asyncio.timeout(30):
            while not answers(port):
                await asyncio.sleep(0.05)
        yield port
    finally:
        end(psutil.Process(process.pid), ((signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0)))
        process.wait()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
