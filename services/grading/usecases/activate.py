"""Bringing a rulebook into force while the product runs: procedures opened from now on work under it, running ones stay."""

from collections.abc import Sequence
from typing import Any

from services.grading.rulebook import CompiledRulebook, check_holders
from services.grading.rulebook.written.findings import path_of
from services.grading.storage import rulebooks
from services.grading.storage.accounts import held_roles
from services.grading.usecases.rulebooks import Rulebooks
from services.grading.usecases.shelf import Shelf
from shared.auth import Staff
from shared.db import Database
from shared.errors import ConflictError, InvalidError


class Activate:
    """One act: checked against who works here, journaled, told."""

    def __init__(self, db: Database, books: Rulebooks, shelf: Shelf) -> None:
        self._db = db
        self._books = books
        self._shelf = shelf

    async def __call__(
        self, staff: Staff, rulebook_hash: str, reason: str, layers: Sequence[str] | None
    ) -> dict[str, Any]:
        """Activate a rulebook over `layers`; None: the layers it was loaded with, else those in force.

        Raises `MissingError` for a rulebook that is not here, `InvalidError` listing the posts that it needs and nobody holds,
        `ConflictError` where exactly this is in force already, or the organisation has never been told of.
        """
        await self._books.shipped()  # read before anything is held
        async with self._db.transaction() as tx:
            standing = await rulebooks.hold_organisation(tx, staff.organisation_id)
            if standing is None:
                raise ConflictError(
                    "单位尚未登记 / The directory has not told of this organisation yet; try again shortly."
                )
            chosen = await self._shelf.choose(tx, staff.organisation_id, rulebook_hash, layers)
            if chosen.rulebook.hash == standing.rulebook_hash:
                raise ConflictError("该规则已在施行 / This rulebook is in force already.", hash=standing.rulebook_hash)
            doubts = _require_holders(chosen.rulebook, await held_roles(tx, staff.organisation_id))
            act = self._books.act(staff.organisation_id, chosen, standing.rulebook_hash, staff.login, reason)
            await self._books.enact(tx, staff.organisation_id, standing, chosen, act)
        return {
            "hash": chosen.rulebook.hash,
            "base_hash": chosen.base_hash,
            "layers": list(chosen.layers),
            "previous": act.previous,
            "since": act.activated_at,
            "act": act.id,
            "doubts": doubts,
        }


def _require_holders(rulebook: CompiledRulebook, held: frozenset[str]) -> list[dict[str, str]]:
    """Raise `InvalidError` for posts that must be held and are not; answers what is merely doubtful."""
    found = check_holders(rulebook.model, held)
    said = {False: list[dict[str, str]](), True: list[dict[str, str]]()}
    for each in found:
        said[each.warning].append({"where": path_of(each.place), "what": each.message})
    if vacant := said[False]:
        raise InvalidError(
            f"有 {len(vacant)} 个岗位无人担任,规则不能施行 / Nobody holds {len(vacant)} of the posts that this rulebook needs; "
            "give them to accounts first.",
            errors=vacant,
        )
    return said[True]
