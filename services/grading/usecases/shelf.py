"""The shelf of rulebooks: those that come with the product, an organisation's own, and the originals beside them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from services.grading.rulebook import CompiledRulebook, Problem, canonical_of, lint, shipped
from services.grading.storage import rulebooks, shelf
from services.grading.storage.rulebooks import Kept
from services.grading.usecases.rulebooks import Chosen, Rulebooks
from shared.auth import Staff
from shared.clock import Clock
from shared.db import Database, Transaction
from shared.errors import InvalidError, MissingError


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of an upload: `new` is False where the same was there already; `doubts` do not keep it from running."""

    rulebook: CompiledRulebook
    layers: tuple[str, ...]
    new: bool
    doubts: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Item:
    """A rulebook on the shelf. `uploaded_at` is None for one that came with the product."""

    hash: str
    rulebook: str
    version: str
    title: str
    shipped: bool
    layers: Sequence[str] = ()
    uploaded_by: str | None = None
    uploaded_at: datetime | None = None


class Shelf:
    """Uploading and reading; whether one comes into force is `Activate`'s."""

    def __init__(self, db: Database, books: Rulebooks, office: Clock) -> None:
        self._db = db
        self._books = books
        self._office = office

    async def upload(self, staff: Staff, text: str, layers: Sequence[str]) -> Uploaded:
        """Check a rulebook's YAML and keep it as a draft of this organisation.

        Raises `InvalidError` whose `errors` list every finding with its line and path.
        """
        # The line break says that this is the text itself, and no file's name.
        looked = await asyncio.to_thread(lint, text if text.endswith("\n") else text + "\n")
        if looked.rulebook is None:
            errors = [_finding(each) for each in looked.errors]
            raise InvalidError(
                f"规则文件有 {len(errors)} 处错误 / The rulebook has {len(errors)} faults; none of it was kept.",
                errors=errors,
            )
        rulebook = looked.rulebook
        self._books.standing_on(rulebook, layers)
        async with self._db.transaction() as tx:
            now = self._office.now()
            await rulebooks.keep(tx, rulebook, canonical_of(rulebook), now)
            new = await shelf.put_own(tx, staff.organisation_id, rulebook.hash, text, layers, staff.login, now)
        doubts = [_finding(each) for each in looked.problems if each.warning]
        return Uploaded(rulebook, tuple(layers), new, doubts)

    async def all(self, staff: Staff) -> dict[str, Any]:
        """Everything on the shelf, what is in force since when, and how it came to be."""
        from_product = await self._books.shipped()
        async with self._db.transaction() as tx:
            own = await shelf.own(tx, staff.organisation_id)
            originals = await shelf.with_original(tx, staff.organisation_id)
            history = await rulebooks.activations(tx, staff.organisation_id)
            current = await rulebooks.kept(tx, history[0].hash) if history else None
        items = [Item(each.hash, name, each.version, each.title, True) for name, each in from_product.items()]
        items += [
            Item(w.hash, w.rulebook, w.version, w.title, False, w.layers, w.uploaded_by, w.uploaded_at) for w in own
        ]
        since = history[0].activated_at if history else None
        known = {item.hash for item in items}
        if current is not None and (current.base_hash or current.hash) not in known:
            # What came with an earlier version of the product stays in force until somebody activates another.
            items.append(Item(current.hash, current.rulebook, current.version, current.title, True, current.layers))
        return {
            "items": [_row(item, item.hash in originals, current, since) for item in items],
            "in_force": None if current is None else _in_force(current, since),
            "activations": [each._asdict() for each in history],
        }

    async def one(self, staff: Staff, rulebook_hash: str) -> dict[str, Any]:
        """A rulebook with its canonical form and its source. Raises `MissingError` for another organisation's."""
        async with self._db.transaction() as tx:
            rulebook = await self.visible(tx, staff.organisation_id, rulebook_hash)
            own = await shelf.find_own(tx, staff.organisation_id, rulebook_hash)
            kept = await rulebooks.kept(tx, rulebook_hash)
            original = await shelf.find_original(tx, staff.organisation_id, rulebook_hash)
        place = shipped().get(rulebook.id)
        untouched = (await self._books.shipped()).get(rulebook.id)
        source = own.source_text if own else None
        if source is None and place and untouched and untouched.hash == rulebook_hash:
            source = await asyncio.to_thread(place.read_text, encoding="utf-8")
        return {
            "hash": rulebook.hash,
            "rulebook": rulebook.id,
            "version": rulebook.version,
            "title": rulebook.title,
            "base_hash": kept.base_hash if kept else None,
            "layers": list((kept.layers if kept else ()) or (own.layers if own else ())),
            "canonical": orjson.loads(kept.canonical if kept else canonical_of(rulebook)),
            "source": source,
            "original": original is not None,
        }

    async def put_original(self, staff: Staff, rulebook_hash: str, text: str) -> None:
        """Keep the organisation's own copy of the regulation. Raises `MissingError` for a rulebook that is not here."""
        async with self._db.transaction() as tx:
            rulebook = await self.visible(tx, staff.organisation_id, rulebook_hash)
            now = self._office.now()
            await rulebooks.keep(tx, rulebook, canonical_of(rulebook), now)
            await shelf.put_original(tx, staff.organisation_id, rulebook_hash, text, staff.login, now)

    async def original(self, staff: Staff, rulebook_hash: str) -> shelf.Original:
        """The original text. Raises `MissingError` where this organisation has uploaded none."""
        async with self._db.transaction() as tx:
            found = await shelf.find_original(tx, staff.organisation_id, rulebook_hash)
        if found is None:
            raise MissingError("尚未上传原文 / This organisation has uploaded no original of it.")
        return found

    async def choose(
        self, tx: Transaction, organisation_id: str, rulebook_hash: str, layers: Sequence[str] | None
    ) -> Chosen:
        """A rulebook as it is to come into force over `layers`; None: those it was loaded or composed with, else those in force.

        Raises `MissingError`, and `LayerError` for a layer that is none.
        """
        rulebook = await self.visible(tx, organisation_id, rulebook_hash)
        kept = await rulebooks.kept(tx, rulebook_hash)
        if kept is not None and kept.base_hash is not None:
            base = await self._books.get(tx, kept.base_hash)
            if layers is None:
                return Chosen(rulebook, tuple(kept.layers), base)
            rulebook = base
        if layers is None:
            layers = await self._usual_layers(tx, organisation_id, rulebook_hash)
        return self._books.standing_on(rulebook, layers)

    async def _usual_layers(self, tx: Transaction, organisation_id: str, rulebook_hash: str) -> Sequence[str]:
        own = await shelf.find_own(tx, organisation_id, rulebook_hash)
        if own is not None and own.layers:
            return own.layers
        history = await rulebooks.activations(tx, organisation_id, 1)
        current = await rulebooks.kept(tx, history[0].hash) if history else None
        return current.layers if current is not None else ()

    async def visible(self, tx: Transaction, organisation_id: str, rulebook_hash: str) -> CompiledRulebook:
        """A rulebook that this organisation may see: shipped, its own, or once in force here. Raises `MissingError`."""
        for rulebook in (await self._books.shipped()).values():
            if rulebook.hash == rulebook_hash:
                return rulebook
        mine = await shelf.find_own(tx, organisation_id, rulebook_hash) is not None
        if not mine and not await rulebooks.was_active(tx, organisation_id, rulebook_hash):
            raise MissingError(f"没有规则 {rulebook_hash} / There is no rulebook {rulebook_hash} here.")
        return await self._books.get(tx, rulebook_hash)


def _finding(problem: Problem) -> dict[str, Any]:
    what = f"{problem.message}; {problem.suggestion}" if problem.suggestion else problem.message
    return {"where": problem.path or "(whole file)", "line": problem.line, "what": what}


def _in_force(current: Kept, since: datetime | None) -> dict[str, Any]:
    return {
        "hash": current.hash,
        "base_hash": current.base_hash or current.hash,
        "rulebook": current.rulebook,
        "version": current.version,
        "title": current.title,
        "layers": list(current.layers),
        "since": since,
    }


def _row(item: Item, original: bool, current: Kept | None, since: datetime | None) -> dict[str, Any]:
    standing = current is not None and item.hash in {current.hash, current.base_hash}
    return {
        "hash": item.hash,
        "rulebook": item.rulebook,
        "version": item.version,
        "title": item.title,
        "shipped": item.shipped,
        "layers": list(item.layers),
        "uploaded_by": item.uploaded_by,
        "uploaded_at": item.uploaded_at,
        "original": original,
        "in_force_since": since if standing else None,
    }
