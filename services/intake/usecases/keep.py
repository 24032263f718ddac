"""Keeping a batch of reports: recognise, decide, write, announce; one transaction, all or nothing."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg
import orjson

from services.intake.domain.counting import Counts
from services.intake.domain.deciding import Batch, Earlier, Recognised
from services.intake.domain.joining import Alone, Joined
from services.intake.domain.reports import Arrival, Incident
from services.intake.storage.idempotency import Guarded, KeptAnswer, Place, open_answer
from services.intake.storage.keeping import RacedError, save
from services.intake.storage.recognising import load_incidents, load_texts, look_up
from services.intake.storage.spread import load_counts, note_crossings, save_spread
from shared.clock import Clock
from shared.contracts.envelope import NewEvent, Payload
from shared.db import Database, Transaction
from shared.errors import IdempotencyConflictError, UnavailableError
from shared.ids import new_id
from shared.journal import Journal
from shared.telemetry import spans

RACES = (RacedError, asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError)
"""Another transaction was faster with a key of ours: look again, and the same decision comes out right."""
_TRIES = 4


@dataclass(frozen=True, slots=True)
class Submission:
    """One report to keep; `guarded` where its client gave an idempotency key, `receipt` where a citizen gets one.

    `trace` is the request's: a batch is kept by a task that serves many.
    """

    arrival: Arrival
    guarded: Guarded | None = None
    receipt: str | None = None
    trace: str | None = field(default_factory=spans.present)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the client is told. `replayed` where the same request had been answered before."""

    report_id: UUID
    incident_id: UUID
    result: str
    receipt: str | None
    replayed: bool = False

    def to_json(self) -> bytes:
        """As it is kept for replay."""
        return orjson.dumps([str(self.report_id), str(self.incident_id), self.result, self.receipt])

    @classmethod
    def from_json(cls, content: bytes) -> "Kept":
        """A kept answer, given again."""
        report, incident, result, receipt = orjson.loads(content)
        return cls(UUID(report), UUID(incident), result, receipt, replayed=True)


Answer: TypeAlias = Kept | IdempotencyConflictError
"""What one submission of a batch is answered."""


class Keep:
    """The use case, over either of intake's two pools (portal and vendors)."""

    def __init__(self, db: Database, journal: Journal, office: Clock) -> None:
        self._db = db
        self._journal = journal
        self._office = office

    async def batch(
        self, submissions: Sequence[Submission], first: Callable[[Transaction], Awaitable[None]] | None = None
    ) -> list[Answer]:
        """Keep all of these, durably, and answer each in its place; `first` runs before, in the same transaction.

        Raises `UnavailableError` where other writers kept winning the race for the same keys, and what the database raises
        when it is not there; nothing of the batch was kept then.
        """
        for _ in range(_TRIES):
            try:
                async with self._db.transaction() as tx:
                    if first is not None:
                        await first(tx)
                    return await self._keep(tx, submissions)
            except RACES:
                continue
        raise UnavailableError(
            "Too many writers at the same incident just now; nothing was kept, try again.", retry_after=1
        )

    async def _keep(self, tx: Transaction, submissions: Sequence[Submission]) -> list[Answer]:
        requests = [each.guarded for each in submissions if each.guarded]
        found = await look_up(tx, requests, [each.arrival for each in submissions])
        answers, fresh = _replayed(submissions, found.answers)
        if fresh:
            answers |= await self._write(tx, fresh, found.recognised)
            answers |= _twins(submissions, answers)
        return [answers[place] for place in range(len(submissions))]

    async def _write(self, tx: Transaction, fresh: dict[int, Submission], recognised: Recognised) -> dict[int, Answer]:
        batch, arrivals = Batch(recognised), [submission.arrival for submission in fresh.values()]
        batch.read(await load_texts(tx, batch.unread(arrivals)))
        named = [found for found in batch.place(arrivals) if not isinstance(found, Alone)]
        incidents = await load_incidents(tx, list({found.incident_id for found in named}))
        _stand_still(named, incidents)
        counts = await load_counts(tx, batch.recounted(arrivals))
        _stand_where_they_stood(named, counts)
        plan = batch.decide(arrivals, incidents, counts)
        now = self._office.now()
        for incident in plan.incidents.values():
            incident.settle(now)
        kept = {
            place: Kept(outcome.report_id, outcome.incident_id, outcome.result, submission.receipt)
            for (place, submission), outcome in zip(fresh.items(), plan.outcomes, strict=True)
        }
        guarded = [(fresh[place].guarded, each.to_json()) for place, each in kept.items()]
        remembered = [(key, answer) for key, answer in guarded if key is not None]
        traces = [(each.incident_id, fresh[place].trace) for place, each in kept.items()]
        with spans.for_subjects("intake keeps a report", "internal", traces, {}):
            await save(tx, plan, remembered, now)
            await save_spread(tx, plan.counts)
            await note_crossings(tx, list(plan.incidents.values()))
            await self._journal.append(tx, self._events(list(plan.incidents.values()), now))
        return dict(kept)

    def _events(self, incidents: Sequence[Incident], now: datetime) -> list[NewEvent]:
        """What they say, as of the moment at which it was decided that they speak: by that their second counts."""

        def event(incident: Incident, payload: Payload) -> NewEvent:
            return NewEvent(new_id(), incident.organisation_id, incident.incident_id, now, payload)

        said = [(incident, payload) for incident in incidents for payload in (incident.reported(), incident.changed())]
        return [event(incident, payload) for incident, payload in said if payload is not None]


def _stand_where_they_stood(named: Sequence[Joined | Earlier], counts: Counts) -> None:
    """Raises `RacedError` where a report that is told again has been moved to another incident since it was looked up."""
    for found in named:
        if not isinstance(found, Earlier) or (sample := counts.latest.get(found.report_id)) is None:
            continue
        if sample.incident_id != found.incident_id:
            raise RacedError(f"Report {found.report_id} has been moved to another incident meanwhile.")


def _stand_still(named: Sequence[Joined | Earlier], incidents: Mapping[UUID, Incident]) -> None:
    """Raises `RacedError` where an incident is no longer what it was when it was looked up: archived, merged, or closed."""
    for found in named:
        incident = incidents.get(found.incident_id)
        if incident is None or incident.merged_into is not None:
            raise RacedError(f"Incident {found.incident_id} has been archived or merged meanwhile.")
        if isinstance(found, Joined) and not found.reopens and incident.state == "closed":
            raise RacedError(f"Incident {found.incident_id} has been closed meanwhile.")


def _replayed(
    submissions: Sequence[Submission], before: Mapping[Place, KeptAnswer]
) -> tuple[dict[int, Answer], dict[int, Submission]]:
    """Those answered before (or refused), and those that are new, each by its place in the batch."""
    answers: dict[int, Answer] = {}
    fresh: dict[int, Submission] = {}
    seen: set[Place] = set()
    for place, submission in enumerate(submissions):
        guarded = submission.guarded
        if guarded is None:
            fresh[place] = submission
        elif guarded.place in before:
            earlier = before[guarded.place]
            same = earlier.mac == guarded.mac
            answers[place] = Kept.from_json(open_answer(guarded, earlier)) if same else _conflict(guarded)
        elif guarded.place not in seen:
            seen.add(guarded.place)
            fresh[place] = submission
    return answers, fresh


def _conflict(guarded: Guarded) -> IdempotencyConflictError:
    return IdempotencyConflictError(
        f"Idempotency-Key {guarded.key!r} was used with another body within the last 7 days; use a new key for a new complaint."
    )


def _twins(submissions: Sequence[Submission], answers: dict[int, Answer]) -> dict[int, Answer]:
    """The same key twice in one batch: the second gets the first one's answer, or the conflict."""
    first: dict[tuple[str, str, str], int] = {}
    found: dict[int, Answer] = {}
    for place, submission in enumerate(submissions):
        guarded = submission.guarded
        if guarded is None:
            continue
        leader = first.setdefault(guarded.place, place)
        if place not in answers:
            twin = submissions[leader].guarded
            assert twin is not None
            found[place] = answers[leader] if twin.mac == guarded.mac else _conflict(guarded)
    return found
