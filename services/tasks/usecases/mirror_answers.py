"""Publishing's words about the duties whose clocks it holds."""

from collections.abc import Sequence

from services.tasks.storage.mirror import Said, save_said
from shared.contracts.envelope import Event
from shared.contracts.publishing import AnswerChanged
from shared.db import Transaction
from shared.timers import drop_timers

SCHEMA = "tasks"


async def mirror_answers(tx: Transaction, events: Sequence[Event[AnswerChanged]]) -> None:
    """Handler of `answer.changed`: a duty released is done, its escalation ends; one overdue is marked. Nothing else is ours."""
    said = [
        Said(
            e.data.assignment_id, e.subject, e.organisation_id, e.data.key or "", e.data.change == "released", e.data.at
        )
        for e in events
        if e.data.assignment_id is not None and e.data.change in {"released", "overdue"}
    ]
    if said:
        await save_said(tx, said)
        await drop_timers(tx, SCHEMA, [each.assignment_id for each in said if each.released])
