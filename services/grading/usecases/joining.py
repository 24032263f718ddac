"""Incidents merged into others and taken out again, as intake tells of it: what belongs to the procedure follows by rule."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.grading.domain.announcing import announce_merged
from services.grading.domain.merging import MERGED, MOST_LINKS, merge, part
from services.grading.domain.procedure import Procedure
from services.grading.rulebook import Fact
from services.grading.storage.procedures import family, is_parked, load_many, save_many
from services.grading.usecases.reconcile import News, Reconcile
from services.grading.usecases.rulebooks import Rulebooks
from shared.clock import Clock
from shared.contracts.envelope import Event, NewEvent
from shared.contracts.intake import IncidentChanged
from shared.db import Transaction
from shared.ids import new_id
from shared.journal import Journal
from shared.journal.apply import NotYetError

MOVES = frozenset({"absorbed", "restored"})
"""The changes that only these two say to the one that moves; its survivor hears of its own totals."""


class SurvivorParkedError(Exception):
    """The incident merged into waits behind an event that a person must see to: replay that first, then this."""


class MergeError(Exception):
    """A merge that cannot be: of an incident with itself, or across organisations."""


async def kin(tx: Transaction, events: Sequence[Event[Any]]) -> Sequence[UUID]:
    """The incidents whose procedures these events may touch: their own, the one merged into, and all that those are part of."""
    ids = {event.subject for event in events}
    ids |= {other for event in events if (other := _other(event)) is not None}
    return await family(tx, sorted(ids))


def _other(event: Event[Any]) -> UUID | None:
    data = event.data
    return data.other if isinstance(data, IncidentChanged) and data.change in MOVES else None


class Joining:
    """The moves. Both procedures are locked by then (`kin`); what is told goes out in the same transaction."""

    def __init__(self, journal: Journal, reconcile: Reconcile, rulebooks: Rulebooks, office: Clock) -> None:
        self._journal = journal
        self._reconcile = reconcile
        self._rulebooks = rulebooks
        self._office = office

    async def absorbed(self, tx: Transaction, event: Event[IncidentChanged]) -> None:
        """The subject is part of `other` from now on: its facts are that one's too, its open orders end as duplicates.

        Raises `NotYetError` while the other is not known here, and `SurvivorParkedError` where it waits for a person.
        """
        into, act, by = event.data.other, str(event.data.act or event.id), event.data.by or "intake"
        procedure = (await load_many(tx, [event.subject])).get(event.subject)
        if into is None or into == event.subject:
            raise MergeError(f"Incident {event.subject} cannot be merged into {into}.")
        if procedure is None:
            raise NotYetError(f"Incident {event.subject} is not known yet; its report must come first.")
        if procedure.merged_into == into:
            return
        await self._refuse(tx, procedure, into)
        # Whoever decides from now on decides upon both, whenever it was that intake joined them.
        at = max(event.time, self._office.now())
        news = News(event.organisation_id, [merge(procedure, act, by, at)], "merged", by, act=act)
        standing = await self._reconcile(tx, {into: news})
        procedure.merged_into, procedure.phase, procedure.deciding = into, MERGED, None
        procedure.version += 1
        rulebook = await self._rulebooks.get(tx, procedure.rulebook_hash)
        told = announce_merged(procedure, _last(standing, into), rulebook, by=by, act=act)
        await save_many(tx, [procedure])
        now = self._office.now()
        await self._journal.append(tx, [NewEvent(new_id(), event.organisation_id, event.subject, now, told)])

    async def _refuse(self, tx: Transaction, procedure: Procedure, into: UUID) -> None:
        """Raise unless the other is here, of the same organisation, and not itself part of this one or of too many."""
        chain = await load_many(tx, await family(tx, [into]))
        survivor = chain.get(into)
        behind = survivor is None or procedure.incident_id in chain or procedure.merged_into is not None
        if behind:
            waiting = [id_ for id_ in [into, *chain] if await is_parked(tx, id_)]
            if waiting:
                raise SurvivorParkedError(f"Incident {waiting[0]} has parked events: replay them, then this merge.")
            raise NotYetError(f"Incident {procedure.incident_id} was merged into {into}, which must be heard of first.")
        if survivor is not None and survivor.organisation_id != procedure.organisation_id:
            raise MergeError(f"Incident {into} is another organisation's.")
        if len(chain) > MOST_LINKS:
            raise MergeError(f"Incident {into} is merged more than {MOST_LINKS} times over.")

    async def restored(self, tx: Transaction, event: Event[IncidentChanged], totals: Fact) -> None:
        """The subject is itself again, with its own facts and their orders; its survivor loses all that it brought."""
        data, by = event.data, event.data.by or "intake"
        act, procedure = str(data.act or event.id), (await load_many(tx, [event.subject])).get(event.subject)
        news: dict[UUID, News] = {
            event.subject: News(event.organisation_id, [totals], "restored", by, act=act, restored=True)
        }
        survivor = procedure.merged_into if procedure is not None else None
        if survivor is None:
            news = {event.subject: News(event.organisation_id, [totals], "spread", by)}
        else:
            taken_back = part(act, by, event.subject, str(data.undoes), self._office.now())
            news[survivor] = News(event.organisation_id, [taken_back], "parted", by, act=act)
        await self._reconcile(tx, news)


def _last(procedures: Mapping[UUID, Procedure], incident_id: UUID) -> Procedure:
    """Where the chain of merges that begins here ends."""
    found = procedures[incident_id]
    return found if found.merged_into is None else _last(procedures, found.merged_into)
