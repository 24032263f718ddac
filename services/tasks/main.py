"""The composition root of the tasks service."""

from fastapi import FastAPI

from services.tasks.entry.access import ACCESS
from services.tasks.entry.boards import boards_router
from services.tasks.entry.subscriptions import subscriptions
from services.tasks.settings import Settings
from services.tasks.usecases.list_tasks import ListTasks
from shared.service import Parts, Wiring, assemble
from shared.settings import load

LOCK = "tasks.incidents"


def wire(parts: Parts) -> Wiring:
    """Put the service together from what `assemble` gives."""
    return Wiring(
        routers=[boards_router(ListTasks(parts.db, parts.office))],
        subscriptions=subscriptions(parts.office),
        lock=LOCK,
        access=ACCESS,
    )


def create_app() -> FastAPI:
    """The service, from the environment; exits with one line where that is wrong."""
    return assemble("tasks", load(Settings), wire)
