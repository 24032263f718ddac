"""Vendors that tell of posts with counts, straight into intake's keeping, and what came of it."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from services.intake.domain.joining import Post
from services.intake.domain.sealing import Keyring
from services.intake.domain.spread import METRICS, Threshold
from services.intake.domain.times import Occurred
from services.intake.storage.spread import spread_totals
from services.intake.usecases.keep import Keep, Kept, Submission
from services.intake.usecases.organisations import Organisation
from services.intake.usecases.prepare import Told, prepare
from services.intake.usecases.spread import SpreadOf
from shared.auth import Staff
from shared.contracts.intake import Spread
from shared.db import Database
from shared.journal import Journal
from tests.builders.clocks import HandClock

START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
"""09:30 in Shanghai."""
KEYRING = Keyring("a", {"a": os.urandom(32)})
TEXT = "市民反映某药店医保刷卡多收费，收银员说系统如此，网友纷纷表示遇到过同样的情况，希望核查清楚给个说法。"
LEVELS = ({"metric": "comments", "threshold": 100, "level": "III", "clause": "第七条"},
          {"metric": "comments", "threshold": 1000, "level": "II", "clause": "第七条"})  # fmt: skip
THRESHOLDS = Threshold.read(LEVELS)
URL = "https://weibo.com/77/4900000000000001"
STAFF = Staff("li", "anhui", frozenset({"office"}), "李")


class Vendors:
    """Vendors that tell of posts; `office` is the time at which they do."""

    def __init__(self, db: Database, office: HandClock) -> None:
        self.db, self.office = db, office
        self.keep = Keep(db, Journal("intake"), office)
        self._organisation = Organisation("anhui", "安徽", (), 720.0)

    async def settle(self) -> None:
        """The organisation with its thresholds."""
        async with self.db.transaction() as tx:
            await tx.execute(
                "INSERT INTO intake.organisations (organisation_id, name, state, rulebook_hash, thresholds) "
                "VALUES ('anhui', '安徽', 'active', 'h', $1)",
                orjson.dumps(LEVELS).decode(),
            )

    def post(self, id_: str, *, by: str = "v", url: str | None = None, **more: Any) -> Submission:
        """A post with those counts that are given (`comments=…`); `observed`, `posted`, `root`, `platform` and so on."""
        now = self.office.now()
        known = frozenset(more) & frozenset(METRICS)
        told = Told(
            kind="post",
            source=by,
            title="",
            body=more.get("text", TEXT),
            post=Post(by, id_, url, more.get("root", "root")),
            platform=more.get("platform", "weibo"),
            author_type=more.get("author_type", "person"),
            spread=Spread(**{name: more[name] for name in known}),
            observed_at=more.get("observed"),
            known=known,
        )
        arrival = prepare(told, self._organisation, Occurred(more.get("posted", now), False), now, KEYRING)
        return Submission(replace(arrival, thresholds=THRESHOLDS))

    async def push(self, *submissions: Submission) -> list[Kept]:
        """One call."""
        return [answer for answer in await self.keep.batch(submissions) if isinstance(answer, Kept)]

    async def tell(self, id_: str, **more: Any) -> Kept:
        """One post in a call of its own."""
        (kept,) = await self.push(self.post(id_, **more))
        return kept

    async def totals(self, incident_id: UUID) -> tuple[int, int, int]:
        """Reports, reads, comments of the incident, having checked that reports and hours sum up to them."""
        async with self.db.transaction() as tx:
            row = await tx.row("SELECT * FROM intake.incidents WHERE incident_id = $1", incident_id)
            anew = (await spread_totals(tx, [incident_id]))[incident_id]
            hours = await tx.row(
                "SELECT coalesce(sum(reads), 0)::int AS reads, coalesce(sum(comments), 0)::int AS comments, "
                "coalesce(sum(reposts), 0)::int AS reposts, coalesce(sum(likes), 0)::int AS likes "
                "FROM intake.spread_hours WHERE incident_id = $1",
                incident_id,
            )
        assert row is not None
        assert hours is not None
        assert anew.model_dump() == {metric: row[metric] for metric in METRICS} == dict(hours)
        return row["reports"], row["reads"], row["comments"]

    async def samples(self, report_id: UUID) -> list[tuple[datetime, int]]:
        """When a report was looked at and its comments then, those that are kept beside its latest."""
        async with self.db.transaction() as tx:
            rows = await tx.fetch("SELECT * FROM intake.samples WHERE report_id = $1 ORDER BY sampled_at", report_id)
        return [(row["sampled_at"], row["comments"]) for row in rows]

    async def changes(self) -> list[dict[str, Any]]:
        """Every `incident.changed` so far, with its time."""
        async with self.db.transaction() as tx:
            rows = await tx.fetch(
                "SELECT time, data FROM intake.journal WHERE type = 'incident.changed.v1' ORDER BY id"
            )
        return [{"time": row["time"], **orjson.loads(row["data"])} for row in rows]

    async def shown(self, incident_id: UUID, hours: int = 72) -> dict[str, Any]:
        """As staff see it."""
        return await SpreadOf(self.db, self.office).of(STAFF, incident_id, hours)
