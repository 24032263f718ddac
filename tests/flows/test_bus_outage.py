"""The bus may die and come back empty: every incident still gets its tasks, once."""

from typing import Any

from deploy.local.broker import Broker
from deploy.local.topics import create_topics
from tests.builders.office import Office
from tests.builders.texts import complaint

COUNT = 30


async def _complain(office: Office, n: int) -> dict[str, Any]:
    return await office.complain("anhui", *complaint(n))


async def _incidents_and_tasks(office: Office) -> tuple[set[Any], dict[Any, int]]:
    async with office.product.running("tasks").parts.work.transaction() as tx:
        rows = await tx.fetch("SELECT incident_id, count(*) AS n, count(DISTINCT key) AS k FROM tasks.tasks GROUP BY 1")
    assert all(row["n"] == row["k"] for row in rows)
    return {str(row["incident_id"]) for row in rows}, {str(row["incident_id"]): row["n"] for row in rows}


async def test_a_broker_that_comes_back_empty_loses_nothing_and_doubles_nothing(office: Office, broker: Broker) -> None:
    kept = [await _complain(office, n) for n in range(COUNT)]
    broker.restart(topics=False)
    kept += [await _complain(office, COUNT + n) for n in range(COUNT)]
    await create_topics(broker.bootstrap, replace=True)
    kept += [await _complain(office, 2 * COUNT + n) for n in range(COUNT)]
    await office.product.drain(60)
    incidents, counts = await _incidents_and_tasks(office)
    assert incidents == {each["incident_id"] for each in kept}
    assert len(set(counts.values())) == 1


async def test_with_no_broker_at_all_work_goes_on_by_the_journals(office: Office, broker: Broker) -> None:
    broker.kill()
    kept = [await _complain(office, n) for n in range(5)]
    await office.product.drain(60)
    incidents, _ = await _incidents_and_tasks(office)
    assert incidents == {each["incident_id"] for each in kept}
    broker.start(topics=False)
    await create_topics(broker.bootstrap, replace=True)
