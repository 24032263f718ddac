"""The citizen's view of their own complaint, and what other services say that changes it."""

from collections.abc import Sequence
from typing import Any

from services.intake.domain.receipts import parse_receipt, receipt_hash
from shared.contracts.envelope import Event
from shared.contracts.grading import ProcedureStanding
from shared.contracts.publishing import AnswerChanged
from shared.db import Database, Transaction
from shared.errors import MissingError

STATES = {"received": "已收到", "handling": "正在办理", "answered": "已答复", "closed": "已办结"}
"""In the order in which a matter passes through them; it never goes back except by reopening."""
ARCHIVED = "已办结,已归档"


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
            answers = await tx.fetch(
                "SELECT title, public_text AS text, channel, url, released_at FROM intake.answers "
                "WHERE incident_id = $1 ORDER BY released_at",
                row["incident_id"],
            )
        return {
            "receipt": written,
            "title": row["title"],
            "state": row["public_state"],
            "state_text": STATES[row["public_state"]],
            "received_at": row["received_at"],
            "answers": [dict(answer) for answer in answers],
        }

    async def _report(self, tx: Transaction, organisation_id: str, written: str) -> Any:
        return await tx.row(
            "SELECT r.title, r.received_at, r.incident_id, i.public_state FROM intake.reports r "
            "JOIN intake.incidents i USING (incident_id) WHERE r.receipt_hash = $1 AND r.organisation_id = $2",
            receipt_hash(written),
            organisation_id,
        )

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
        states = {event.subject: _state(event.data) for event in events}
        told = {subject: state for subject, state in states.items() if state is not None}
        if told:
            await tx.execute(
                "UPDATE intake.incidents i SET public_state = w.state FROM unnest($1::uuid[], $2::text[]) w(id, state) "
                "WHERE i.incident_id = w.id AND (w.state = 'closed' OR i.public_state IN ('received', 'closed'))",
                list(told),
                list(told.values()),
            )

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


def _state(data: ProcedureStanding) -> str | None:
    if data.phase == "closed":
        return "closed"
    if data.grade is not None and data.grade.state == "approved":
        return "handling"
    return None
