"""The rounds of every organisation's routines: issued as they come round, missed when they are over, done when tasks says so."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from prometheus_client import Counter

from services.grading.domain.rounds import Round, Turn, announce, come_round, ended, heard_done, next_look
from services.grading.rulebook import CompiledRulebook
from services.grading.storage import rounds as storage
from services.grading.storage.rounds import Place
from services.grading.usecases.calendars import Calendars
from services.grading.usecases.rulebooks import Rulebooks
from shared.clock import Clock
from shared.contracts.directory import organisation_subject
from shared.contracts.envelope import Event, NewEvent
from shared.contracts.grading import RoutineAdvanced, series_subject
from shared.contracts.tasks import TaskChanged
from shared.db import TRANSIENT, Database, Transaction
from shared.ids import new_id
from shared.journal import Journal
from shared.timers import Due, drop_timers, set_timers

SCHEMA, LOCK = "grading", "grading.routines"
_LOOK_EVERY = 2.0
_log = structlog.get_logger()
ROUNDS = Counter("huiying_rounds", "Rounds of routines", ["became"])


class Rounds:
    """The caller holds no lock of an incident: an organisation's rounds have a lock of their own, `grading.routines`."""

    def __init__(
        self, db: Database, journal: Journal, rulebooks: Rulebooks, calendars: Calendars, office: Clock
    ) -> None:
        self._db = db
        self._journal = journal
        self._rulebooks = rulebooks
        self._calendars = calendars
        self._office = office

    async def run(self) -> None:
        """Follow changed rulebooks and calendars until cancelled; the rounds themselves come by their clocks."""
        while True:
            await self.follow()
            await asyncio.sleep(_LOOK_EVERY)

    async def follow(self) -> int:
        """Look at organisations that are new, or whose rulebook or calendar is another than before; answers how many.

        One whose rounds can't be worked out now or at all stops no other; it is tried again at the next look. Raises what is
        transient when all have had their turn.
        """
        now = self._office.now()
        async with self._db.transaction() as tx:
            in_force = await self._calendars.current(tx)
            found = await storage.astray(tx, in_force.version)
        transient: Exception | None = None
        for organisation_id in found:
            try:
                await self._follow_one(organisation_id, now)
            except TRANSIENT as error:
                transient = error
            except Exception as error:  # noqa: BLE001 - see above
                _log.error("rounds.failed", organisation_id=organisation_id, error=type(error).__name__)
        if transient is not None:
            raise transient
        return len(found)

    async def _follow_one(self, organisation_id: str, now: datetime) -> None:
        subject = organisation_subject(organisation_id)
        async with self._db.transaction() as tx:
            await storage.begin(tx, subject, organisation_id, now)
            for place in await storage.lock_places(tx, [subject]):
                following = await self._turn(tx, place, now)
                if following is None:
                    await drop_timers(tx, SCHEMA, [subject])
                else:
                    await set_timers(tx, SCHEMA, [(subject, subject, following)])

    async def fire(self, tx: Transaction, due: Sequence[Due], now: datetime) -> Mapping[UUID, datetime | None]:
        """What `shared.timers` calls, with the organisations' routines locked."""
        places = await storage.lock_places(tx, [each.subject for each in due])
        return {place.subject: await self._turn(tx, place, now) for place in places}

    async def _turn(self, tx: Transaction, place: Place, now: datetime) -> datetime | None:
        """Bring one organisation's rounds up to now; answers when to look again. From now on they come by the rulebook in force."""
        in_force = await self._calendars.current(tx)
        before = await self._rulebooks.get(tx, place.rulebook_hash)
        active = await self._rulebooks.get(tx, place.active)
        kept = {each.id for each in active.model.routines}
        until = max(now, place.issued_until)
        came = come_round(place.organisation_id, before, in_force.calendar, place.issued_until, until)
        due, come = (
            await storage.due_rounds(tx, place.organisation_id),
            [each for each in came if each.round.routine in kept],
        )
        turn = Turn(due, come, *ended(due, come, until, kept))
        await self._keep(tx, place.organisation_id, before, turn)
        await storage.move_place(tx, place._replace(rulebook_hash=active.hash, issued_until=until), in_force.version)
        return next_look(active, in_force.calendar, until, turn.still_due)

    async def _keep(self, tx: Transaction, organisation_id: str, rulebook: CompiledRulebook, turn: Turn) -> None:
        """Write what a look found, and tell it: one decision for each series in which something happened."""
        routines = sorted(turn.routines)
        if not routines:
            return
        await storage.keep_rounds(tx, [*(each.round for each in turn.come), *turn.missed, *turn.withdrawn])
        versions = await storage.count_series(tx, organisation_id, routines)
        told = [announce(versions[routine], routine, rulebook, turn.of(routine)) for routine in routines]
        await self._tell(tx, organisation_id, told)
        for became, rounds in (("issued", turn.issued), ("missed", turn.unseen), ("missed", turn.missed)):
            ROUNDS.labels(became).inc(len(rounds))

    async def _tell(self, tx: Transaction, organisation_id: str, told: Sequence[RoutineAdvanced]) -> None:
        now = self._office.now()
        events = [
            NewEvent(new_id(), organisation_id, series_subject(organisation_id, each.routine), now, each)
            for each in told
        ]
        await self._journal.append(tx, events)

    async def heard(self, tx: Transaction, events: Sequence[Event[TaskChanged]]) -> None:
        """Rounds that somebody did at tasks. A verdict that came before the news of a round done in time is taken back."""
        done = [event for event in events if event.data.change == "done"]
        if not done:
            return
        await storage.lock_places(tx, sorted({organisation_subject(event.organisation_id) for event in done}))
        known = await storage.rounds_of(tx, [event.data.assignment_id for event in done])
        for event in done:
            before = known.get(event.data.assignment_id)
            if before is not None and before.done_at is None and before.organisation_id == event.organisation_id:
                await self._settle(tx, before, heard_done(before, event.data.at, event.data.by))

    async def _settle(self, tx: Transaction, before: Round, after: Round) -> None:
        await storage.keep_rounds(tx, [after])
        if after.state == "done":
            ROUNDS.labels("done").inc()
        if (before.state, after.state) in {("due", "done"), ("missed", "missed")}:
            return
        rulebook = await self._rulebooks.get(tx, after.rulebook_hash)
        version = (await storage.count_series(tx, after.organisation_id, [after.routine]))[after.routine]
        turn = Turn([], [], [after] if after.state == "missed" else [], [], [after] if after.state == "done" else [])
        await self._tell(tx, after.organisation_id, [announce(version, after.routine, rulebook, turn)])
