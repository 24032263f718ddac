"""The citizen's view of their own complaint, and what other services say that changes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.intake.domain.receipts import parse_receipt, receipt_hash
from shared.contracts.envelope import Event
from shared.contracts.grading import ProcedureStanding
from shared.contracts.publishing import AnswerChanged
from shared.db import Database, Transaction
from shared.errors import MissingError

STATES = {"received": "已收到", "handling": "正在办理", "answered": "已答复", "closed": "已办结"}
"""In the order in which a matter passes through them; it never goes back except by reopening."""
ARCHIVED = "已办结,已归档"
# Where a report once stood, and what that has been merged into since, one after the other.
_PATH = """
WITH RECURSIVE path AS (
  SELECT incident_id, merged_into, public_state, 1 AS step FROM intake.incidents WHERE incident_id = $1
  UNION ALL SELECT i.incident_id, i.merged_into, i.public_state, p.step + 1
  FROM path p JOIN intake.incidents i ON i.incident_id = p.merged_into WHERE p.step <= 20
)
SELECT incident_id, public_state FROM path ORDER BY step
"""
_LEFT = """
SELECT max(made_at) FROM intake.moves WHERE kind = 'split' AND incident_id = ANY($1::uuid[]) AND report_ids @> ARRAY[$2::uuid]
"""
_ANSWERS = """
SELECT title, public_text AS text, channel, url, released_at FROM intake.answers
WHERE incident_id = $1 OR (incident_id = ANY($2::uuid[]) AND ($3::timestamptz IS NULL OR released_at <= $3))
ORDER BY released_at, answer_id
"""
# Taken up again: what was closed is being handled, whatever had been said of it before.
_ADVANCED = """
UPDATE intake.incidents i SET
  public_state = CASE WHEN w.state = 'closed' THEN 'closed' WHEN i.public_state = 'closed' THEN 'handling'
    WHEN w.state = 'handling' AND i.public_state = 'received' THEN 'handling' ELSE i.public_state END,
  closed_at = CASE WHEN w.state = 'closed' THEN coalesce(i.closed_at, w.at) END
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) w(id, state, at)
WHERE i.incident_id = w.id
  AND (w.state = 'closed' OR i.public_state = 'closed' OR (w.state = 'handling' AND i.public_state = 'received'))
"""


class Citizens:
    """Looks receipts up, and keeps the public state of incidents."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def view(self, organisation_id: str, receipt: str) -> dict[str, Any]:
        """The state and the released answers. Raises `MissingError`, the same for every receipt that is not there.

        Of an archived complaint only that it is closed and when it came in: its words are in the archive.
        """
        written = parse_receipt(receipt)
        async with self._db.transaction() as tx:
            row = await self._report(tx, organisation_id, written) if written else None
            if written and row is None and (archived := await self._archived(tx, organisation_id, written)):
                return archived
            if row is None:
                raise MissingError("没有这个回执 / There is no complaint with this receipt; check what you typed.")
            before = await self._before(tx, row)
            answers = await tx.fetch(_ANSWERS, row["incident_id"], before.incidents, before.until)
        state = shown(row["public_state"], before, answered=bool(answers))
        return {
            "receipt": written,
            "title": row["title"],
            "state": state,
            "state_text": STATES[state],
            "received_at": row["received_at"],
            "answers": [dict(answer) for answer in answers],
        }

    async def _report(self, tx: Transaction, organisation_id: str, written: str) -> Any:
        return await tx.row(
            "SELECT r.title, r.received_at, r.report_id, r.incident_id, r.origin_id, i.public_state FROM intake.reports r "
            "JOIN intake.incidents i USING (incident_id) WHERE r.receipt_hash = $1 AND r.organisation_id = $2",
            receipt_hash(written),
            organisation_id,
        )

    async def _before(self, tx: Transaction, report: Any) -> "Before":
        if report["origin_id"] is None:
            return Before()
        path = await tx.fetch(_PATH, report["origin_id"])
        incidents = [row["incident_id"] for row in path]
        states = frozenset(row["public_state"] for row in path)
        if report["incident_id"] in incidents:
            return Before(incidents, states, followed=True)
        return Before(incidents, states, until=await tx.value(_LEFT, incidents, report["report_id"]))

    async def _archived(self, tx: Transaction, organisation_id: str, written: str) -> dict[str, Any] | None:
        received_at = await tx.value(
            "SELECT received_at FROM intake.archived_reports WHERE receipt_hash = $1 AND organisation_id = $2",
            receipt_hash(written),
            organisation_id,
        )
        if received_at is None:
            return None
        told = {"receipt": written, "title": "", "state": "closed", "state_text": ARCHIVED, "received_at": received_at}
        return {**told, "answers": [], "archived": True}

    async def on_procedure(self, tx: Transaction, events: Sequence[Event[ProcedureStanding]]) -> None:
        """The procedure moved: a citizen learns that it is being handled, or that it is done."""
        told: dict[UUID, tuple[str, datetime]] = {}
        for event in events:
            earlier = told[event.subject][0] if event.subject in told else None
            if (state := _state(event.data, earlier)) is not None:
                told[event.subject] = (state, event.time)
        if told:
            states, times = zip(*told.values(), strict=True)
            await tx.execute(_ADVANCED, list(told), list(states), list(times))

    async def on_answer(self, tx: Transaction, events: Sequence[Event[AnswerChanged]]) -> None:
        """An answer was released: the citizen may read it, with its link."""
        released = [event for event in events if event.data.change == "released" and event.data.public_text]
        for event in released:
            data = event.data
            await tx.execute(
                "INSERT INTO intake.answers (answer_id, incident_id, organisation_id, channel, title, public_text, url, "
                "released_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (answer_id) DO UPDATE SET "
                "public_text = excluded.public_text, url = excluded.url",
                data.answer_id,
                event.subject,
                event.organisation_id,
                data.channel or "site",
                data.title,
                data.public_text,
                data.url or "",
                data.at,
            )
        await tx.execute(
            "UPDATE intake.incidents SET public_state = 'answered' "
            "WHERE incident_id = ANY($1::uuid[]) AND public_state IN ('received', 'handling')",
            [event.subject for event in released],
        )


@dataclass(frozen=True, slots=True)
class Before:
    """Where a report stood before somebody moved it: those incidents and what citizens were told of them.

    `followed`: they were merged into the one where it stands now. Otherwise it was split off, at `until`: what was answered
    there later is of another matter.
    """

    incidents: Sequence[UUID] = ()
    states: frozenset[str] = frozenset()
    followed: bool = False
    until: datetime | None = None


def shown(present: str, before: Before, *, answered: bool) -> str:
    """The state that a citizen sees: a merge or split takes nothing back of what they were told, but that it was closed."""
    if before.followed and answered and present in {"received", "handling"}:
        return "answered"
    if present == "received" and before.states - {"received"}:
        return "handling"
    return present


def _state(data: ProcedureStanding, earlier: str | None) -> str | None:
    """What a decision makes of the state: closed, handling, or `open` where it says neither; None where it says nothing."""
    if data.phase == "merged":  # it stands in another, whose state counts
        return earlier
    if data.phase == "closed":
        return "closed"
    if data.grade is not None and data.grade.state == "approved":
        return "handling"
    return "handling" if earlier == "handling" else "open"
