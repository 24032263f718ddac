"""The running product with an organisation, for what an operator does to it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.installation import Installation
from shared.secrets import load_secrets
from tests.builders.brokers import OwnBus
from tests.builders.clocks import HandClock
from tests.builders.databases import TestDatabase
from tests.builders.office import Office, settle
from tests.builders.product import running_product
from tests.flows.conftest import MONDAY


@pytest.fixture
async def office(database: TestDatabase, own_broker: OwnBus, tmp_path: Path) -> AsyncIterator[Office]:
    """Everything running with a bus of its own, on a Monday morning."""
    async with running_product(
        database, own_broker.bootstrap, tmp_path, HandClock(MONDAY), kafka_idempotent=own_broker.address.idempotent
    ) as product:
        yield await settle(product)


@pytest.fixture
def installed(office: Office, database: TestDatabase, tmp_path: Path) -> Installation:
    """The same, as an operator's command finds it."""
    return Installation(tmp_path, database.url(), load_secrets(tmp_path / "secrets"), office.product.urls)
