"""The running product with an organisation, for what an operator does to it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.installation import Installation
from deploy.local.broker import Broker
from shared.secrets import load_secrets
from tests.builders.clocks import HandClock
from tests.builders.databases import TestDatabase
from tests.builders.office import Office, settle
from tests.builders.product import running_product
from tests.flows.conftest import MONDAY


@pytest.fixture
async def office(database: TestDatabase, broker: Broker, tmp_path: Path) -> AsyncIterator[Office]:
    """Everything running, on a Monday morning."""
    async with running_product(database, broker.bootstrap, tmp_path, HandClock(MONDAY)) as product:
        yield await settle(product)


@pytest.fixture
def installed(office: Office, database: TestDatabase, tmp_path: Path) -> Installation:
    """The same, as an operator's command finds it."""
    return Installation(tmp_path, database.url(), load_secrets(tmp_path / "secrets"), office.product.urls)
