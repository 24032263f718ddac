"""Clocks that have come due: remind, mark overdue, escalate; each once, whatever was missed collapsed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.tasks.domain.firing import fire
from services.tasks.domain.moves import Told
from services.tasks.storage.board import load_tasks, save_tasks
from services.tasks.usecases.telling import TIMER, tell_all
from shared.db import Transaction
from shared.journal import Journal
from shared.timers import Due


class FireTimers:
    """What `shared.timers` calls with the incidents' rows locked."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def __call__(self, tx: Transaction, due: Sequence[Due], now: datetime) -> Mapping[UUID, datetime | None]:
        """Recheck each task and act; answers each clock's next moment, None where it ends."""
        found = await load_tasks(tx, [each.id for each in due])
        firings = {task_id: fire(task, now) for task_id, task in found.items()}
        changed = [firing for firing in firings.values() if firing.told]
        await save_tasks(tx, [firing.task for firing in changed])
        events = [
            event
            for firing in changed
            for event in tell_all(firing.task, tuple(Told(change, role) for change, role in firing.told), now, TIMER)
        ]
        await self._journal.append(tx, events)
        return {each.id: firings[each.id].next_at if each.id in firings else None for each in due}
