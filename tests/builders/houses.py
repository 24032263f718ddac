"""Intake's joining and suggesting over a real database, as one replica has it; another is a second one over the same."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.intake.domain.joining import Post
from services.intake.domain.sealing import Keyring
from services.intake.domain.times import Occurred
from services.intake.usecases.generations import Generations
from services.intake.usecases.keep import Keep, Kept, Submission
from services.intake.usecases.membership import Membership
from services.intake.usecases.organisations import Organisation
from services.intake.usecases.prepare import Told, prepare
from services.intake.usecases.reading import Reading
from services.intake.usecases.shelves import Shelves
from services.intake.usecases.similar import Similar
from services.intake.usecases.upkeep import Upkeep
from shared.auth import Staff
from shared.db import Database
from shared.ids import new_id
from shared.journal import Journal
from tests.builders.clocks import HandClock
from tests.builders.databases import TestDatabase

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
KEYRING = Keyring("a", {"a": os.urandom(32)})
WANG = Staff("wang", "anhui", frozenset({"office"}), "王")
LI = Staff("li", "yichun", frozenset({"office"}), "李")
DUST = "城南锦绣花园旁边的工地每天夜里施工到凌晨两点，渣土车扬尘严重，居民无法入睡。"
DUST_AGAIN = "锦绣花园旁边工地夜里施工，渣土车来来往往，扬尘严重，请求有关部门到现场看一看。"
NOISE = "锦绣花园隔壁工地深夜还在打桩，噪音很大，而且扬尘满天，孩子睡不着觉。"
CARTS = "夜间渣土车经过锦绣花园，工地不洒水，扬尘飞进家里，请管一管。"
PENSION = "退休人员养老金六月份没有按时到账，打电话给社保窗口一直没人接听。"


async def no_rest(_: float) -> None:
    """For loops that are stepped by hand."""


@dataclass
class House:
    """Intake as one replica has it; `another()` is a second one over the same database."""

    db: Database
    clock: HandClock = field(default_factory=lambda: HandClock(START))

    def __post_init__(self) -> None:
        journal = Journal("intake")
        self.keep = Keep(self.db, journal, self.clock)
        self.membership = Membership(self.db, journal, self.clock)
        self.shelves = Shelves(self.db)
        self.similar = Similar(self.db, self.shelves, self.membership, self.clock)
        self.reading = Reading(self.db, self.shelves, self.membership, self.clock, sleep=no_rest)
        self.generations = Generations(self.db, self.shelves, self.clock, sleep=no_rest)
        self.upkeep = Upkeep(self.db, self.shelves, no_rest)

    def another(self) -> "House":
        """A replica that has just started."""
        return House(self.db, self.clock)

    async def told(self, body: str, organisation: str = "anhui", title: str = "反映问题", **more: Any) -> UUID:
        """A new incident by a complaint."""
        of = Organisation(organisation, organisation, (), 720.0)
        told = Told("complaint", "portal", title, body, receipt=str(new_id()), **more)
        now = self.clock.now()
        (kept,) = await self.keep.batch([Submission(prepare(told, of, Occurred(now, False), now, KEYRING))])
        assert isinstance(kept, Kept)
        assert kept.result == "new"
        return kept.incident_id

    async def posted(self, id_: str, body: str) -> UUID:
        """A new incident by a post."""
        of = Organisation("anhui", "anhui", (), 720.0)
        told = Told("post", "v", "", body, post=Post("v", id_), platform="weibo")
        now = self.clock.now()
        (kept,) = await self.keep.batch([Submission(prepare(told, of, Occurred(now, False), now, KEYRING))])
        assert isinstance(kept, Kept)
        return kept.incident_id

    async def ask(self, incident_id: UUID, limit: int = 10, *, closed: bool = False) -> list[dict[str, Any]]:
        """What is suggested."""
        return await self.similar.of(WANG, incident_id, limit, closed=closed)

    async def ids(self, incident_id: UUID, *, closed: bool = False) -> list[UUID]:
        """Which are suggested, best first."""
        return [each["incident_id"] for each in await self.ask(incident_id, closed=closed)]

    async def read_all(self) -> None:
        """Let the background catch up."""
        while await self.reading.read() or await self.reading.compare():
            pass

    async def run(self, statement: str, *args: Any) -> Any:
        """One statement; answers its first value."""
        async with self.db.transaction() as tx:
            return await tx.value(statement, *args)

    async def close(self, incident_id: UUID) -> None:
        """As grading says it."""
        await self.run("UPDATE intake.incidents SET public_state = 'closed' WHERE incident_id = $1", incident_id)


@asynccontextmanager
async def opened(database: TestDatabase) -> AsyncIterator[House]:
    """A house with two organisations in it."""
    db = Database(database.url("intake"), name="similar-test")
    await db.open()
    async with db.transaction() as tx:
        for name in ("anhui", "yichun"):
            await tx.execute(
                "INSERT INTO intake.organisations (organisation_id, name, state) VALUES ($1, $1, 'active')", name
            )
    yield House(db)
    await db.close()
