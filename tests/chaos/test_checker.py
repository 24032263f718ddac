"""The checker must be able to fail: damage planted in a real, whole world is found, each kind by its name."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from deploy.local.postgres import Postgres
from tests.bench.stillness import Connection
from tests.builders.brokers import TestBus
from tests.builders.clocks import HandClock
from tests.builders.databases import TestDatabase
from tests.builders.office import settle
from tests.builders.product import running_product
from tests.builders.texts import complaint
from tests.chaos.accounts import check_accounts
from tests.chaos.clocks import check_clocks, fired_early
from tests.chaos.findings import Finding
from tests.chaos.journals import check_journals
from tests.chaos.officials import Officials
from tests.chaos.orders import read_orders
from tests.chaos.portal import Told
from tests.chaos.projection import differences, picture
from tests.flows.conftest import MONDAY

COUNT = 6
NOBODY = Officials(product=None, offices=(), seed=0)  # type: ignore[arg-type]  # only its account is read


@dataclass(frozen=True, slots=True)
class World:
    """What is kept, what was told, and the office time at which everything due had fired."""

    connection: Connection
    told: dict[str, Told]
    now: datetime

    async def findings(self) -> list[Finding]:
        """All checks of tables at once, as a run makes them."""
        orders = await read_orders(self.connection)
        clocks = await check_clocks(self.connection, orders, self.now)
        return [
            *await check_journals(self.connection),
            *await check_accounts(self.connection, self.told, NOBODY, orders),
            *clocks.findings,
        ]


@pytest.fixture(scope="module")
def place(postgres: Postgres, template: str) -> Iterator[TestDatabase]:
    postgres.create_database("chaos_checker", template)
    made = TestDatabase(postgres, "chaos_checker")
    made.be_another()
    yield made
    postgres.drop_database("chaos_checker")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(place: TestDatabase, broker: TestBus) -> AsyncIterator[World]:
    """Six complaints, an hour and a quarter later; nothing runs any more."""
    clock = HandClock(MONDAY)
    told: dict[str, Told] = {}
    with tempfile.TemporaryDirectory() as var:
        idempotent = broker.address.idempotent
        async with running_product(place, broker.bootstrap, Path(var), clock, kafka_idempotent=idempotent) as product:
            office = await settle(product)
            for n in range(COUNT):
                answer = await office.complain("anhui", *complaint(n), key=f"key-{n}")
                told[f"key-{n}"] = Told(answer["id"], answer["receipt"], answer["incident_id"])
            await product.drain()
            clock.move(minutes=75)
            assert await product.fire() > 0
            await product.drain()
    connection = await asyncpg.connect(place.url())
    yield World(connection, told, clock.now())
    await connection.close()


async def test_a_world_that_is_whole_is_found_whole(world: World) -> None:
    assert await world.findings() == []


FIRST = "ORDER BY 1 LIMIT 1"
DAMAGE = {
    "a report that was acknowledged is gone": (
        f"DELETE FROM intake.reports WHERE report_id = (SELECT report_id FROM intake.reports {FIRST})",
        "lost: 1 in intake.reports against the answers",
    ),
    "a task is gone": (
        f"DELETE FROM tasks.tasks WHERE id = (SELECT id FROM tasks.tasks {FIRST})",
        "lost: 1 in tasks.tasks against grading's orders",
    ),
    "a deadline was moved by hand": (
        (
            f"UPDATE tasks.tasks SET due_at = due_at + interval '1 s' WHERE id = (SELECT id FROM tasks.tasks WHERE due_at > now() - "
            f"interval '50 years' {FIRST})"
        ),
        "lost: 1 in tasks.tasks (not as ordered)",
    ),
    "one byte of an event was changed": (
        f"UPDATE intake.journal SET data = overlay(data placing '~' from 12) WHERE id = (SELECT id FROM intake.journal {FIRST})",
        "broken: 1 in intake.journal (hash chain)",
    ),
    "an event is gone": (
        "DELETE FROM grading.journal WHERE id = (SELECT min(id) FROM grading.journal WHERE type = 'procedure.advanced.v1')",
        "in grading.journal (decisions 1 to version, each once)",
    ),
    "an event has two numbers": (
        (
            "WITH one AS (SELECT shard, max(seq) AS seq, max(journal_id) AS id FROM tasks.stamps GROUP BY 1 ORDER BY 1 LIMIT 1), "
            "kept AS (INSERT INTO tasks.stamps SELECT shard, seq + 1, id FROM one) "
            "UPDATE tasks.heads h SET seq = h.seq + 1 FROM one WHERE h.shard = one.shard"
        ),
        "doubled: 1 in tasks.stamps (one event, two numbers)",
    ),
    "an event was told twice": (
        (
            "SELECT tasks.journal_append(ARRAY[gen_random_uuid()], ARRAY[shard], ARRAY[type], ARRAY[organisation_id], ARRAY[subject], "
            "ARRAY[time], ARRAY[data]) FROM (SELECT * FROM tasks.journal WHERE data::jsonb->>'change' = 'overdue' "
            "ORDER BY id LIMIT 1) one"
        ),
        "doubled: 1 in tasks.journal (one change of a task told twice)",
    ),
    "an event was never numbered": (
        (
            "SELECT tasks.journal_append(ARRAY[gen_random_uuid()], ARRAY[shard], ARRAY[type], ARRAY[organisation_id], ARRAY[subject], "
            f"ARRAY[time], ARRAY[data]) FROM (SELECT * FROM tasks.journal {FIRST}) one"
        ),
        "lost: 1 in tasks.journal (never stamped)",
    ),
    "a number is missing": (
        "DELETE FROM intake.stamps WHERE (shard, seq) = (SELECT shard, max(seq) FROM intake.stamps GROUP BY 1 ORDER BY 1 LIMIT 1)",
        "broken: 1 in intake.stamps (dense from 1 to the head)",
    ),
    "a consumer stopped one event short": (
        (
            "UPDATE console.positions SET position = position - 1 WHERE (producer, shard) = "
            "(SELECT producer, shard FROM console.positions WHERE position > 0 ORDER BY 1, 2 LIMIT 1)"
        ),
        "lost: 1 in console.positions (not at the head)",
    ),
    "a clock is gone": (
        f"DELETE FROM tasks.timers WHERE id = (SELECT id FROM tasks.timers {FIRST})",
        "missed: 1 in timers (running clock, no timer)",
    ),
    "a clock is past and has not fired": (
        "UPDATE tasks.timers SET fire_at = '2026-01-01' WHERE id = (SELECT id FROM tasks.timers ORDER BY 1 LIMIT 1)",
        "missed: 1 in tasks.timers (past and not fired)",
    ),
    "the read model forgot an assignment": (
        "DELETE FROM console.assignments WHERE assignment_id = (SELECT assignment_id FROM console.assignments ORDER BY 1 LIMIT 1)",
        "lost: 1 in console.assignments against grading's orders",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_damage_is_found(world: World, damage: str) -> None:
    statement, expected = DAMAGE[damage]
    planting = world.connection.transaction()
    await planting.start()
    try:
        await world.connection.execute(statement)
        found = [str(finding) for finding in await world.findings()]
    finally:
        await planting.rollback()
    assert any(expected in finding for finding in found), found


async def test_an_answer_that_nobody_keeps_and_a_report_that_nobody_sent_are_found(world: World) -> None:
    kept = dict(world.told)
    stray = kept.pop("key-0")
    orders = await read_orders(world.connection)
    found = [str(each) for each in await check_accounts(world.connection, kept, NOBODY, orders)]
    assert any("doubled: 1 in intake.reports" in each for each in found), found
    more = {**world.told, "key-x": Told(stray.id, stray.receipt, stray.incident_id)}
    found = [str(each) for each in await check_accounts(world.connection, more, NOBODY, orders)]
    assert any("doubled: 1 in answers (two keys, one report)" in each for each in found), found


async def test_clocks_that_did_not_fire_are_missed_and_those_before_their_time_are_seen(world: World) -> None:
    orders = await read_orders(world.connection)
    later = await check_clocks(world.connection, orders, world.now + timedelta(days=60))
    assert {finding.kind for finding in later.findings} == {"missed"}
    assert later.due > 0
    holders = {"tasks": 0, "publishing": 0}
    assert await fired_early(world.connection, holders, world.now) == []
    assert await fired_early(world.connection, holders, MONDAY.astimezone(UTC)) != []


async def test_a_read_model_that_differs_from_its_rebuild_is_found(world: World) -> None:
    before = await picture(world.connection)
    change = "UPDATE console.assignments SET overdue = NOT coalesce(overdue, false) WHERE assignment_id = $1 RETURNING incident_id"
    first = await world.connection.fetchval("SELECT assignment_id FROM console.assignments ORDER BY 1 LIMIT 1")
    planting = world.connection.transaction(isolation="repeatable_read")
    await planting.start()
    try:
        incident = await world.connection.fetchval(change, first)
        after = await picture(world.connection)
    finally:
        await planting.rollback()
    assert differences(before, before, set()) == []
    assert [finding.count for finding in differences(before, after, set())] == [1]
    assert differences(before, after, {str(incident)}) == []
