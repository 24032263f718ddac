"""One of two replicas is killed: the other serves its partitions and relays its shards, and soon."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID, uuid4

import pytest

from shared.bus.producer import Bus
from shared.contracts.envelope import NewEvent, Payload, RawEvent
from shared.db import Database
from shared.ids import SHARDS, new_id
from shared.journal import Journal
from tests.builders.brokers import TestBus
from tests.builders.databases import TestDatabase
from tests.services.replica import TOPIC

pytestmark = pytest.mark.processes
RELAYED_WITHIN = 3.0
SERVED_WITHIN = 10.0
PATIENCE = 40.0


class Told(Payload):
    """A test event."""

    TYPE: ClassVar[str] = "told.v1"


class Replica:
    """A running process, and what it has said so far."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.services.replica", *arguments], stdout=subprocess.PIPE, text=True
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.strip())

    @property
    def shards(self) -> int | None:
        """How many it has said that it owns; None before the first word."""
        return next((int(line.split()[1]) for line in reversed(self.lines) if line.startswith("shards")), None)

    def received(self, source: str) -> set[int]:
        """The shards whose events of this source have come to it."""
        words = [line.split() for line in self.lines]
        return {int(each[2]) for each in words if each[0] == "event" and each[1] == source}

    def kill(self) -> None:
        """`kill -9`."""
        self.process.kill()
        self.process.wait()
        self._reader.join()
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def replicas(*arguments: tuple[str, ...]) -> Iterator[list[Replica]]:
    """Processes for the time of a test."""
    running = [Replica(*each) for each in arguments]
    try:
        yield running
    finally:
        for each in running:
            each.kill()


async def until(condition: Callable[[], bool]) -> float:
    """The seconds until it holds."""
    begun = time.monotonic()
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.02)
    return time.monotonic() - begun


def subject_in(shard: int) -> UUID:
    """A subject of this shard, which the lowest four bits say."""
    return UUID(int=new_id().int & ~0xF | shard)


@pytest.fixture
async def tasks(database: TestDatabase) -> AsyncIterator[Database]:
    """The database as the role of tasks."""
    db = Database(database.url("tasks"), name="test")
    await db.open()
    yield db
    await db.close()


async def say(db: Database) -> None:
    """An event for each shard, committed."""
    at = datetime.now(UTC)
    async with db.transaction() as tx:
        said = [NewEvent(new_id(), "org", subject_in(shard), at, Told()) for shard in range(SHARDS)]
        await Journal("tasks").append(tx, said)


async def all_stamped(db: Database) -> float:
    """The seconds until nothing waits for a number."""
    begun = time.monotonic()
    async with asyncio.timeout(PATIENCE):
        while True:
            async with db.transaction() as tx:
                if not await tx.value("SELECT count(*) FROM tasks.outbox"):
                    return time.monotonic() - begun


async def relaying(db: Database) -> str | None:
    """By the name of its connection, who holds all the shards' locks."""
    async with db.transaction() as tx:
        name: str | None = await tx.value(
            "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) "
            "WHERE locktype = 'advisory' AND pg_stat_activity.datname = current_database() "
            "GROUP BY 1 HAVING count(*) = $1",
            SHARDS,
        )
    return name


async def test_the_shards_of_a_killed_relay_are_relayed_by_the_other(tasks: Database, database: TestDatabase) -> None:
    url = database.url("tasks")
    with replicas(("relay", url, "first"), ("relay", url, "second")) as (first, second):
        await say(tasks)
        await all_stamped(tasks)
        await until(lambda: bool(first.lines and second.lines))
        victim = {"first": first, "second": second}[await relaying(tasks) or ""]
        await say(tasks)
        await all_stamped(tasks)
        victim.process.kill()
        await say(tasks)
        seconds = await all_stamped(tasks)
    print(f"relayed after {seconds:.1f} s")
    assert seconds < RELAYED_WITHIN


async def test_the_partitions_of_a_killed_member_are_served_by_the_other(
    broker: TestBus,
) -> None:
    group, source = f"test-{uuid4()}", f"/test/{uuid4()}"
    bus = Bus(broker.address)
    at = datetime.now(UTC)
    events = [
        RawEvent(TOPIC, shard, 1, new_id(), "told.v1", "org", subject_in(shard), at, "{}", source)
        for shard in range(SHARDS)
    ]
    one: tuple[str, ...] = ("member", broker.bootstrap, group)
    with replicas(one, one) as members:
        await until(lambda: all(each.shards is not None for each in members))
        await until(lambda: sum(each.shards or 0 for each in members) == SHARDS)
        victim, other = sorted(members, key=lambda each: each.shards or 0, reverse=True)
        victim.process.kill()
        assert await bus.send(events)
        seconds = await until(lambda: other.received(source) == set(range(SHARDS)))
    await bus.close()
    print(f"served after {seconds:.1f} s")
    assert seconds < SERVED_WITHIN
