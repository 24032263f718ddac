"""The counter where people act on tasks: what every command shares, in one place."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.tasks.domain.moves import Outcome, Person
from services.tasks.domain.task import Task
from services.tasks.storage.board import load_tasks, lock_task, save_tasks
from services.tasks.usecases.telling import tell_all
from shared.auth import Staff
from shared.clock import Clock
from shared.db import Database, Transaction
from shared.errors import MissingError
from shared.journal import Journal
from shared.timers import drop_timers

SCHEMA = "tasks"


def missing(task_id: UUID) -> MissingError:
    """Not there, or another organisation's."""
    return MissingError(f"没有任务 {task_id} / There is no task {task_id}.")


@dataclass(frozen=True, slots=True)
class Case:
    """One task on the counter: locked with its incident, as it stands now; `at` is office time."""

    tx: Transaction
    task: Task
    person: Person
    at: datetime


class Counter:
    """Opens cases for commands and closes them: the change, its events and its clock in one transaction."""

    def __init__(self, db: Database, journal: Journal, office: Clock) -> None:
        self._db = db
        self._journal = journal
        self._office = office

    @asynccontextmanager
    async def open(self, staff: Staff, task_id: UUID) -> AsyncIterator[Case]:
        """The case of one task. Raises `MissingError` where the caller's organisation has no such task.

        Waits for the incident's row no longer than the database's lock timeout.
        """
        async with self._db.transaction() as tx:
            if not await lock_task(tx, staff.organisation_id, task_id):
                raise missing(task_id)
            task = (await load_tasks(tx, [task_id]))[task_id]
            yield Case(tx, task, Person(staff.login, staff.display_name, staff.roles), self._office.now())

    async def close(self, case: Case, outcome: Outcome) -> Task:
        """Write the outcome and tell it; a task that ended stops its clock. Answers the task as it now is."""
        if not outcome.told:
            return case.task
        await save_tasks(case.tx, [outcome.task])
        if not outcome.task.live:
            await drop_timers(case.tx, SCHEMA, [outcome.task.id])
        await self._journal.append(case.tx, tell_all(outcome.task, outcome.told, case.at, case.person.login))
        return outcome.task
