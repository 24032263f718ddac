"""A small world for the journal: `alpha` produces, `beta` consumes and keeps what it was told."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID, uuid4

import asyncpg
import pytest

from deploy.local.postgres import Postgres
from shared.contracts.envelope import Event, NewEvent, Payload, RawEvent
from shared.db import Database, Transaction
from shared.ids import new_id
from shared.journal import Journal, on
from shared.journal.apply import Applier
from shared.journal.schema import consumer_ddl, journal_ddl, stamping_ddl, traces_ddl
from shared.journal.subscriptions import Routes
from tests.builders.databases import outside_loop


class Told(Payload):
    """A test event."""

    TYPE: ClassVar[str] = "told.v1"
    n: int


class World:
    """Alpha's journal and beta's applier over one database; `poison` makes beta's handler fail for these numbers."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.db = Database(url, name="journal-test", lock_timeout="2s")
        self.journal = Journal("alpha")
        self.poison: set[int] = set()
        routes = Routes({"alpha": [on(Told, self.keep)]})
        self.applier = Applier("beta", self.db, routes, lock=None)

    async def keep(self, tx: Transaction, events: Sequence[Event[Told]]) -> None:
        """Beta's handler: one row for each event, twice would be seen."""
        for event in events:
            if event.data.n in self.poison:
                raise ValueError(f"cannot digest {event.data.n}")
        await tx.execute(
            "INSERT INTO beta.kept SELECT * FROM unnest($1::uuid[], $2::int[])",
            [event.subject for event in events],
            [event.data.n for event in events],
        )

    async def say(self, subject: UUID, *numbers: int) -> None:
        """Append to alpha's journal, one transaction."""
        events = [NewEvent(new_id(), "org", subject, datetime.now(UTC), Told(n=n)) for n in numbers]
        async with self.db.transaction() as tx:
            await self.journal.append(tx, events)

    async def stamped(self, after: int = 0) -> list[RawEvent]:
        """What alpha's journal shows, over all shards."""
        async with self.db.transaction() as tx:
            rows = await tx.fetch(
                "SELECT s.shard, s.seq, j.event_id, j.type, j.organisation_id, j.subject, j.time, j.data "
                "FROM alpha.stamps s JOIN alpha.journal j ON j.id = s.journal_id WHERE s.seq > $1 ORDER BY 1, 2",
                after,
            )
        return [RawEvent("alpha", *row.values()) for row in rows]

    async def kept(self) -> list[int]:
        """What beta has kept, sorted."""
        async with self.db.transaction() as tx:
            return [row["n"] for row in await tx.fetch("SELECT n FROM beta.kept ORDER BY n")]

    async def parked(self) -> list[str]:
        """Errors of what beta has parked, oldest first."""
        async with self.db.transaction() as tx:
            return [row["error"] for row in await tx.fetch("SELECT error FROM beta.parked ORDER BY id")]


async def _make(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE SCHEMA alpha; CREATE SCHEMA beta;")
    for statement in [*journal_ddl("alpha"), *traces_ddl("alpha"), *stamping_ddl("alpha"), *consumer_ddl("beta")]:
        await connection.execute(statement)
    await connection.execute("CREATE TABLE beta.kept (subject uuid, n int)")
    await connection.close()


@pytest.fixture
def journal_url(postgres: Postgres) -> Iterator[str]:
    """A database with the two schemas."""
    name = f"journal_{uuid4().hex[:12]}"
    url = postgres.create_database(name)
    outside_loop(_make(url))
    yield url
    postgres.drop_database(name)


@pytest.fixture
async def world(journal_url: str) -> AsyncIterator[World]:
    """Alpha and beta, ready."""
    made = World(journal_url)
    await made.db.open()
    await made.applier.register()
    yield made
    await made.db.close()
