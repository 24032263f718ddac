"""A world for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.builders.databases import TestDatabase
from tests.services.grading.world import World, open_world


@pytest.fixture
async def world(database: TestDatabase, tmp_path: Path) -> AsyncIterator[World]:
    """The service with an organisation on the shipped rulebook of Xuancheng."""
    async with open_world(database.url("grading"), tmp_path) as made:
        await made.found("xuancheng", "xuancheng-2015")
        yield made
