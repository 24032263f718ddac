"""What a service says of its readiness: which schemas its code can work on, which loop does not get on, when it is leaving."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from services.tasks.main import create_app
from services.tasks.settings import Settings
from shared.errors import UnavailableError
from shared.loops import Loops
from shared.migrations.migrate import head, migrate
from shared.secrets import ensure_secrets
from tests.builders.databases import TestDatabase

HEAD = head("tasks")


@pytest.fixture
async def app(database: TestDatabase, tmp_path: Path) -> AsyncIterator[FastAPI]:
    """Tasks, running, without a bus."""
    secrets = ensure_secrets(tmp_path / "secrets")
    settings = Settings(
        database_url=database.url("tasks"), kafka_bootstrap="127.0.0.1:9", secrets_dir=secrets.folder, var=tmp_path
    )
    made = create_app(settings)
    async with made.router.lifespan_context(made):
        yield made


async def _say(database: TestDatabase, statement: str) -> None:
    connection = await asyncpg.connect(database.url())
    await connection.execute(statement)
    await connection.close()


async def _readyz(app: FastAPI) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tasks") as client:
        answer = await client.get("/readyz")
        while "not connected" in answer.text:
            answer = await client.get("/readyz")
        return answer


async def test_a_newer_schema_is_served_an_older_or_empty_one_is_not(app: FastAPI, database: TestDatabase) -> None:
    for present, ready in ((HEAD, True), ("tasks_9999", True), ("tasks_0001", False)):
        await _say(database, f"UPDATE tasks.alembic_version SET version_num = '{present}'")
        said = (await _readyz(app)).json()["checks"]["migrations"]
        assert said == ("ok" if ready else "Schema tasks is older than this code; run the migrations.")
    await _say(database, "DELETE FROM tasks.alembic_version")
    assert (await _readyz(app)).json()["checks"]["migrations"] != "ok"


async def test_migrating_with_older_code_leaves_a_newer_schema_as_it_is(database: TestDatabase) -> None:
    await _say(database, "UPDATE tasks.alembic_version SET version_num = 'tasks_9999'")
    assert not await migrate(database.url(), "tasks")


async def test_a_loop_that_does_not_get_on_is_named(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await _readyz(app)).json()["checks"]["loops"] == "ok"

    def broken(_loops: Loops) -> None:
        raise UnavailableError("The loop timers has failed for 31 s, last: ValueError.")

    monkeypatch.setattr(Loops, "check", broken)
    answer = await _readyz(app)
    assert answer.status_code == 503
    assert "timers" in answer.json()["checks"]["loops"]


async def test_from_sigterm_on_it_says_that_it_is_stopping(app: FastAPI) -> None:
    app.state.stopping = True  # as the server does
    answer = await _readyz(app)
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "stopping": True})
