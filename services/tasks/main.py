"""The composition root of the tasks service."""

from fastapi import FastAPI

from services.tasks.entry.access import ACCESS
from services.tasks.entry.boards import boards_router
from services.tasks.entry.commands import more_time_router, work_router
from services.tasks.entry.subscriptions import subscriptions
from services.tasks.settings import Settings
from services.tasks.usecases.counter import Counter
from services.tasks.usecases.fire_timers import FireTimers
from services.tasks.usecases.list_tasks import ListTasks
from services.tasks.usecases.more_time import MoreTime
from services.tasks.usecases.show_task import ShowTask
from services.tasks.usecases.work import Work
from shared.service import Clocks, Parts, Wiring, assemble
from shared.settings import load
from shared.timers import Timers

SCHEMA = "tasks"
LOCK = "tasks.incidents"
TITLE = "回应 · 任务 / Huiying tasks"


def wire(parts: Parts) -> Wiring:
    """Put the service together from what `assemble` gives."""
    counter = Counter(parts.db, parts.journal, parts.office)
    return Wiring(
        routers=[
            boards_router(ListTasks(parts.db, parts.office), ShowTask(parts.db)),
            work_router(Work(counter)),
            more_time_router(MoreTime(counter)),
        ],
        access=ACCESS,
        subscriptions=subscriptions(parts.office, parts.gate),
        lock=LOCK,
        timers=Timers(SCHEMA, LOCK, FireTimers(parts.journal)),
    )


def create_app(settings: Settings | None = None, clocks: Clocks | None = None) -> FastAPI:
    """The service, from the environment (exits with one line where that is wrong); tests give settings and clocks."""
    return assemble(SCHEMA, settings or load(Settings), wire, title=TITLE, clocks=clocks)
