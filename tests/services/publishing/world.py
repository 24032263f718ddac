"""The publishing service over a real database: events told to its consumer, people calling its routes, clocks moved."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from services.publishing.main import LOCK, SCHEMA, TITLE, wire
from services.publishing.settings import Settings
from shared.auth import Staff, StaffTokens
from shared.clock import Clock
from shared.contracts.directory import OrganisationChanged, organisation_subject
from shared.contracts.envelope import Payload, RawEvent
from shared.contracts.grading import ProcedureAdvanced, RulebookActivated
from shared.contracts.publishing import AnswerChanged
from shared.ids import new_id, shard_of
from shared.journal.apply import Applier
from shared.journal.subscriptions import Routes
from shared.secrets import ensure_secrets
from shared.service import Parts, Wiring, assemble

T0 = datetime(2026, 1, 5, 1, tzinfo=UTC)
ORG = "demo-bureau"
DUTY = UUID(int=0xD)
TEXT = "经调查,反映的问题属实,已责令整改,结果将于3个工作日内公布。"
ROLES = {"office": "办公室", "deputy": "分管领导", "chief": "主要领导", "department": "业务处室"}
SLICE: Mapping[str, Any] = {
    "channels": {
        "weibo": {"name": "官方微博", "account": "示例局"},
        "wechat": {"name": "微信公众号"},
        "government_site": {"name": "门户网站", "hosts": ["www.example.gov.cn"], "host": None},
    },
    "chains": {
        "plain": {"name": "一般", "steps": [{"name": "审定", "roles": ["chief"]}]},
        "joint": {"steps": [{"name": "核稿", "roles": ["office"]}, {"name": "会签", "roles": ["deputy", "chief"]}]},
    },
    "rules": [{"when": {"levels": ["major"]}, "chain": "joint"}, {"when": {"levels": ["general"]}, "chain": "plain"}],
}


def first_release(due_in_hours: int = 24, **changes: Any) -> dict[str, Any]:
    """Grading's order of a first release."""
    assignment: dict[str, Any] = {
        "id": DUTY,
        "key": "first_release",
        "duty": "first_release",
        "name": "首次发布",
        "kind": "respond",
        "desk": "publishing",
        "owner": "office",
        "owner_name": "办公室",
        "clause": "第十二条",
        "phrase": "最迟在24小时内",
        "source": "regulation",
        "chain": "joint",
    }
    deadline = {
        "assignment_id": DUTY,
        "holder": "publishing",
        "anchor": "discovered",
        "anchor_at": T0,
        "within": "24 h",
        "due_at": T0 + timedelta(hours=due_in_hours),
        "remind_at": [T0 + timedelta(hours=due_in_hours / 2)],
    }
    return {"assignments": [assignment | changes], "deadlines": [deadline]}


def ok(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    """The body of an answer that went well."""
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


@dataclass
class HandClock:
    """Moves only by hand."""

    at: datetime = T0

    def now(self) -> datetime:
        """Where the hand stands."""
        return self.at

    def move(self, by: timedelta) -> None:
        """Forward."""
        self.at += by


@dataclass
class World:
    """Everything a test needs; `office` and `system` are moved by hand."""

    app: FastAPI
    parts: Parts
    wiring: Wiring
    applier: Applier
    tokens: StaffTokens
    office: HandClock
    system: HandClock
    seqs: Counter[tuple[str, int]] = field(default_factory=Counter)
    versions: Counter[UUID] = field(default_factory=Counter)

    def staff(self, login: str, *roles: str, organisation: str = ORG) -> httpx.AsyncClient:
        """Somebody at a desk."""
        token = self.tokens.issue(Staff(login, organisation, frozenset(roles), f"{login}同志"))
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url="http://publishing",
            headers={"Authorization": f"Bearer {token}"},
        )

    async def tell(self, producer: str, subject: UUID, payload: Payload, organisation: str = ORG) -> RawEvent:
        """An event as it comes over the bus, through the service's own consumer."""
        place = producer, shard_of(subject)
        self.seqs[place] += 1
        data = payload.model_dump_json(exclude_defaults=True)
        raw = RawEvent(
            producer, place[1], self.seqs[place], new_id(), payload.TYPE, organisation, subject, self.office.now(), data
        )
        assert await self.applier.apply([raw]) == []
        return raw

    async def settle(self, organisation: str = ORG, piece: Mapping[str, Any] = SLICE) -> None:
        """The organisation and its rulebook become known."""
        subject = organisation_subject(organisation)
        await self.tell("directory", subject, OrganisationChanged(name="示例局", rulebook="r"), organisation)
        activated = RulebookActivated(
            rulebook="r",
            rulebook_hash="h",
            version="1",
            title="示例办法",
            roles=ROLES,
            levels={"general": "一般", "major": "重大"},
            slices={"publishing": dict(piece)},
        )
        await self.tell("grading", subject, activated, organisation)

    async def advance(
        self, incident: UUID | None = None, level: str | None = "general", organisation: str = ORG, **orders: Any
    ) -> UUID:
        """A decision of grading on an incident (a new one by default)."""
        incident = incident or new_id()
        self.versions[incident] += 1
        grade = {"level": level, "state": "approved", "proposal": level} if level else None
        values = {
            "version": self.versions[incident],
            "rulebook": "r",
            "rulebook_hash": "h",
            "phase": "open",
            "title": "示例事项",
            "cause": "test",
            "grade": grade,
        }
        await self.tell("grading", incident, ProcedureAdvanced.model_validate(values | orders), organisation)
        return incident

    async def drafted(self, incident: UUID, **changes: Any) -> str:
        """The address of a fresh draft by li, for weibo."""
        body = {"incident_id": str(incident), "channel": "weibo", "text": TEXT} | changes
        return f"/v1/responses/{ok(await self.staff('li', 'department').post('/v1/responses', json=body), 201)['id']}"

    async def approved(self, incident: UUID, **changes: Any) -> str:
        """The address of an answer that went through the plain chain."""
        at = await self.drafted(incident, **changes)
        ok(await self.staff("li", "department").post(f"{at}/submit"))
        assert ok(await self.staff("sun", "chief").post(f"{at}/approve"))["state"] == "approved"
        return at

    async def told(self) -> Sequence[AnswerChanged]:
        """What the service has said, in order."""
        async with self.parts.db.transaction() as tx:
            rows = await tx.fetch(f"SELECT data FROM {SCHEMA}.journal ORDER BY id")
        return [AnswerChanged.model_validate_json(row["data"]) for row in rows]

    async def fire(self) -> int:
        """Let every due clock fire."""
        assert self.wiring.timers is not None
        return await self.wiring.timers.run_due(self.parts.work, self.office.now())

    async def rows(self, sql: str, *args: Any) -> list[dict[str, Any]]:
        """Straight from the database."""
        async with self.parts.db.transaction() as tx:
            return [dict(row) for row in await tx.fetch(sql, *args)]

    async def close(self) -> None:
        """Leave the database."""
        await self.parts.db.close()
        await self.parts.work.close()


async def open_world(url: str, folder: Path) -> World:
    """The service, assembled as in production but for its two clocks, and its loops left to the test."""
    secrets = ensure_secrets(folder / "secrets")
    office, system = HandClock(), HandClock()
    kept: list[tuple[Parts, Wiring]] = []

    def wire_and_keep(parts: Parts) -> Wiring:
        wiring = wire(parts)
        kept.append((parts, wiring))
        return wiring

    settings = Settings(
        database_url=url, kafka_bootstrap="127.0.0.1:1", secrets_dir=secrets.folder, var=folder, log_level="error"
    )
    clocks: tuple[Clock, Clock] = (office, system)
    app = assemble(SCHEMA, settings, wire_and_keep, title=TITLE, clocks=clocks)
    parts, wiring = kept[0]
    await parts.db.open()
    await parts.work.open()
    applier = Applier(SCHEMA, parts.work, Routes(wiring.subscriptions), LOCK)
    await applier.register()
    tokens = StaffTokens(secrets.staff_signing(), system)
    return World(app, parts, wiring, applier, tokens, office, system)
