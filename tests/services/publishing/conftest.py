"""A world for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.publishing.main import SCHEMA
from tests.builders.databases import TestDatabase
from tests.services.publishing.world import World, open_world


@pytest.fixture
async def world(database: TestDatabase, tmp_path: Path) -> AsyncIterator[World]:
    """The service with the sample organisation and its rulebook known."""
    made = await open_world(database.url(SCHEMA), tmp_path)
    await made.settle()
    yield made
    await made.close()
