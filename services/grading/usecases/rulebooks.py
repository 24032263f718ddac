"""Rulebooks coming into force, and found again by hash."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from services.grading.rulebook import (
    CompiledRulebook,
    canonical_of,
    load_canonical,
    load_rulebook,
    shipped,
    shipped_model,
    slices,
    stand_on,
)
from services.grading.storage import rulebooks
from services.grading.storage.rulebooks import Activation, InForce
from services.grading.storage.shelf import find_own
from shared.clock import Clock
from shared.contracts.directory import OrganisationChanged, organisation_subject
from shared.contracts.envelope import Event, NewEvent
from shared.contracts.grading import RulebookActivated
from shared.db import Transaction
from shared.errors import InvalidError
from shared.ids import new_id
from shared.journal import Journal


class Chosen(NamedTuple):
    """A rulebook as it is to come into force: composed with its layers where there are any, and then with what it was without."""

    rulebook: CompiledRulebook
    layers: tuple[str, ...] = ()
    base: CompiledRulebook | None = None

    @property
    def base_hash(self) -> str:
        """The hash of the rulebook that was chosen, without the layers chosen with it."""
        return (self.base or self.rulebook).hash


class Rulebooks:
    """The rulebooks of this installation; compiled once a process."""

    def __init__(self, journal: Journal, office: Clock) -> None:
        self._journal = journal
        self._office = office
        self._compiled: dict[str, CompiledRulebook] = {}
        self._shipped: dict[str, CompiledRulebook] = {}

    async def get(self, tx: Transaction, rulebook_hash: str) -> CompiledRulebook:
        """The rulebook of this hash. Raises `LookupError` where it was never kept, which no path allows."""
        found = self._compiled.get(rulebook_hash)
        if found is None:
            text = await rulebooks.canonical_of(tx, rulebook_hash)
            if text is None:
                raise LookupError(f"No rulebook {rulebook_hash} is kept in grading.rulebooks.")
            found = self._compiled[rulebook_hash] = load_canonical(text)
        return found

    async def shipped(self) -> dict[str, CompiledRulebook]:
        """The rulebooks that come with the product, by id. Reading them all takes a moment, so it is done beside the loop."""
        if len(self._shipped) < len(shipped()):
            await asyncio.to_thread(lambda: [self._from_product(name) for name in shipped()])
        return self._shipped

    def _from_product(self, name: str) -> CompiledRulebook:
        """One of them, read once. Raises KeyError for another name."""
        if name not in self._shipped:
            self._shipped[name] = load_rulebook(shipped()[name])
        return self._shipped[name]

    def standing_on(self, base: CompiledRulebook, layers: Sequence[str]) -> Chosen:
        """The rulebook under the layers that its text names and these further ones. Raises `LayerError` for one that is none."""
        whole = stand_on(base, layers, shipped_model)
        named = tuple(each.model.id for each in whole.layers)
        return Chosen(whole, named, base if whole.hash != base.hash else None)

    async def enact(
        self, tx: Transaction, organisation_id: str, standing: InForce, chosen: Chosen, act: Activation
    ) -> None:
        """Bring a rulebook into force for procedures opened from now on, and tell everyone their slice.

        The caller holds the organisation's row, so that one comes after the other; `standing` is what is written to it.
        """
        rulebook, layers, base = chosen
        if base is not None:
            await rulebooks.keep(tx, base, canonical_of(base), act.activated_at)
        composed_of = None if base is None else base.hash
        text = canonical_of(rulebook)
        await rulebooks.keep(tx, rulebook, text, act.activated_at, base_hash=composed_of, layers=layers)
        await rulebooks.save_organisation(tx, organisation_id, standing._replace(rulebook_hash=rulebook.hash))
        await rulebooks.add_activation(tx, act)
        await self._journal.append(tx, [_activated(organisation_id, chosen, act)])

    async def on_organisation(self, tx: Transaction, events: Sequence[Event[OrganisationChanged]]) -> None:
        """An organisation names the rulebook it works under. Only another naming than the last counts, not what stands around it."""
        for event in events:
            await self._on_naming(tx, event)

    async def _on_naming(self, tx: Transaction, event: Event[OrganisationChanged]) -> None:
        present = await rulebooks.hold_organisation(tx, event.organisation_id)
        named = "+".join([event.data.rulebook, *event.data.layers])
        old = present is not None and present.named_at is not None and event.time < present.named_at
        if present is not None and (old or named == present.named):
            if event.data.name != present.name and not old:
                await rulebooks.save_organisation(tx, event.organisation_id, present._replace(name=event.data.name))
            return
        base = await self._named(tx, event)
        chosen = self.standing_on(base, event.data.layers)
        standing = InForce(event.data.name, chosen.rulebook.hash, named, event.time)
        previous = present.rulebook_hash if present is not None else None
        act = self.act(event.organisation_id, chosen, previous, None, None)
        await self.enact(tx, event.organisation_id, standing, chosen, act)

    async def _named(self, tx: Transaction, event: Event[OrganisationChanged]) -> CompiledRulebook:
        """A shipped rulebook by its id, or one of the organisation's own by its hash."""
        name = event.data.rulebook
        if name in shipped():
            return self._from_product(name)
        if await find_own(tx, event.organisation_id, name) is None:
            raise InvalidError(
                f"Organisation {event.organisation_id} names rulebook {name!r}; "
                f"shipped are: {', '.join(sorted(shipped()))}."
            )
        return await self.get(tx, name)

    def act(
        self, organisation_id: str, chosen: Chosen, previous: str | None, by: str | None, reason: str | None
    ) -> Activation:
        """The record of an activation taking place now."""
        return Activation(new_id(), organisation_id, chosen.rulebook.hash, previous, self._office.now(), by, reason)


def _activated(organisation_id: str, chosen: Chosen, act: Activation) -> NewEvent:
    rulebook = chosen.rulebook
    payload = RulebookActivated(
        rulebook=rulebook.id,
        rulebook_hash=rulebook.hash,
        version=rulebook.version,
        title=rulebook.title,
        roles={role.id: role.name for role in rulebook.roles.values()},
        levels={level.id: level.name for level in rulebook.levels},
        slices=slices(rulebook),
        by=act.activated_by,
        reason="named" if act.activated_by is None else "activated",
        act=str(act.id),
        previous=act.previous,
        layers=list(chosen.layers),
    )
    return NewEvent(new_id(), organisation_id, organisation_subject(organisation_id), act.activated_at, payload)
