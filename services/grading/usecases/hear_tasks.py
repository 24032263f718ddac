"""What tasks says, told apart: rounds of routines belong to a series, everything else to an incident's procedure."""

from collections.abc import Sequence

from services.grading.usecases.hear import Hear
from services.grading.usecases.rounds import Rounds
from shared.contracts.envelope import Event
from shared.contracts.grading import ROUTINE
from shared.contracts.tasks import TaskChanged
from shared.db import Transaction


class HearTasks:
    """Handler of `task.changed`."""

    def __init__(self, hear: Hear, rounds: Rounds) -> None:
        self._hear = hear
        self._rounds = rounds

    async def __call__(self, tx: Transaction, events: Sequence[Event[TaskChanged]]) -> None:
        """Incidents first: their locks are held already, a series' lock is taken after them."""
        await self._hear.task_changed(tx, [event for event in events if not event.data.key.startswith(ROUTINE)])
        await self._rounds.heard(tx, [event for event in events if event.data.key.startswith(ROUTINE)])
