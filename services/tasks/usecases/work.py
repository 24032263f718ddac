"""Claiming, designating, returning and handing in."""

from collections.abc import Mapping
from uuid import UUID

from services.tasks.domain import moves
from services.tasks.domain.handed_in import check_hand_in
from services.tasks.domain.standing import check_version
from services.tasks.domain.task import Task
from services.tasks.storage.papers import keep_hand_in, read_hand_ins
from services.tasks.storage.people import find_person
from services.tasks.usecases.counter import Case, Counter
from shared.auth import Staff
from shared.errors import InvalidError
from shared.ids import new_id


class Work:
    """What a member of staff does with a task.

    Each command answers the task as it now is and raises `MissingError` (no such task here), `ForbiddenError` (not this person's) or
    `ConflictError` (the state, or the `version` that the caller saw, is not the present one).
    """

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    async def claim(self, staff: Staff, task_id: UUID, version: int | None) -> Task:
        """Take a task on: of two at the same moment one wins, the other is told who and when."""
        async with self._counter.open(staff, task_id) as case:
            outcome = moves.claim(case.task, case.person, case.at)
            if outcome.told:
                check_version(case.task, version)
            return await self._counter.close(case, outcome)

    async def designate(self, staff: Staff, task_id: UUID, version: int | None, login: str, reason: str) -> Task:
        """Give a task to a colleague. Raises `InvalidError` where the organisation has no such active account."""
        async with self._counter.open(staff, task_id) as case:
            check_version(case.task, version)
            chosen = await find_person(case.tx, staff.organisation_id, login)
            if chosen is None:
                detail = "本单位没有此账号，或已停用 / No active account of this organisation has that login."
                raise InvalidError(detail, errors=[{"where": "body.login", "what": detail}])
            return await self._counter.close(case, moves.designate(case.task, case.person, chosen, case.at, reason))

    async def give_back(self, staff: Staff, task_id: UUID, version: int | None, reason: str) -> Task:
        """Return a task to the board."""
        async with self._counter.open(staff, task_id) as case:
            check_version(case.task, version)
            return await self._counter.close(case, moves.give_back(case.task, case.person, reason))

    async def complete(self, staff: Staff, task_id: UUID, version: int | None, given: Mapping[str, str]) -> Task:
        """Hand in what the duty demands; the texts stay here. The same again by the same person changes nothing.

        Raises `InvalidError` listing what is missing.
        """
        async with self._counter.open(staff, task_id) as case:
            if await _handed_in_already(case, given):
                return case.task
            check_version(case.task, version)
            outcome = moves.complete(case.task, case.person, case.at)
            texts = check_hand_in(case.task, given)
            hand_in_id = new_id()
            await keep_hand_in(case.tx, hand_in_id, case.task, case.at, staff.login, texts)
            return await self._counter.close(case, moves.naming(outcome, hand_in_id, texts))


async def _handed_in_already(case: Case, given: Mapping[str, str]) -> bool:
    """Whether this is the answer to a repeated call: done, by the same person, with the same content.

    A duty to claim was done by claiming and has no papers. Any other without papers was ended by grading, not by this person.
    """
    if case.task.state != "done" or case.task.holder != case.person.login:
        return False
    kept = await read_hand_ins(case.tx, case.task.id)
    texts = {name: text.strip() for name, text in given.items() if text.strip()}
    return texts == kept[-1]["content"] if kept else case.task.kind == "claim" and not texts
