"""Incidents of two or three reports over a real database, moved about; what must be so after every move."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from services.intake.domain.joining import Post
from services.intake.domain.membership import Move
from services.intake.domain.receipts import new_receipt
from services.intake.domain.sealing import Keyring
from services.intake.domain.times import Occurred
from services.intake.usecases.citizens import Citizens
from services.intake.usecases.keep import Keep, Kept, Submission
from services.intake.usecases.membership import Membership
from services.intake.usecases.organisations import Organisation
from services.intake.usecases.prepare import Told, prepare
from shared.contracts.intake import Spread
from shared.db import Database
from shared.ids import new_id
from shared.journal import Journal
from shared.journal.chain import verify
from tests.builders.clocks import HandClock

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
KEYRING = Keyring("a", {"a": os.urandom(32)})
ORG = "anhui"
ANHUI = Organisation(ORG, "安徽", ("停水", "拥挤", "井盖"), 720.0)
WATER = "城东小区连续三天停水,老人和孩子无水可用,物业电话打不通,请尽快恢复供水。"
METRO = "地铁二号线早高峰拥挤不堪,建议增加班次并延长运营时间到晚上十一点半。"
COVER = "河西路人行道的井盖破损已有半月,夜里骑车的人摔倒过几回,盼着有人来修。"
NOISE = "建材市场后门每天凌晨卸货,喇叭和铁架声不断,住在对面的我们整夜没法合眼。"


@dataclass(slots=True)
class Moved:
    """Keeping and moving, with the clock in the test's hand."""

    db: Database
    clock: HandClock
    keep: Keep = field(init=False)
    membership: Membership = field(init=False)
    citizens: Citizens = field(init=False)

    def __post_init__(self) -> None:
        journal = Journal("intake")
        self.keep = Keep(self.db, journal, self.clock)
        self.membership = Membership(self.db, journal, self.clock)
        self.citizens = Citizens(self.db)

    def post(self, id_: str, body: str, reads: int = 0, root: str | None = None, **more: Any) -> Submission:
        """A post of the vendor `v`."""
        post = Post("v", id_, more.pop("url", None), root)
        spread = Spread(reads=reads, likes=reads // 2)
        told = Told("post", more.pop("vendor", "v"), "", body, post=post, platform="weibo", spread=spread, **more)
        now = self.clock.now()
        return Submission(prepare(told, ANHUI, Occurred(now - timedelta(hours=1), False), now, KEYRING))

    def complaint(self, body: str, receipt: str | None = None) -> Submission:
        """A citizen's complaint at a time that they did not name."""
        now = self.clock.now()
        told = Told("complaint", "portal", "反映问题", body, receipt=receipt or new_receipt(), region="安徽省")
        return Submission(prepare(told, ANHUI, Occurred(now, True), now, KEYRING))

    async def keep_all(self, *submissions: Submission) -> list[Kept]:
        """Kept in one batch."""
        return [answer for answer in await self.keep.batch(submissions) if isinstance(answer, Kept)]

    async def incident(self, name: str, body: str, reports: int = 2) -> UUID:
        """An incident of so many posts with the same words, read 10, 20, … times."""
        kept = await self.keep_all(*(self.post(f"{name}{n}", body, n * 10) for n in range(1, reports + 1)))
        assert {each.incident_id for each in kept} == {kept[0].incident_id}
        return kept[0].incident_id

    async def merge(self, survivor: UUID, other: UUID, **more: Any) -> Move:
        return await self.membership.merge("li", ORG, survivor, other, "同一件事", **more)

    async def split(self, incident_id: UUID, reports: Sequence[UUID], **more: Any) -> Move:
        return await self.membership.split("li", ORG, incident_id, reports, "不是一件事", **more)

    async def undo(self, move: Move) -> Move:
        return await self.membership.undo("wang", ORG, move.move_id, "弄错了")

    async def rows(self, statement: str, *args: Any) -> list[dict[str, Any]]:
        async with self.db.transaction() as tx:
            return [dict(row) for row in await tx.fetch(statement, *args)]

    async def reports(self, incident_id: UUID) -> list[UUID]:
        """In the order of their ids."""
        found = await self.rows("SELECT report_id FROM intake.reports WHERE incident_id = $1 ORDER BY 1", incident_id)
        return [row["report_id"] for row in found]

    async def told(self, incident_id: UUID) -> list[dict[str, Any]]:
        """The incident's events, each with its type."""
        found = await self.rows(
            "SELECT type, data FROM intake.journal WHERE subject = $1 ORDER BY position", incident_id
        )
        return [{"type": row["type"], **orjson.loads(row["data"])} for row in found]

    async def standing(self) -> dict[UUID, dict[str, Any]]:
        """All that an undoing must bring back: by incident, its totals, its parent and its reports."""
        names = (
            "incident_id, reports, reads, comments, reposts, likes, kinds, platforms, author_types, words, merged_into"
        )
        found = {row["incident_id"]: row for row in await self.rows(f"SELECT {names} FROM intake.incidents")}
        for row in found.values():
            row["held"] = await self.reports(row["incident_id"])
        earliest = await self.rows("SELECT incident_id, min(occurred_at) AS at FROM intake.reports GROUP BY 1")
        for row in earliest:
            found[row["incident_id"]]["earliest"] = row["at"]
        return found

    async def assert_sound(self) -> None:
        """Every report in one live incident, totals the sum over reports, no cycle, every hash chain whole."""
        async with self.db.transaction() as tx:
            assert [dict(row) for row in await tx.fetch(_WRONG_TOTALS)] == []
            assert await tx.fetch(_NOT_LIVE) == []
            assert await tx.fetch(_CYCLES) == []
            rows = await tx.fetch(
                "SELECT subject, position, event_id, type, data, hash FROM intake.journal ORDER BY subject, position"
            )
        chains: dict[UUID, list[dict[str, Any]]] = {}
        for row in rows:
            chains.setdefault(row["subject"], []).append(dict(row))
        assert sum(map(verify, chains.values())) == len(rows)


_WRONG_TOTALS = """
SELECT i.incident_id, i.reports, s.reports AS counted FROM intake.incidents i LEFT JOIN (
  SELECT incident_id, count(*) AS reports, sum(reads) AS reads, sum(likes) AS likes, min(occurred_at) AS occurred_at,
    array_agg(DISTINCT kind ORDER BY kind) AS kinds FROM intake.reports GROUP BY 1
) s USING (incident_id)
WHERE i.reports <> coalesce(s.reports, 0) OR i.reads <> coalesce(s.reads, 0) OR i.likes <> coalesce(s.likes, 0)
  OR i.kinds <> coalesce(s.kinds, '{}') OR i.occurred_at <> coalesce(s.occurred_at, i.occurred_at)
"""
_NOT_LIVE = """
SELECT r.report_id FROM intake.reports r LEFT JOIN intake.incidents i USING (incident_id)
WHERE i.incident_id IS NULL OR i.merged_into IS NOT NULL
UNION ALL
SELECT i.incident_id FROM intake.incidents i
WHERE i.merged_into IS NULL AND NOT EXISTS (SELECT 1 FROM intake.reports r WHERE r.incident_id = i.incident_id)
"""
_CYCLES = """
WITH RECURSIVE up AS (
  SELECT incident_id AS start, merged_into, 1 AS step FROM intake.incidents
  UNION ALL SELECT u.start, i.merged_into, u.step + 1 FROM up u JOIN intake.incidents i ON i.incident_id = u.merged_into
  WHERE u.step < 30
)
SELECT start FROM up WHERE step >= 30
"""


def fresh_clock() -> HandClock:
    """At nine on a Monday morning."""
    return HandClock(START)


def some_id() -> UUID:
    """An id that nothing has."""
    return new_id()
