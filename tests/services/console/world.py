"""The console over a real database: events come through the real applier, people through the real edge."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from services.console.main import wire
from services.console.settings import Settings
from shared.auth import STAFF_AUDIENCE, AccountGate, Guard, KeySet, ServiceTokens, Verifier
from shared.contracts.envelope import Event, Payload, RawEvent
from shared.db import Database
from shared.ids import new_id, shard_of
from shared.journal import Journal
from shared.journal.apply import Applier
from shared.journal.subscriptions import Routes
from shared.secrets import ensure_secrets
from shared.service import Parts
from shared.web import create_app
from tests.builders.databases import TestDatabase

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Monday morning, nine o'clock in Beijing."""
PASSWORD = "correct horse battery"


class StillClock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.present = START

    def now(self) -> datetime:
        return self.present

    def move(self, **by: float) -> None:
        """Move by a `timedelta(**by)`."""
        self.present += timedelta(**by)


class World:
    """One console with its directory. `hear` is what services say, `call` what people do."""

    def __init__(self, database: TestDatabase, folder: Path) -> None:
        self.office, self.system = StillClock(), StillClock()
        self.db = Database(database.url("console"), name="console", lock_timeout="200ms")
        self.ledger = Database(database.url("directory"), name="directory", lock_timeout="200ms")
        self.secrets = ensure_secrets(folder)
        self.gate = AccountGate(self.system)
        settings = Settings(
            database_url=database.url("console"),
            directory_database_url=database.url("directory"),
            kafka_bootstrap="127.0.0.1:9",
            secrets_dir=folder,
            var=folder,
        )
        self.peers = settings.peers
        self.wiring = wire(
            Parts(
                name="console",
                settings=settings,
                secrets=self.secrets,
                db=self.db,
                work=self.db,
                ledger=self.ledger,
                journal=Journal("directory"),
                office=self.office,
                system=self.system,
                gate=self.gate,
                tokens=ServiceTokens(self.secrets.service_signing("console"), "console", self.system),
            )
        )
        self.applier = Applier("console", self.db, Routes(self.wiring.subscriptions), self.wiring.lock)
        guard = Guard(
            Verifier(KeySet(self.secrets.jwks_file), STAFF_AUDIENCE, self.system, self.gate),
            Verifier(KeySet(self.secrets.services_file), "console", self.system),
        )
        app = create_app(
            service="console",
            title="console",
            lifespan=None,
            routers=self.wiring.routers,
            readiness=self.wiring.readiness,
            access=self.wiring.access,
            guard=guard,
        )
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://console")
        self._sequence: Counter[tuple[str, int]] = Counter()
        self._told = 0

    async def hear(self, producer: str, *said: tuple[Payload, UUID], organisation: str = "anhui") -> None:
        """Apply one batch of another service's events."""
        events = [self._raw(producer, p.TYPE, organisation, s, _json(p), self.office.now()) for p, s in said]
        await self._apply(events)

    async def settle(self) -> None:
        """Bring what the directory has journaled since the last time to the projection and the gate."""
        async with self.ledger.transaction() as tx:
            rows = await tx.fetch("SELECT * FROM directory.journal WHERE id > $1 ORDER BY id", self._told)
        if rows:
            self._told = rows[-1]["id"]
        await self._apply(
            [self._raw("directory", r["type"], r["organisation_id"], r["subject"], r["data"], r["time"]) for r in rows]
        )

    async def _apply(self, events: Sequence[RawEvent]) -> None:
        assert await self.applier.apply(events) == []
        parked = await self.rows("SELECT error FROM console.parked")
        assert parked == []

    def _raw(self, producer: str, kind: str, organisation: str, subject: UUID, data: str, at: datetime) -> RawEvent:
        shard = shard_of(subject)
        self._sequence[producer, shard] += 1
        seq = self._sequence[producer, shard]
        return RawEvent(producer, shard, seq, new_id(), kind, organisation, subject, at, data)

    def event(self, payload: Payload, subject: UUID, organisation: str = "anhui") -> Event[Any]:
        """An event as a handler gets it."""
        return Event(new_id(), organisation, subject, self.office.now(), payload)

    async def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Look into the console's schema."""
        async with self.db.transaction() as tx:
            return [dict(row) for row in await tx.fetch(sql, *values)]

    async def sign_in(self, login: str, password: str = PASSWORD) -> dict[str, str]:
        """The header of who signs in."""
        answer = await self.http.post("/v1/token", json={"login": login, "password": password})
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    async def admin(self) -> dict[str, str]:
        """The header of the platform's first administrator."""
        return await self.sign_in(*self.secrets.admin)

    async def furnish(self) -> None:
        """Make the organisations `anhui` and `yichun`, each with an administrator and an office clerk."""
        who = await self.admin()
        for name in ("anhui", "yichun"):
            made = {"id": name, "name": f"{name} 局", "rulebook": "xuancheng-2015"}
            assert (await self.http.post("/v1/organisations", headers=who, json=made)).status_code == 201
            for login, role in ((f"{name}.admin", "admin"), (f"{name}.office", "office")):
                assert (await self.account(who, login, [role], organisation_id=name)).status_code == 201

    async def account(self, who: dict[str, str], login: str, roles: list[str], **more: str) -> httpx.Response:
        """Try to make an account."""
        given = {"login": login, "password": PASSWORD, "display_name": f"{login} 同志", "roles": roles, **more}
        return await self.http.post("/v1/accounts", headers=who, json=given)


def _json(payload: Payload) -> str:
    return payload.model_dump_json(exclude_defaults=True)
