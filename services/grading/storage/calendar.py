"""The corrections of the calendar, each a version; nothing is ever taken back but by a further one."""

from datetime import datetime
from typing import Any, NamedTuple, cast

from services.grading.domain.holidays import Change, ChangeKind
from shared.calendar import Correction
from shared.db import Transaction

_CURRENT = "SELECT coalesce(max(version), 0) FROM grading.calendar_changes"
_CHANGES = "SELECT * FROM grading.calendar_changes WHERE version <= $1 ORDER BY version"
_DAYS = "SELECT * FROM grading.calendar_days WHERE version <= $1 ORDER BY version, day"


class Made(NamedTuple):
    """A change as it was made: its version, who, when (office time, UTC)."""

    version: int
    change: Change
    made_by: str
    made_at: datetime


async def current_version(tx: Transaction) -> int:
    """The version in force; 0 where nothing was ever corrected."""
    version: int = await tx.value(_CURRENT)
    return version


async def load_changes(tx: Transaction, version: int) -> list[Made]:
    """Every change up to this version, oldest first."""
    days: dict[int, list[Correction]] = {}
    for row in await tx.fetch(_DAYS, version):
        days.setdefault(row["version"], []).append(Correction(row["day"], row["working"], row["reason"]))
    return [_made(row, days.get(row["version"], [])) for row in await tx.fetch(_CHANGES, version)]


def _made(row: Any, days: list[Correction]) -> Made:
    change = Change(cast("ChangeKind", row["kind"]), row["year"], tuple(days), row["source"])
    return Made(row["version"], change, row["made_by"], row["made_at"])


async def lock_calendar(tx: Transaction) -> None:
    """Let no other change be made until this transaction ends; reading goes on."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtext('grading.calendar'))")


async def save_change(tx: Transaction, made: Made) -> None:
    """Write a change under its version."""
    change = made.change
    await tx.execute(
        "INSERT INTO grading.calendar_changes (version, kind, year, source, made_by, made_at) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        made.version,
        change.kind,
        change.year,
        change.source,
        made.made_by,
        made.made_at,
    )
    await tx.execute(
        "INSERT INTO grading.calendar_days (version, day, working, reason) "
        "SELECT $1, * FROM unnest($2::date[], $3::bool[], $4::text[])",
        made.version,
        [each.date for each in change.days],
        [each.working for each in change.days],
        [each.reason for each in change.days],
    )
