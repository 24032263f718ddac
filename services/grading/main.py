"""The composition root of grading."""

from fastapi import FastAPI

from services.grading.entry.access import ACCESS
from services.grading.entry.calendar import calendar_routes
from services.grading.entry.export import export_routes
from services.grading.entry.procedures import act_routes, grading_routes, time_routes
from services.grading.entry.rounds import rounds_routes
from services.grading.entry.rulebooks import rulebook_routes
from services.grading.entry.subscriptions import subscriptions
from services.grading.settings import Settings
from services.grading.usecases.activate import Activate
from services.grading.usecases.calendar_watch import CalendarWatch
from services.grading.usecases.calendars import Calendars
from services.grading.usecases.change_calendar import ChangeCalendar
from services.grading.usecases.decide import Decide
from services.grading.usecases.desk import Desk
from services.grading.usecases.export import Export
from services.grading.usecases.hear import Hear
from services.grading.usecases.hear_tasks import HearTasks
from services.grading.usecases.impact import Impact
from services.grading.usecases.joining import Joining, kin
from services.grading.usecases.look import Look
from services.grading.usecases.look_calendar import LookCalendar
from services.grading.usecases.look_rounds import LookRounds
from services.grading.usecases.moments import Moments
from services.grading.usecases.people import KnowAccounts
from services.grading.usecases.reconcile import Reconcile
from services.grading.usecases.relocate import Relocate
from services.grading.usecases.reproject import Reproject
from services.grading.usecases.rounds import LOCK as ROUNDS_LOCK
from services.grading.usecases.rounds import SCHEMA, Rounds
from services.grading.usecases.rulebooks import Rulebooks
from services.grading.usecases.shelf import Shelf
from services.grading.usecases.suspend import Suspend
from shared.service import Clocks, Parts, Wiring, assemble
from shared.settings import load
from shared.timers import Timers


def wire(parts: Parts) -> Wiring:
    """Put grading together."""
    calendars = Calendars()
    rulebooks = Rulebooks(parts.journal, parts.office)
    reconcile = Reconcile(parts.journal, rulebooks, calendars, parts.office)
    desk = Desk(parts.db, reconcile, rulebooks, parts.office)
    decide = Decide(desk)
    shelf = Shelf(parts.db, rulebooks, parts.office)
    relocate = Relocate(desk, shelf, calendars)
    look = Look(parts.db, rulebooks, calendars)
    change_calendar = ChangeCalendar(parts.db, parts.journal, calendars, Impact(parts.work, rulebooks), parts.office)
    rounds = Rounds(parts.work, parts.journal, rulebooks, calendars, parts.office)
    hear = Hear(reconcile, Joining(parts.journal, reconcile, rulebooks, parts.office))
    return Wiring(
        routers=[
            grading_routes(decide, look),
            act_routes(decide),
            time_routes(Moments(desk), Suspend(desk), relocate),
            rulebook_routes(shelf, Activate(parts.db, rulebooks, shelf), relocate),
            export_routes(Export(parts.db, rulebooks)),
            calendar_routes(change_calendar, LookCalendar(parts.db, calendars)),
            rounds_routes(LookRounds(parts.db)),
        ],
        access=ACCESS,
        subscriptions=subscriptions(hear, HearTasks(hear, rounds), rulebooks, KnowAccounts(parts.gate)),
        lock="grading.procedures",
        kin=kin,
        timers=Timers(SCHEMA, ROUNDS_LOCK, rounds.fire),
        loops={
            "reprojection": Reproject(parts.work, reconcile, calendars, parts.system).run,
            "calendar": CalendarWatch(parts.work, calendars, parts.office).run,
            "rounds": rounds.run,
        },
    )


def create_app(settings: Settings | None = None, clocks: Clocks | None = None) -> FastAPI:
    """The service, from the environment; `settings` and `clocks` are given by tests."""
    return assemble("grading", settings or load(Settings), wire, title="回应 · 研判 grading", clocks=clocks)
