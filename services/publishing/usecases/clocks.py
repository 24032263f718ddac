"""The clocks of duties to the public, when their moment has come."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.publishing.domain.duties import fire, next_moment
from services.publishing.storage.duties import load_duties, save_duties
from services.publishing.usecases.announcing import clock_fired
from shared.db import Transaction
from shared.journal import Journal
from shared.timers import Due


class FireClocks:
    """What `shared.timers` calls under the incidents' locks: the verdict is made anew from the duty as it stands."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def __call__(self, tx: Transaction, due: Sequence[Due], now: datetime) -> Mapping[UUID, datetime | None]:
        """Remind, mark overdue; answers each clock's next moment."""
        duties = await load_duties(tx, [each.id for each in due])
        fired = [(duty, *fire(duty, now)) for duty in duties.values()]
        await save_duties(tx, [after for before, after, _ in fired if after != before])
        told = [clock_fired(after, change, at=now) for _, after, change in fired if change is not None]
        await self._journal.append(tx, told)
        return {each.id: None for each in due} | {after.assignment_id: next_moment(after) for _, after, _ in fired}
