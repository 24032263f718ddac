"""Grading's decisions become duties and clocks here."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from services.publishing.domain.answers import withdraw
from services.publishing.domain.duties import Duty, follow, next_moment
from services.publishing.storage.answers import save_answers, undecided_answers
from services.publishing.storage.duties import duties_of, save_duties
from services.publishing.storage.incidents import take_decisions
from services.publishing.usecases.announcing import GRADING, answer_changed
from shared.contracts.envelope import Event
from shared.contracts.grading import ProcedureAdvanced
from shared.db import Transaction
from shared.journal import Journal
from shared.timers import drop_timers, set_timers

SCHEMA = "publishing"


async def move_clocks(tx: Transaction, duties: Sequence[Duty]) -> None:
    """Start, move or end the clocks of these duties."""
    moments = [(duty, next_moment(duty)) for duty in duties]
    await set_timers(tx, SCHEMA, [(duty.assignment_id, duty.incident_id, at) for duty, at in moments if at is not None])
    await drop_timers(tx, SCHEMA, [duty.assignment_id for duty, at in moments if at is None])


class FollowOrders:
    """Handler of `procedure.advanced`: set-based, and a decision seen before changes nothing."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def __call__(self, tx: Transaction, events: Sequence[Event[ProcedureAdvanced]]) -> None:
        """Keep what is new; a matter that was merged into another takes its unfinished answers with it."""
        news = await take_decisions(tx, events)
        known: dict[UUID, dict[UUID, Duty]] = defaultdict(dict)
        for duty in await duties_of(tx, [event.subject for event in news]):
            known[duty.incident_id][duty.assignment_id] = duty
        moved = [
            duty
            for event in news
            for duty in follow(known[event.subject], event.organisation_id, event.subject, event.time, event.data)
        ]
        await save_duties(tx, moved)
        await move_clocks(tx, moved)
        merged = {event.subject: event for event in news if event.data.phase == "merged"}
        if merged:
            await self._withdraw_unfinished(tx, merged)

    async def _withdraw_unfinished(self, tx: Transaction, merged: dict[UUID, Event[ProcedureAdvanced]]) -> None:
        answers = [withdraw(answer) for answer in await undecided_answers(tx, list(merged))]
        for answer in answers:
            at = merged[answer.incident_id].time
            await save_answers(tx, [answer], at)
            told = answer_changed(answer, "withdrawn", at=at, by=GRADING, reason="merged")
            await self._journal.append(tx, [told])
