"""The one way a procedure moves: further facts in, the engine asked, the result kept and announced, many at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.grading.domain.announcing import announce
from services.grading.domain.holidays import reasons
from services.grading.domain.merging import carry_on, counted
from services.grading.domain.procedure import Procedure, step, whole
from services.grading.domain.relocating import Relocation, relocated
from services.grading.domain.reprojection import moved, reprojected
from services.grading.rulebook import CompiledRulebook, Fact
from services.grading.storage import rulebooks as kept
from services.grading.storage.procedures import load_many, save_many
from services.grading.usecases.calendars import Calendars, InForce
from services.grading.usecases.rulebooks import Rulebooks
from shared.clock import Clock
from shared.contracts.envelope import NewEvent
from shared.db import Transaction
from shared.ids import new_id
from shared.journal import Journal
from shared.journal.apply import NotYetError


@dataclass(frozen=True, slots=True)
class News:
    """Facts about one incident. `title` opens the procedure where there is none; `told` are keys fulfilled at their own desk.

    `act` is the id of the fact that somebody's decision is, and `reason` says why in words of the house or of the rulebook. `to` moves
    the procedure to another rulebook. `gained` and `lost` are merges whose counts the totals told here have, or have no longer;
    `restored`: the incident is itself again, and all that it owes is told anew.
    """

    organisation_id: str
    facts: Sequence[Fact]
    cause: str
    by: str
    title: str | None = None
    told: frozenset[str] = field(default_factory=frozenset)
    act: str | None = None
    reason: str | None = None
    to: Relocation | None = None
    gained: str | None = None
    lost: str | None = None
    restored: bool = False


@dataclass(slots=True)
class _Batch:
    """What one call works on: procedures held, which of them to write, what to tell."""

    tx: Transaction
    in_force: InForce
    procedures: dict[UUID, Procedure]
    touched: set[UUID] = field(default_factory=set)
    events: list[NewEvent] = field(default_factory=list)


class Reconcile:
    """Takes facts in; the caller holds the incidents' locks or lets `load_many` take them."""

    def __init__(self, journal: Journal, rulebooks: Rulebooks, calendars: Calendars, office: Clock) -> None:
        self._journal = journal
        self._rulebooks = rulebooks
        self._calendars = calendars
        self._office = office

    async def __call__(self, tx: Transaction, news: Mapping[UUID, News]) -> dict[UUID, Procedure]:
        """Advance these procedures; answers them as they stand now.

        Raises `NotYetError` where an organisation's rulebook is not here yet, or facts came before their incident.
        """
        procedures = await self._held(tx, news)
        in_force = await self._calendars.current(tx)
        procedures |= await self._opened(tx, {id_: each for id_, each in news.items() if id_ not in procedures})
        batch = _Batch(tx, in_force, procedures)
        for incident_id in sorted(news):
            await self._take(batch, incident_id, news[incident_id])
        await save_many(tx, [procedures[incident_id] for incident_id in sorted(batch.touched)])
        await self._journal.append(tx, batch.events)
        return procedures

    async def _held(self, tx: Transaction, news: Mapping[UUID, News]) -> dict[UUID, Procedure]:
        """These procedures and those that they are merged into: the consumer has locked them all, in one order."""
        procedures = await load_many(tx, list(news))
        while beyond := {each.merged_into for each in procedures.values() if each.merged_into} - procedures.keys():
            procedures |= await load_many(tx, sorted(beyond))
        return procedures

    async def _take(self, batch: _Batch, incident_id: UUID, news: News) -> None:
        """One procedure's news; of one that is merged, the survivor's too."""
        procedure = batch.procedures[incident_id]
        batch.touched.add(incident_id)
        if news.restored:
            procedure.merged_into = None
        fresh = await self._step(batch, procedure, news)
        if procedure.merged_into is None or not fresh:
            return
        survivor = batch.procedures[procedure.merged_into]
        carried = carry_on(procedure, fresh, survivor)
        if carried is not None:
            on = News(news.organisation_id, [carried], news.cause, news.by, reason=news.reason)
            await self._take(batch, survivor.incident_id, on)

    async def _step(self, batch: _Batch, procedure: Procedure, news: News) -> list[Fact]:
        """Advance one procedure; answers what of the news was news to it."""
        rulebook = await self._rulebooks.get(batch.tx, procedure.rulebook_hash)
        now = self._office.now()
        recounted = self._recounted(procedure, rulebook, batch.in_force)
        facts = [*recounted, *counted(procedure, news.facts, news.gained, news.lost)]
        if news.to is not None:
            rulebook = await self._rulebooks.get(batch.tx, news.to.rulebook_hash)
            facts.append(relocated(procedure, rulebook, batch.in_force.calendar, news.to, now))
            procedure.rulebook_hash = rulebook.hash
        taken = step(procedure, facts, rulebook, batch.in_force.calendar, act=news.act)
        if news.restored:
            taken = whole(procedure, taken)
        if taken.moved:
            payload = announce(
                procedure,
                taken,
                rulebook,
                cause=news.cause,
                at=now,
                by=news.by,
                told=news.told,
                reason=news.reason,
                act=news.act,
            )
            batch.events.append(NewEvent(new_id(), procedure.organisation_id, procedure.incident_id, now, payload))
        return [fact for fact in taken.fresh if fact not in recounted]

    def _recounted(self, procedure: Procedure, rulebook: CompiledRulebook, in_force: InForce) -> list[Fact]:
        """Bring a procedure to the calendar in force; answers the fact that its deadlines moved by that alone, if any did."""
        changes = in_force.since(procedure.calendar_version)
        procedure.calendar_version = in_force.version
        moves = moved(procedure, rulebook, in_force.calendar) if changes and procedure.issued else []
        if not moves:
            return []
        why = reasons([each.change for each in changes])
        return [reprojected(procedure, moves, in_force.version, changes[-1].made_by, self._office.now(), why)]

    async def _opened(self, tx: Transaction, missing: Mapping[UUID, News]) -> dict[UUID, Procedure]:
        if not missing:
            return {}
        hashes = await kept.active(tx, sorted({each.organisation_id for each in missing.values()}))
        opened = {}
        for incident_id, each in missing.items():
            if each.title is None:
                raise NotYetError(f"Incident {incident_id} is not known yet; its report must come first.")
            if each.organisation_id not in hashes:
                raise NotYetError(
                    f"Organisation {each.organisation_id} has no rulebook yet; the directory must name one."
                )
            opened[incident_id] = Procedure(incident_id, each.organisation_id, hashes[each.organisation_id], each.title)
        return opened
