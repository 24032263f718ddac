"""A server that is asked to end says so, goes on as long as it was told, and finishes what it has begun."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from deploy.local.ports import LOOPBACK, answers

SERVER = """
import asyncio, os, signal, sys
from fastapi import FastAPI
from deploy.local.forks import serve
from deploy.local.ports import listen_anywhere
from shared.web.probes import add_probes

app = FastAPI()
app.state.drain_seconds = float(sys.argv[1])
add_probes(app, {})
begun = asyncio.Event()

@app.get("/slow")
async def slow():
    os.kill(os.getpid(), signal.SIGTERM)
    while not app.state._state.get("stopping"):
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.7)
    return {"done": True}

one = listen_anywhere()
print(one.getsockname()[1], flush=True)
serve(lambda: app, [one], [], {})
"""


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server that drains for `request.param` seconds, and its port; `/slow` asks it to end and takes its time."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(request.param)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        yield process, int(process.stdout.readline())
        process.kill()


def _get(port: int, path: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    connection.request("GET", path)
    return connection.getresponse()


@pytest.mark.parametrize("server", [30.0], indirect=True)
def test_while_it_drains_it_serves_and_says_that_it_is_stopping(server: tuple[subprocess.Popen[bytes], int]) -> None:
    process, port = server
    assert _get(port, "/readyz").status == 200
    os.kill(process.pid, signal.SIGTERM)
    while (answer := _get(port, "/readyz")).status == 200:
        pass
    assert (answer.status, json.load(answer)) == (503, {"ready": False, "stopping": True})
    while (answer := _get(port, "/healthz")).headers["connection"] != "close":
        pass
    assert answer.status == 200
    os.kill(process.pid, signal.SIGINT)  # enough of draining
    assert process.wait(5) in {-signal.SIGTERM, -signal.SIGINT, 0}


@pytest.mark.parametrize("server", [0.0], indirect=True)
def test_what_is_under_way_is_finished_though_nobody_is_let_in_any_more(
    server: tuple[subprocess.Popen[bytes], int],
) -> None:
    process, port = server
    idle = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    idle.request("GET", "/healthz")
    assert idle.getresponse().read()
    answer = _get(port, "/slow")
    assert not answers(port)
    assert json.load(answer) == {"done": True}
    assert answer.headers["connection"] == "close"
    process.wait(5)
