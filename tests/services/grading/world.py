"""The grading service over a real database: events told to its consumer, people calling its routes, clocks moved by hand."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from services.grading.main import wire
from services.grading.settings import Settings
from services.grading.usecases.reproject import Reproject
from shared.auth import Staff, StaffTokens
from shared.contracts.directory import OrganisationChanged, organisation_subject
from shared.contracts.envelope import Payload, RawEvent
from shared.contracts.intake import IncidentReported, Spread
from shared.contracts.tasks import TaskChanged
from shared.ids import new_id, shard_of
from shared.journal.apply import Applier
from shared.journal.subscriptions import Routes
from shared.secrets import ensure_secrets
from shared.service import Parts, Wiring, assemble
from tests.builders.clocks import HandClock

MONDAY = datetime(2026, 11, 16, 1, 30, tzinfo=UTC)
"""09:30 in Shanghai on a working Monday with no holiday near."""


@dataclass
class World:
    """One process of the service without its loops: a test takes each step. Two over one database are two processes."""

    app: FastAPI
    parts: Parts
    wiring: Wiring
    applier: Applier
    tokens: StaffTokens
    office: HandClock
    sequence: Counter[tuple[str, int]] = field(default_factory=Counter)

    def loop(self, name: str) -> Any:
        """Who runs this loop of the service."""
        run: Any = self.wiring.loops[name]
        return run.__self__

    @property
    def reproject(self) -> Reproject:
        """The loop that counts deadlines anew."""
        found: Reproject = self.loop("reprojection")
        return found

    async def tell(self, producer: str, *said: tuple[UUID, Payload], organisation: str = "xuancheng") -> None:
        """Let the service hear what another said, in one batch; nothing of it may be parked."""
        events = []
        for subject, payload in said:
            place = producer, shard_of(subject)
            self.sequence[place] += 1
            data = payload.model_dump_json(exclude_defaults=True)
            now = self.office.now()
            events.append(
                RawEvent(*place, self.sequence[place], new_id(), payload.TYPE, organisation, subject, now, data)
            )
        assert await self.applier.apply(events) == []
        assert await self.rows("SELECT error FROM grading.parked") == []

    async def found(self, organisation: str, rulebook: str) -> None:
        """An organisation on a shipped rulebook."""
        named = OrganisationChanged(name=f"示范单位 {organisation}", rulebook=rulebook)
        await self.tell("directory", (organisation_subject(organisation), named), organisation=organisation)

    async def report(
        self, *, count: int = 1, organisation: str = "xuancheng", at: datetime | None = None
    ) -> list[UUID]:
        """Incidents reported now, or at a moment; answers their ids in order."""
        ids = sorted(new_id() for _ in range(count))
        now = at or self.office.now()
        told = IncidentReported(
            report_id=new_id(),
            kind="complaint",
            source="portal",
            title="窗口办理缓慢",
            discovered_at=now,
            occurred_at=now,
            occurred_assumed=True,
            spread=Spread(),
        )
        await self.tell("intake", *((incident, told) for incident in ids), organisation=organisation)
        return ids

    async def claim(self, *incidents: UUID, organisation: str = "xuancheng") -> None:
        """Somebody claims these matters at tasks, now."""
        now = self.office.now()
        done = TaskChanged(
            assignment_id=new_id(),
            key="claim",
            duty="claim",
            kind="claim",
            change="done",
            state="done",
            version=2,
            at=now,
            by="xuancheng.department",
        )
        await self.tell("tasks", *((incident, done) for incident in incidents), organisation=organisation)

    async def call(
        self, method: str, path: str, *roles: str, organisation: str = "xuancheng", expect: int = 200, **more: Any
    ) -> Any:
        """A call by somebody with these roles."""
        member = Staff(f"{organisation}.{roles[0]}", organisation, frozenset(roles), "某同志")
        headers = {"Authorization": f"Bearer {self.tokens.issue(member)}"}
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://grading", headers=headers) as client:
            answer = await client.request(method, path, **more)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Look into the database."""
        async with self.parts.work.transaction() as tx:
            return [dict(row) for row in await tx.fetch(sql, *values)]

    async def told(self, model: type[Payload]) -> list[Any]:
        """What the service has written to its journal of one type, in order."""
        rows = await self.rows("SELECT data FROM grading.journal WHERE type = $1 ORDER BY id", model.TYPE)
        return [model.model_validate_json(row["data"]) for row in rows]

    async def tick(self, **by: float) -> int:
        """Move office time on, then fire every clock that is due; answers how many."""
        self.office.move(**by)
        timers, fired = self.wiring.timers, 0
        assert timers is not None
        while count := await timers.run_due(self.parts.work, self.office.now()):
            fired += count
        return fired


@asynccontextmanager
async def open_world(url: str, var: Path, office: HandClock | None = None) -> AsyncIterator[World]:
    """The service, assembled as in production but for its two clocks, and its loops left to the test."""
    secrets = ensure_secrets(var / "secrets")
    hand, system = office or HandClock(MONDAY), HandClock(MONDAY)
    kept: list[tuple[Parts, Wiring]] = []

    def wire_and_keep(parts: Parts) -> Wiring:
        wiring = wire(parts)
        kept.append((parts, wiring))
        return wiring

    settings = Settings(
        database_url=url, kafka_bootstrap="127.0.0.1:1", secrets_dir=secrets.folder, var=var, log_level="error"
    )
    app = assemble("grading", settings, wire_and_keep, title="grading", clocks=(hand, system))
    parts, wiring = kept[0]
    await parts.db.open()
    await parts.work.open()
    applier = Applier("grading", parts.work, Routes(wiring.subscriptions), wiring.lock, wiring.kin)
    await applier.register()
    yield World(app, parts, wiring, applier, StaffTokens(secrets.staff_signing(), system), hand)
    await parts.db.close()
    await parts.work.close()
