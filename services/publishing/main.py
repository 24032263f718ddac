"""The composition root of the publishing service."""

from fastapi import FastAPI

from services.publishing.entry.access import ACCESS
from services.publishing.entry.routes import reading_routes, release_routes, writing_routes
from services.publishing.entry.subscriptions import subscriptions
from services.publishing.settings import Settings
from services.publishing.usecases.clocks import FireClocks
from services.publishing.usecases.opening import Desk
from shared.service import Clocks, Parts, Wiring, assemble
from shared.settings import load
from shared.timers import Timers

SCHEMA = "publishing"
LOCK = "publishing.incidents"
TITLE = "回应 · 发布 / Huiying publishing"


def wire(parts: Parts) -> Wiring:
    """Put the service together from what `assemble` gives."""
    desk = Desk(parts.db, parts.journal, parts.office, parts.system)
    return Wiring(
        routers=[writing_routes(desk), release_routes(desk), reading_routes(desk)],
        access=ACCESS,
        subscriptions=subscriptions(parts.journal, parts.gate),
        lock=LOCK,
        timers=Timers(SCHEMA, LOCK, FireClocks(parts.journal)),
    )


def create_app(settings: Settings | None = None, clocks: Clocks | None = None) -> FastAPI:
    """The service, from the environment (exits with one line where that is wrong); tests give settings and clocks."""
    return assemble(SCHEMA, settings or load(Settings), wire, title=TITLE, clocks=clocks)
