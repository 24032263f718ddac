"""The running product with one organisation on each shipped rulebook, its staff, a portal and a vendor."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.builders.brokers import TestBus
from tests.builders.clocks import HandClock
from tests.builders.databases import TestDatabase
from tests.builders.office import Office, settle
from tests.builders.product import running_product

MONDAY = datetime(2026, 11, 16, 1, 30, tzinfo=UTC)
"""09:30 in Shanghai on a working Monday with no holiday near."""


@pytest.fixture
async def office(database: TestDatabase, broker: TestBus, tmp_path: Path) -> AsyncIterator[Office]:
    """Everything running and everybody at their desks, on a Monday morning."""
    idempotent = broker.address.idempotent
    async with running_product(
        database, broker.bootstrap, tmp_path, HandClock(MONDAY), kafka_idempotent=idempotent
    ) as product:
        yield await settle(product)
