"""A world for each test."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.builders.databases import TestDatabase
from tests.services.console.world import World


@pytest.fixture
async def world(database: TestDatabase, tmp_path: Path) -> AsyncIterator[World]:
    """A fresh console whose first administrator is made."""
    made = World(database, tmp_path / "secrets")
    await made.db.open()
    await made.ledger.open()
    await made.applier.register()
    loop = asyncio.ensure_future(made.wiring.loops["administrator"]())
    while (await made.http.get("/readyz")).status_code != 200:
        done, _ = await asyncio.wait({loop}, timeout=0.02)
        assert not done
    yield made
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    await made.http.aclose()
    await made.db.close()
    await made.ledger.close()
