"""The tasks service over a real database: orders come through the real applier, people through the real edge."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import orjson
import pytest

from deploy.local.postgres import Postgres
from services.tasks.main import LOCK, wire
from services.tasks.settings import Settings
from shared.auth import STAFF_AUDIENCE, AccountGate, Guard, KeySet, ServiceTokens, Staff, StaffTokens, Verifier
from shared.clock import SystemClock
from shared.contracts.envelope import Payload, RawEvent
from shared.contracts.tasks import TaskChanged
from shared.db import Database
from shared.ids import new_id, shard_of
from shared.journal import Journal
from shared.journal.apply import Applier
from shared.journal.subscriptions import Routes
from shared.secrets import Secrets, ensure_secrets
from shared.service import Parts
from shared.timers import Timers
from shared.web.app import create_app
from tests.builders.databases import TestDatabase

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Monday morning, nine o'clock in Beijing."""


class StillClock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.present = START

    def now(self) -> datetime:
        return self.present

    def move(self, **by: float) -> datetime:
        """Move by a `timedelta(**by)`; answers the new time."""
        self.present += timedelta(**by)
        return self.present


class World:
    """One tasks service. `hear` is what other services say, `call` what people do, `told` what it said itself."""

    def __init__(self, url: str, secrets: Secrets) -> None:
        self.office = StillClock()
        self.db = Database(url, name="tasks-http", lock_timeout="200ms")
        self.work = Database(url, name="tasks-work")
        system = SystemClock()
        gate = AccountGate(system)
        settings = Settings(
            database_url=url, kafka_bootstrap="127.0.0.1:9", secrets_dir=secrets.folder, var=secrets.folder
        )
        wiring = wire(
            Parts(
                name="tasks",
                settings=settings,
                secrets=secrets,
                db=self.db,
                work=self.work,
                ledger=self.db,
                journal=Journal("tasks"),
                office=self.office,
                system=system,
                gate=gate,
                tokens=ServiceTokens(secrets.service_signing("tasks"), "tasks", system),
            )
        )
        assert wiring.timers is not None
        self.timers: Timers = wiring.timers
        self.applier = Applier("tasks", self.work, Routes(wiring.subscriptions), LOCK)
        guard = Guard(
            Verifier(KeySet(secrets.jwks_file), STAFF_AUDIENCE, system, gate),
            Verifier(KeySet(secrets.services_file), "tasks", system),
        )
        app = create_app(
            service="tasks",
            title="tasks",
            lifespan=None,
            routers=wiring.routers,
            readiness={},
            access=wiring.access,
            guard=guard,
        )
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tasks")
        self._tokens = StaffTokens(secrets.staff_signing(), system)
        self._sequence: Counter[tuple[str, int]] = Counter()

    async def hear(self, producer: str, payload: Payload, subject: UUID, organisation: str = "anhui") -> None:
        """Apply one event of another service."""
        await self.hear_all(producer, [(payload, subject)], organisation)

    async def hear_all(self, producer: str, said: Sequence[tuple[Payload, UUID]], organisation: str = "anhui") -> None:
        """Apply several in one batch."""
        events = []
        for payload, subject in said:
            shard = shard_of(subject)
            self._sequence[producer, shard] += 1
            data = payload.model_dump_json(exclude_defaults=True)
            events.append(
                RawEvent(
                    producer,
                    shard,
                    self._sequence[producer, shard],
                    new_id(),
                    payload.TYPE,
                    organisation,
                    subject,
                    self.office.now(),
                    data,
                )
            )
        assert await self.applier.apply(events) == []
        assert await self.parked() == []

    async def parked(self) -> list[str]:
        """The errors of events set aside."""
        async with self.work.transaction() as tx:
            return [row["error"] for row in await tx.fetch("SELECT error FROM tasks.parked ORDER BY id")]

    async def told(self) -> list[TaskChanged]:
        """What the service has written to its journal, in order."""
        async with self.work.transaction() as tx:
            rows = await tx.fetch("SELECT data FROM tasks.journal ORDER BY id")
        return [TaskChanged.model_validate_json(row["data"]) for row in rows]

    async def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Look into the database."""
        async with self.work.transaction() as tx:
            return [dict(row) for row in await tx.fetch(sql, *values)]

    async def tick(self) -> int:
        """Fire everything that is due at the office's present moment; answers how many moments."""
        fired = 0
        while count := await self.timers.run_due(self.work, self.office.now()):
            fired += count
        return fired

    def token(self, login: str, *roles: str, organisation: str = "anhui") -> dict[str, str]:
        """The header of a member of staff."""
        member = Staff(login, organisation, frozenset(roles), f"{login} 同志")
        return {"Authorization": f"Bearer {self._tokens.issue(member)}"}

    async def call(self, method: str, path: str, who: dict[str, str], body: Any = None, **query: Any) -> httpx.Response:
        """One call of a person; never an answer of 500 or above."""
        content = None if body is None else orjson.dumps(body)
        headers = {**who, "Content-Type": "application/json"}
        answer = await self.http.request(method, path, headers=headers, content=content, params=query)
        assert answer.status_code < 500, answer.text
        return answer


@pytest.fixture(scope="session")
def tasks_database(postgres: Postgres, template: str) -> Iterator[TestDatabase]:
    """One migrated database for all tests of this service; `world` empties it."""
    name = f"tasks_{uuid4().hex[:12]}"
    postgres.create_database(name, template)
    yield TestDatabase(postgres, name)
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    """Keys for tokens."""
    return ensure_secrets(tmp_path_factory.mktemp("tasks-secrets"))


async def empty(url: str) -> None:
    """Take every row out of the schema, as if freshly migrated; deleting is quicker than truncating where rows are few."""
    owner = await asyncpg.connect(url)
    try:
        tables = await owner.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'tasks' AND tablename NOT IN ('alembic_version', 'heads')"
        )
        deletes = "".join(f"DELETE FROM tasks.{row['tablename']};" for row in tables)
        await owner.execute(f"{deletes} UPDATE tasks.heads SET seq = 0")
    finally:
        await owner.close()


@pytest.fixture
async def world(tasks_database: TestDatabase, secrets: Secrets) -> AsyncIterator[World]:
    """A fresh service."""
    await empty(tasks_database.url())
    made = World(tasks_database.url("tasks"), secrets)
    await made.db.open()
    await made.work.open()
    await made.applier.register()
    yield made
    await made.http.aclose()
    await made.db.close()
    await made.work.close()
