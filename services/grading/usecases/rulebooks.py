"""Rulebooks coming into force, and found again by hash."""

from collections.abc import Sequence
from datetime import datetime

from services.grading.rulebook import CompiledRulebook, canonical, load_canonical, load_rulebook, shipped, slices
from services.grading.storage import rulebooks
from shared.clock import Clock
from shared.contracts.directory import OrganisationChanged, organisation_subject
from shared.contracts.envelope import Event, NewEvent
from shared.contracts.grading import RulebookActivated
from shared.db import Transaction
from shared.errors import InvalidError
from shared.ids import new_id
from shared.journal import Journal


class Rulebooks:
    """The rulebooks of this installation; compiled once a process."""

    def __init__(self, journal: Journal, office: Clock) -> None:
        self._journal = journal
        self._office = office
        self._compiled: dict[str, CompiledRulebook] = {}

    async def get(self, tx: Transaction, rulebook_hash: str) -> CompiledRulebook:
        """The rulebook of this hash. Raises `LookupError` where it was never kept, which no path allows."""
        found = self._compiled.get(rulebook_hash)
        if found is None:
            text = await rulebooks.canonical_of(tx, rulebook_hash)
            if text is None:
                raise LookupError(f"No rulebook {rulebook_hash} is kept in grading.rulebooks.")
            found = self._compiled[rulebook_hash] = load_canonical(text)
        return found

    async def on_organisation(self, tx: Transaction, events: Sequence[Event[OrganisationChanged]]) -> None:
        """An organisation names the shipped rulebook it works under: keep it, activate it, tell everyone their slice."""
        for event in events:
            place = shipped().get(event.data.rulebook)
            if place is None:
                raise InvalidError(
                    f"Organisation {event.organisation_id} names rulebook {event.data.rulebook!r}; "
                    f"shipped are: {', '.join(sorted(shipped()))}."
                )
            rulebook = load_rulebook(place)
            now = self._office.now()
            await rulebooks.keep(tx, rulebook, canonical(rulebook.model), now)
            if await rulebooks.activate(
                tx, rulebooks.Activation(event.organisation_id, event.data.name, rulebook.hash)
            ):
                await self._journal.append(tx, [_activated(event.organisation_id, rulebook, now)])


def _activated(organisation_id: str, rulebook: CompiledRulebook, now: datetime) -> NewEvent:
    payload = RulebookActivated(
        rulebook=rulebook.id,
        rulebook_hash=rulebook.hash,
        version=rulebook.version,
        title=rulebook.model.title,
        roles={role.id: role.name for role in rulebook.roles.values()},
        levels={level.id: level.name for level in rulebook.levels},
        slices=slices(rulebook),
    )
    return NewEvent(new_id(), organisation_id, organisation_subject(organisation_id), now, payload)
