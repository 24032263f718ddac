"""The whole product in one process and one loop: real servers beneath, real sockets between, the clock in the test's hand."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from fastapi import FastAPI
from prometheus_client import REGISTRY

from services.console.main import build as console
from services.console.settings import Settings as ConsoleSettings
from services.grading.main import create_app as grading
from services.intake.main import create_app as intake
from services.intake.usecases.speaker import Speaker
from services.publishing.main import create_app as publishing
from services.tasks.main import create_app as tasks
from shared.clock import SystemClock
from shared.secrets import ensure_secrets
from shared.service import Running, running
from tests.builders.clocks import HandClock
from tests.builders.databases import TestDatabase

SERVICES: Mapping[str, Any] = {
    "console": console,
    "intake": intake,
    "grading": grading,
    "tasks": tasks,
    "publishing": publishing,
}


def clocks_fired() -> float:
    """How many clocks of incidents have been acted on in this process, by whomever."""
    names = ({"schema": schema} for schema in ("tasks", "publishing"))
    return sum(REGISTRY.get_sample_value("huiying_timers_fired_total", each) or 0 for each in names)


@dataclass
class Product:
    """The running services and a client; `staff` signs in and remembers tokens."""

    apps: dict[str, FastAPI]
    urls: dict[str, str]
    http: httpx.AsyncClient
    office: HandClock
    admin: tuple[str, str]
    tokens: dict[str, str] = field(default_factory=dict)
    fired: float = field(default_factory=clocks_fired)

    def running(self, service: str) -> Running:
        """The machinery of one service."""
        return running(self.apps[service])

    async def drain(self, seconds: float = 60) -> None:
        """Wait until quiet: every journal stamped, every consumer at every head. Fails after `seconds`.

        Quiet twice with the same heads: an event's effect commits with its position, so what moved on between the looks of the
        first round is seen by the second. What incidents still owe, because their last second by the test's clock is not over,
        is said before.
        """
        before: object = None
        parts = self.running("intake").parts
        speaker = Speaker(parts.work, parts.journal, self.office)
        async with asyncio.timeout(seconds):
            while await speaker.round(early=True):
                continue
            while (now := await self._at_rest()) is None or now != before:
                before = now
                await asyncio.sleep(0.01)

    async def read(self, seconds: float = 60) -> None:
        """Wait until intake has read every newcomer in the background and looked for what is alike."""
        async with asyncio.timeout(seconds):
            while True:
                async with self.running("intake").parts.work.transaction() as tx:
                    if not await tx.value("SELECT count(*) FROM intake.unread"):
                        return
                await asyncio.sleep(0.01)

    async def _at_rest(self) -> dict[str, dict[int, int]] | None:
        """The heads of all journals, or None while anything is under way."""
        heads: dict[str, dict[int, int]] = {}
        for name in self.apps:
            parts = self.running(name).parts
            schema = parts.journal.schema
            async with parts.ledger.transaction() as tx:
                if await tx.value(f"SELECT count(*) FROM {schema}.outbox"):
                    return None
                heads[schema] = {row["shard"]: row["seq"] for row in await tx.fetch(f"SELECT * FROM {schema}.heads")}
        for name in self.apps:
            async with self.running(name).parts.work.transaction() as tx:
                for row in await tx.fetch(f"SELECT producer, shard, position FROM {name}.positions"):
                    if row["position"] != heads[row["producer"]][row["shard"]]:
                        return None
        return heads

    async def fire(self) -> int:
        """Fire every clock that is due at office time, and let what follows settle; answers how many of incidents since the last time.

        The services fire too what is due, and may be faster. The rounds of routines, which follow rulebooks in the background,
        come when they come and are not counted.
        """
        for name in ("grading", "tasks", "publishing"):
            work = self.running(name)
            assert work.wiring.timers is not None
            while await work.wiring.timers.run_due(work.parts.work, self.office.now()):
                continue
        await self.drain()
        before, self.fired = self.fired, clocks_fired()
        return int(self.fired - before)

    async def as_(self, login: str, password: str | None = None) -> dict[str, str]:
        """The header of a signed-in member of staff."""
        if login not in self.tokens:
            secret = password or (self.admin[1] if login == self.admin[0] else f"{login}-Password-1")
            answer = await self.http.post(f"{self.urls['console']}/v1/token", json={"login": login, "password": secret})
            assert answer.status_code == 200, answer.text
            self.tokens[login] = answer.json()["access_token"]
        return {"Authorization": f"Bearer {self.tokens[login]}"}

    async def call(
        self, service: str, method: str, path: str, login: str, json: Any = None, expect: int | None = None
    ) -> Any:
        """One call as a member of staff; answers the JSON, having checked the status (2xx unless told otherwise)."""
        headers = await self.as_(login)
        answer = await self.http.request(method, f"{self.urls[service]}{path}", json=json, headers=headers)
        wanted = answer.is_success if expect is None else answer.status_code == expect
        assert wanted, f"{method} {path} as {login}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def tasks_of(self, incident_id: UUID | str, login: str) -> dict[str, dict[str, Any]]:
        """An incident's tasks by key."""
        found = await self.call("tasks", "GET", f"/v1/tasks?incident_id={incident_id}&limit=200", login)
        return {task["key"]: task for task in found["items"]}


@asynccontextmanager
async def running_product(
    database: TestDatabase, bootstrap: str, var: Path, office: HandClock, **more: Any
) -> AsyncIterator[Product]:
    """Start every service on a free port of its own, and stop them all at the end; `more` are settings of all services."""
    secrets = ensure_secrets(var / "secrets")
    sockets = {name: _listen() for name in SERVICES}
    urls = {name: f"http://127.0.0.1:{sock.getsockname()[1]}" for name, sock in sockets.items()}
    system = SystemClock()
    apps: dict[str, FastAPI] = {}
    async with AsyncExitStack() as stack:
        for name, create in SERVICES.items():
            settings: dict[str, Any] = {
                "database_url": database.url(name),
                "kafka_bootstrap": bootstrap,
                "secrets_dir": var / "secrets",
                "var": var,
                "peers": urls,
                "log_level": "warning",
                **more,
            }
            if name == "console":
                made = console(
                    ConsoleSettings(**settings, directory_database_url=database.url("directory")), (office, system)
                )
            else:
                made = create(_settings(create)(**settings), (office, system))
            apps[name] = made
            await stack.enter_async_context(_serving(made, sockets[name]))
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=20))
        product = Product(apps, urls, http, office, secrets.admin)
        await _ready(product)
        yield product


def _settings(create: Any) -> Any:
    return create.__globals__["Settings"]


def _listen() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", 0))
    sock.listen(128)
    return sock


@asynccontextmanager
async def _serving(app: FastAPI, sock: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    vars(server)["capture_signals"] = nullcontext  # the test run keeps its own
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        while not server.started:
            assert not serving.done(), "the service did not start"
            await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await serving


async def _ready(product: Product) -> None:
    async with asyncio.timeout(30):
        for url in product.urls.values():
            while (await product.http.get(f"{url}/readyz")).status_code != 200:
                await asyncio.sleep(0.05)
