"""The bus may die and come back, with what it had or empty: every incident still gets its tasks, once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders.brokers import OwnBus
from tests.builders.clocks import HandClock
from tests.builders.databases import TestDatabase
from tests.builders.office import Office, settle
from tests.builders.product import running_product
from tests.builders.texts import complaint
from tests.flows.conftest import MONDAY

COUNT = 30


@pytest.fixture
async def alone(database: TestDatabase, own_broker: OwnBus, tmp_path: Path) -> AsyncIterator[Office]:
    """An office with a bus of its own."""
    idempotent = own_broker.address.idempotent
    async with running_product(
        database, own_broker.bootstrap, tmp_path, HandClock(MONDAY), kafka_idempotent=idempotent
    ) as product:
        yield await settle(product)


async def _complain(office: Office, n: int) -> dict[str, Any]:
    return await office.complain("anhui", *complaint(n))


async def _incidents_and_tasks(office: Office) -> tuple[set[Any], dict[Any, int]]:
    async with office.product.running("tasks").parts.work.transaction() as tx:
        rows = await tx.fetch("SELECT incident_id, count(*) AS n, count(DISTINCT key) AS k FROM tasks.tasks GROUP BY 1")
    assert all(row["n"] == row["k"] for row in rows)
    return {str(row["incident_id"]) for row in rows}, {str(row["incident_id"]): row["n"] for row in rows}


async def test_a_broker_that_comes_back_empty_loses_nothing_and_doubles_nothing(
    alone: Office, own_broker: OwnBus
) -> None:
    kept = [await _complain(alone, n) for n in range(COUNT)]
    own_broker.empty()
    kept += [await _complain(alone, COUNT + n) for n in range(COUNT)]
    await own_broker.make_topics(anew=True)
    kept += [await _complain(alone, 2 * COUNT + n) for n in range(COUNT)]
    await alone.product.drain(60)
    incidents, counts = await _incidents_and_tasks(alone)
    assert incidents == {each["incident_id"] for each in kept}
    assert len(set(counts.values())) == 1


async def test_a_broker_that_is_killed_and_comes_back_loses_nothing(alone: Office, own_broker: OwnBus) -> None:
    kept = [await _complain(alone, n) for n in range(COUNT)]
    own_broker.kill()
    kept += [await _complain(alone, COUNT + n) for n in range(COUNT)]
    own_broker.start()
    await own_broker.make_topics(anew=True)
    kept += [await _complain(alone, 2 * COUNT + n) for n in range(COUNT)]
    await alone.product.drain(60)
    incidents, counts = await _incidents_and_tasks(alone)
    assert incidents == {each["incident_id"] for each in kept}
    assert len(set(counts.values())) == 1


async def test_with_no_broker_at_all_work_goes_on_by_the_journals(alone: Office, own_broker: OwnBus) -> None:
    own_broker.kill()
    kept = [await _complain(alone, n) for n in range(5)]
    await alone.product.drain(60)
    incidents, _ = await _incidents_and_tasks(alone)
    assert incidents == {each["incident_id"] for each in kept}
