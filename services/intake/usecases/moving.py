"""Carrying reports from one incident to another: rows, totals, marks and events, within the transaction that holds both."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.intake.domain.membership import BY_ITSELF, Kind, Move, Standing, Totals, changed
from services.intake.domain.parting import reported
from services.intake.domain.words import find_words
from services.intake.storage import membership as store
from services.intake.storage import parting
from shared.contracts.envelope import NewEvent, Payload
from shared.contracts.intake import IncidentReported
from shared.db import Transaction
from shared.ids import new_id
from shared.journal import Journal


@dataclass(frozen=True, slots=True)
class Act:
    """Who moves reports, why, and when by the office's clock; `undoes` is the move that this takes back."""

    move_id: UUID
    by: str
    reason: str
    at: datetime
    undoes: UUID | None = None

    def move(self, kind: Kind, incident: Standing, other: UUID, reports: Sequence[UUID]) -> Move:
        """The move that this act makes."""
        org = incident.organisation_id
        who = (self.by, self.reason, self.at, self.undoes)
        return Move(self.move_id, org, kind, incident.incident_id, other, tuple(reports), *who)


class Moving:
    """What merges, splits and undoings are made of. Whoever calls holds the locks and has checked that it may be."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def absorb(self, tx: Transaction, act: Act, survivor: Standing, other: Standing) -> Move:
        """All reports of `other` go to `survivor`; both say so."""
        carried = await store.carry(tx, other.incident_id, survivor.incident_id)
        move = act.move("merge", survivor, other.incident_id, carried)
        await store.save_move(tx, move)
        if act.by != BY_ITSELF:
            await store.forget_refusal(tx, survivor.incident_id, other.incident_id)
        totals = (await store.recount(tx, survivor.incident_id)).saying({*survivor.words, *other.words})
        crossed = await store.pass_thresholds(tx, survivor, totals.spread, act.at)
        version = await store.write_totals(tx, survivor.incident_id, totals, None, act.at)
        gone = await store.write_totals(tx, other.incident_id, Totals(), survivor.incident_id, act.at)
        said = changed("merged", totals, move, other.incident_id, crossed)
        last = changed("absorbed", Totals(), move, survivor.incident_id)
        await self._say(tx, move, [(survivor.incident_id, said), (other.incident_id, last)])
        return replace(move, version=version, other_version=gone)

    async def part(self, tx: Transaction, act: Act, origin: Standing, other: Standing, reports: Sequence[UUID]) -> Move:
        """`reports` leave `origin` for `other`, which had been absorbed and lives again; both say so."""
        left = await self._leave(tx, act, origin, other, reports)
        split_since = await store.split_since(tx, left.move)
        await parting.marks_follow(tx, origin, other.incident_id, split_since)
        restored = changed("restored", left.there, left.move, origin.incident_id)
        parted = changed("parted", left.here, left.move, other.incident_id)
        await self._say(tx, left.move, [(other.incident_id, restored), (origin.incident_id, parted)])
        return left.move

    async def split(self, tx: Transaction, act: Act, origin: Standing, reports: Sequence[UUID]) -> Move:
        """`reports` leave `origin` and become an incident of their own."""
        first = await self._first(tx, act, origin, reports)
        other = await parting.open_incident(tx, new_id(), origin.organisation_id, first)
        left = await self._leave(tx, act, origin, other, reports)
        await parting.marks_follow(tx, origin, other.incident_id, left.move.report_ids)
        said: list[tuple[UUID, Payload]] = [(other.incident_id, first)]
        if left.there.reports > 1:
            said.append((other.incident_id, changed("split", left.there, left.move, origin.incident_id)))
        said.append((origin.incident_id, changed("parted", left.here, left.move, other.incident_id)))
        await self._say(tx, left.move, said)
        return left.move

    async def _leave(
        self, tx: Transaction, act: Act, origin: Standing, other: Standing, reports: Sequence[UUID]
    ) -> "_Left":
        """Rows and totals of both. What a person took apart is not put together again but by a person."""
        carried = await store.carry(tx, origin.incident_id, other.incident_id, reports)
        move = act.move("split", origin, other.incident_id, carried)
        await store.save_move(tx, move)
        await store.refuse_pair(tx, move)
        words = {*origin.words, *other.words}
        totals, versions = [], []
        for incident_id in (origin.incident_id, other.incident_id):
            counted = await store.recount(tx, incident_id)
            totals.append(counted.saying(await store.words_in(tx, incident_id, words)))
            versions.append(await store.write_totals(tx, incident_id, totals[-1], None, act.at))
        await parting.lead_anew(tx, origin.organisation_id, origin.incident_id, other.incident_id)
        return _Left(replace(move, version=versions[0], other_version=versions[1]), *totals)

    async def _first(self, tx: Transaction, act: Act, origin: Standing, reports: Sequence[UUID]) -> IncidentReported:
        first, earlier = await parting.first_of(tx, origin.incident_id, reports)
        opened = await parting.said_of(tx, [origin.incident_id, *([earlier] if earlier else [])], first.report_id)
        found = find_words(f"{first.title}\n{first.masked_text}", origin.words)
        return reported(first, origin, opened, found, act.move_id)

    async def _say(self, tx: Transaction, move: Move, said: Sequence[tuple[UUID, Payload]]) -> None:
        """In the order given, of which each incident's own part counts."""
        events = [NewEvent(new_id(), move.organisation_id, subject, move.made_at, payload) for subject, payload in said]
        await self._journal.append(tx, events)


@dataclass(frozen=True, slots=True)
class _Left:
    """A parting as its rows have it: the totals `here` where reports left, and `there` where they are now."""

    move: Move
    here: Totals
    there: Totals
