"""Incidents for staff: lists with masked words only, and a report's original one at a time, with a reason that is kept."""

from typing import Any
from uuid import UUID

import orjson

from services.intake.domain.sealing import Keyring, WrappedKey, open_
from shared.auth import Staff
from shared.clock import Clock
from shared.contracts.envelope import NewEvent
from shared.contracts.intake import OriginalShown
from shared.db import Database
from shared.errors import MissingError
from shared.ids import new_id
from shared.journal import Journal

_COLUMNS = (
    "incident_id, title, region, topic, opened_at, occurred_at, reports, reads, comments, reposts, likes, kinds, platforms, "
    "public_state AS state, closed_at, merged_into, follows, version"
)
_SURVIVOR = """
WITH RECURSIVE up AS (
  SELECT incident_id, merged_into, 1 AS step FROM intake.incidents WHERE incident_id = $1
  UNION ALL SELECT i.incident_id, i.merged_into, u.step + 1
  FROM up u JOIN intake.incidents i ON i.incident_id = u.merged_into WHERE u.step <= 20
)
SELECT incident_id FROM up ORDER BY step DESC LIMIT 1
"""


class Incidents:
    """Queries and the opening of originals."""

    def __init__(self, db: Database, journal: Journal, keyring: Keyring, office: Clock) -> None:
        self._db = db
        self._journal = journal
        self._keyring = keyring
        self._office = office

    async def newest(
        self, staff: Staff, after: UUID | None, limit: int, *, absorbed: bool = False
    ) -> list[dict[str, Any]]:
        """The organisation's incidents, newest first, behind `after`; with `absorbed` also those that were merged into others."""
        async with self._db.transaction() as tx:
            rows = await tx.fetch(
                f"SELECT {_COLUMNS} FROM intake.incidents WHERE organisation_id = $1 "
                "AND ($2::uuid IS NULL OR incident_id < $2) AND ($4 OR merged_into IS NULL) "
                "ORDER BY incident_id DESC LIMIT $3",
                staff.organisation_id,
                after,
                limit,
                absorbed,
            )
        return [dict(row) for row in rows]

    async def one(self, staff: Staff, incident_id: UUID) -> dict[str, Any]:
        """One incident with its reports, masked, and why each joined; where it was merged, its survivor. Raises `MissingError`.

        `absorbed` are those merged right into it; `origin_id` of a report is where it stood first, if that is elsewhere.
        """
        async with self._db.transaction() as tx:
            row = await tx.row(
                f"SELECT {_COLUMNS} FROM intake.incidents WHERE incident_id = $1 AND organisation_id = $2",
                incident_id,
                staff.organisation_id,
            )
            if row is None:
                raise MissingError(f"There is no incident {incident_id} here.")
            reports = await tx.fetch(
                "SELECT report_id, kind, source, url, platform, author_type, title, masked_text, occurred_at, received_at, "
                "reads, comments, reposts, likes, joined_by, joined_score, origin_id FROM intake.reports WHERE incident_id = $1 "
                "ORDER BY report_id LIMIT 200",
                incident_id,
            )
            survivor = await tx.value(_SURVIVOR, incident_id) if row["merged_into"] else None
            absorbed = await tx.fetch(
                "SELECT incident_id FROM intake.incidents WHERE merged_into = $1 ORDER BY incident_id", incident_id
            )
        standing = {"survivor": survivor, "absorbed": [each["incident_id"] for each in absorbed]}
        return {**dict(row), **standing, "report_list": [dict(each) for each in reports]}

    async def original(self, staff: Staff, report_id: UUID, reason: str) -> dict[str, Any]:
        """A report's own words and contact; that it was opened, by whom and why, goes into the journal first.

        Raises `MissingError`, and `SealBrokenError` or `KeyAbsentError` where it does not open.
        """
        async with self._db.transaction() as tx:
            row = await tx.row(
                "SELECT r.* FROM intake.reports r JOIN intake.incidents i USING (incident_id) "
                "WHERE r.report_id = $1 AND r.organisation_id = $2 FOR UPDATE OF i",
                report_id,
                staff.organisation_id,
            )
            if row is None or (row["key_id"] is not None and row["wrapped_key"] is None):
                raise MissingError(f"There is no report {report_id} here, or its original has been erased.")
            shown = OriginalShown(report_id=report_id, by=staff.login, reason=reason)
            event = NewEvent(new_id(), staff.organisation_id, row["incident_id"], self._office.now(), shown)
            await self._journal.append(tx, [event])
        if row["key_id"] is None:  # nothing was sealed: its words stand in the open as they were told
            return {"report_id": report_id, "title": "", "body": row["masked_text"], "contact": None}
        data_key = self._keyring.unwrap(report_id, WrappedKey(row["key_id"], row["wrapped_key"]))
        said = orjson.loads(open_(report_id, "body", row["sealed_body"], data_key))
        sealed = row["sealed_contact"]
        contact = orjson.loads(open_(report_id, "contact", sealed, data_key)) if sealed else None
        return {"report_id": report_id, "title": said["title"], "body": said["body"], "contact": contact}
