"""Clocks fire once each, by any number of replicas, and one that cannot be acted on stops no other."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from prometheus_client import REGISTRY

from deploy.local.postgres import Postgres
from shared.clock import StepWatch
from shared.db import Database, Transaction
from shared.ids import new_id
from shared.timers import Due, Timers, set_timers, timers_ddl
from shared.timers.verdicts import Verdicts
from shared.timers.watch import TimersWatch
from tests.builders.clocks import HandClock
from tests.builders.databases import outside_loop

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class World:
    """A schema with clocks; `fired` is what was acted on, `bad` the incidents whose clocks cannot be."""

    def __init__(self, url: str) -> None:
        self.db = Database(url, name="timers-test", lock_timeout="2s")
        self.fired: list[UUID] = []
        self.bad: set[UUID] = set()
        self.again: dict[UUID, datetime] = {}
        self.timers = Timers("clocks", "clocks.incidents", self.fire)

    async def fire(self, tx: Transaction, due: Sequence[Due], now: datetime) -> Mapping[UUID, datetime | None]:
        if any(each.subject in self.bad for each in due):
            raise ValueError("cannot be read")
        await tx.execute("INSERT INTO clocks.fired SELECT unnest($1::uuid[])", [each.id for each in due])
        return {each.id: self.again.get(each.id) for each in due}

    async def start(self, count: int) -> list[tuple[UUID, UUID]]:
        """Clocks that are due, each of an incident of its own: (clock, incident)."""
        made = [(uuid4(), new_id()) for _ in range(count)]
        async with self.db.transaction() as tx:
            await tx.execute(
                "INSERT INTO clocks.incidents SELECT unnest($1::uuid[])", [incident for _, incident in made]
            )
            await set_timers(tx, "clocks", [(clock, incident, NOW) for clock, incident in made])
        return made

    async def count(self) -> tuple[int, int]:
        """How many firings, and of how many different clocks."""
        async with self.db.transaction() as tx:
            row = await tx.row("SELECT count(*) AS all, count(DISTINCT id) AS different FROM clocks.fired")
        assert row is not None
        return row["all"], row["different"]


async def _make(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(
        "CREATE SCHEMA clocks; CREATE TABLE clocks.incidents (incident_id uuid PRIMARY KEY); CREATE TABLE clocks.fired (id uuid)"
    )
    for statement in timers_ddl("clocks"):
        await connection.execute(statement)
    await connection.close()


@pytest.fixture
def clocks_url(postgres: Postgres) -> Iterator[str]:
    name = f"clocks_{uuid4().hex[:12]}"
    url = postgres.create_database(name)
    outside_loop(_make(url))
    yield url
    postgres.drop_database(name)


@pytest.fixture
async def world(clocks_url: str) -> AsyncIterator[World]:
    made = World(clocks_url)
    await made.db.open()
    yield made
    await made.db.close()


async def test_four_replicas_fire_each_clock_once(world: World) -> None:
    await world.start(300)

    async def replica() -> None:
        while await world.timers.run_due(world.db, NOW):
            pass

    await asyncio.gather(*(replica() for _ in range(4)))
    await replica()
    assert await world.count() == (300, 300)


async def test_a_clock_is_not_fired_before_its_moment_and_moves_to_its_next(world: World) -> None:
    ((clock, _),) = await world.start(1)
    assert await world.timers.run_due(world.db, NOW - timedelta(seconds=1)) == 0
    world.again[clock] = NOW + timedelta(hours=1)
    assert await world.timers.run_due(world.db, NOW) == 1
    assert await world.timers.run_due(world.db, NOW + timedelta(minutes=59)) == 0
    assert await world.timers.run_due(world.db, NOW + timedelta(hours=1)) == 1


async def test_one_bad_clock_stops_no_other_and_comes_again(world: World) -> None:
    made = await world.start(5)
    world.bad = {made[2][1]}
    assert await world.timers.run_due(world.db, NOW) == 4
    assert await world.timers.run_due(world.db, NOW) == 0
    world.bad = set()
    assert await world.timers.run_due(world.db, NOW + timedelta(minutes=10)) == 1
    assert await world.count() == (5, 5)


async def test_an_incident_that_somebody_works_on_keeps_its_clocks_for_the_next_round(world: World) -> None:
    made = await world.start(2)
    async with world.db.transaction() as tx:
        await tx.fetch("SELECT 1 FROM clocks.incidents WHERE incident_id = $1 FOR UPDATE", made[0][1])
        assert await world.timers.run_due(world.db, NOW) == 1
    assert await world.timers.run_due(world.db, NOW) == 1


async def test_nothing_fires_while_the_wall_clock_is_in_doubt(world: World) -> None:
    wall, looks = HandClock(NOW - timedelta(minutes=30)), 0

    def steady() -> float:
        nonlocal looks
        looks += 1
        return 1000.0

    verdicts = Verdicts("clocks", StepWatch(wall, steady))
    await world.start(5)
    wall.move(hours=1)  # by a wrong hour all of them seem to be due
    firing = asyncio.create_task(world.timers.run(world.db, wall, verdicts))
    async with asyncio.timeout(10):
        while looks < 5:
            await asyncio.sleep(0.01)
        assert await world.count() == (0, 0)
        wall.move(hours=-1)  # taken back: and nothing is due
        while looks < 9:
            await asyncio.sleep(0.01)
        assert await world.count() == (0, 0)
        assert verdicts.allowed()
    firing.cancel()
    await asyncio.gather(firing, return_exceptions=True)
    assert await world.timers.run_due(world.db, NOW) == 5


async def test_what_is_past_due_is_told_even_where_nothing_fires(world: World) -> None:
    def told(name: str) -> float | None:
        return REGISTRY.get_sample_value(name, {"schema": "clocks"})

    watch = TimersWatch("clocks", world.db, HandClock(NOW))
    await world.start(3)
    for later, waiting, oldest in ((-1, 0, 0), (40, 3, 40)):
        async with world.db.transaction() as tx:
            await watch.look(tx, NOW + timedelta(seconds=later))
        assert (told("huiying_timers_past_due"), told("huiying_timer_oldest_past_due_seconds")) == (waiting, oldest)
    await world.timers.run_due(world.db, NOW + timedelta(seconds=40))
    async with world.db.transaction() as tx:
        await watch.look(tx, NOW + timedelta(seconds=40))
    assert told("huiying_timers_past_due") == 0
