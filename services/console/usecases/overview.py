"""The first page: what is new, what is owed, and how long there is for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from services.console.domain.time_left import TimeLeft, time_left
from services.console.storage import organisations, overview
from shared.clock import Clock
from shared.db import Database, Transaction

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Overview:
    """An organisation's first page at the office time `now`. `levels` names its rulebook's levels."""

    organisation_id: str
    name: str
    rulebook: str
    now: datetime
    counts: Mapping[str, int]
    levels: Mapping[str, str]
    incidents: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    answers: list[dict[str, Any]]
    organisations: list[dict[str, Any]]

    def left(self, task: Mapping[str, Any]) -> TimeLeft:
        """Time left for a task of this page."""
        return time_left(task["due_at"], self.now)


class Overviews:
    """`db` is the console's; deadlines are compared with the office clock."""

    def __init__(self, db: Database, office: Clock) -> None:
        self._db = db
        self._office = office

    async def of(self, organisation_id: str, *, everybody: bool = False) -> Overview:
        """The organisation's overview; `everybody` adds the list of all organisations, for the platform."""
        async with self._db.transaction() as tx:
            about = await organisations.load_organisation(tx, organisation_id)
            return Overview(
                organisation_id=organisation_id,
                name=(about["name"] if about else None) or organisation_id,
                rulebook=(about["rulebook"] if about else None) or "",
                now=self._office.now(),
                counts=await overview.counts(tx, organisation_id),
                levels=_names(about),
                incidents=[dict(row) for row in await overview.newest_incidents(tx, organisation_id, _SHOWN)],
                tasks=[dict(row) for row in await overview.open_tasks_by_due(tx, organisation_id, _SHOWN)],
                answers=[dict(row) for row in await overview.latest_answers(tx, organisation_id, _SHOWN // 2)],
                organisations=await _everybody(tx) if everybody else [],
            )


async def _everybody(tx: Transaction) -> list[dict[str, Any]]:
    rows = await organisations.load_organisations(tx)
    return [{name: row[name] for name in ("organisation_id", "name", "rulebook", "state")} for row in rows]


def _names(about: asyncpg.Record | None) -> Mapping[str, str]:
    levels = about["levels"] if about else None
    names: dict[str, str] = orjson.loads(levels) if levels else {}
    return names
