"""The same matter in other words: what may be suggested for an incident, and what a person or the organisation says to it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from services.intake.domain.likeness import Near, because, said, vector
from services.intake.domain.membership import Move
from services.intake.domain.suggesting import Alike, Standing, represented, survivor_of
from services.intake.storage import matters, suggestions
from services.intake.storage.matters import Words
from services.intake.usecases.membership import Membership
from services.intake.usecases.shelves import Held, Shelves
from shared.auth import Staff
from shared.clock import Clock
from shared.db import Database, Transaction
from shared.errors import ConflictError, MissingError

_log = structlog.get_logger()
SHOWN = 0.05
"""A suggestion on demand rests on something; below this it is chance."""
ARRIVAL, AT_ARRIVAL = 0.2, 5
"""What is kept for a newcomer: 19 of 20 pairs above this score are one matter."""
_FIRST_LOOK = 64
_ACCEPTED = "采纳相似事项建议"
_REFUSED = "经办人判断不是同一事项"


@dataclass(frozen=True, slots=True)
class Found:
    """What is alike, best first, and the words of all concerned, by incident."""

    mine: Standing
    alike: list[Alike]
    words: dict[UUID, Words]


class Similar:
    """Suggestions on demand; accepted and refused pairs; the threshold above which an organisation has them join by themselves."""

    def __init__(self, db: Database, shelves: Shelves, membership: Membership, office: Clock) -> None:
        self._db = db
        self._shelves = shelves
        self._membership = membership
        self._office = office

    async def of(self, staff: Staff, incident_id: UUID, limit: int, *, closed: bool) -> list[dict[str, Any]]:
        """At most `limit` incidents that may be about the same matter, best first, with the words they rest on.

        `closed` offers those too that are done with, and what was answered there. Raises `MissingError`.
        """
        async with self._shelves.opened(staff.organisation_id) as (tx, held):
            found = await look(tx, held, staff.organisation_id, incident_id, limit, closed=closed)
            answers = await suggestions.answers(tx, [each.standing.incident_id for each in found.alike])
        why = await asyncio.to_thread(_reasons, found, incident_id, held)
        return [
            {
                "incident_id": each.standing.incident_id,
                "score": round(each.score, 4),
                "why": rests_on,
                "title": each.standing.title,
                "state": each.standing.state,
                "opened_at": each.standing.opened_at,
                "answers": answers.get(each.standing.incident_id, []),
            }
            for each, rests_on in zip(found.alike, why, strict=True)
        ]

    async def accept(self, staff: Staff, incident_id: UUID, other: UUID, reason: str | None) -> Move:
        """The two are one matter: they are merged. The open one goes on, of two open ones the earlier opened.

        Raises `MissingError` and whatever forbids the merge.
        """
        mine, theirs = await self._pair(staff, incident_id, other)
        survivor, absorbed = survivor_of(mine, theirs)
        return await self._membership.merge(staff.login, staff.organisation_id, survivor, absorbed, reason or _ACCEPTED)

    async def refuse(self, staff: Staff, incident_id: UUID, other: UUID, reason: str | None) -> None:
        """The two are not one matter, and are never suggested to each other again. Raises `MissingError`, `ConflictError`."""
        await self._pair(staff, incident_id, other)
        async with self._db.transaction() as tx:
            pair = (incident_id, other)
            await suggestions.refuse(
                tx, staff.organisation_id, pair, staff.login, reason or _REFUSED, self._office.now()
            )

    async def _pair(self, staff: Staff, incident_id: UUID, other: UUID) -> tuple[Standing, Standing]:
        async with self._db.transaction() as tx:
            found = await suggestions.standing(tx, staff.organisation_id, [incident_id, other])
        for each in (incident_id, other):
            if each not in found:
                raise MissingError(f"There is no incident {each} here.")
        if found[incident_id].incident_id == found[other].incident_id:
            raise ConflictError(
                f"{incident_id} 与 {other} 已是同一事件 / These two are one incident already, "
                f"{found[other].incident_id}; to part them, undo the merge or split off reports."
            )
        return found[incident_id], found[other]

    async def join_above(self, staff: Staff) -> float | None:
        """The score from which on suggestions join by themselves; None: never."""
        async with self._db.transaction() as tx:
            return await suggestions.join_above(tx, staff.organisation_id)

    async def set_join_above(self, staff: Staff, above: float | None) -> float | None:
        """Change that for the organisation. Raises `MissingError`."""
        async with self._db.transaction() as tx:
            if not await suggestions.set_join_above(tx, staff.organisation_id, above):
                raise MissingError(f"There is no organisation {staff.organisation_id!r} here.")
        _log.info("joining.threshold", organisation=staff.organisation_id, join_above=above, by=staff.login)
        return above


async def look(
    tx: Transaction,
    held: Held,
    organisation_id: str,
    incident_id: UUID,
    most: int,
    *,
    closed: bool = False,
    floor: float = SHOWN,
) -> Found:
    """The `most` incidents most alike, `floor` or better, each family once and none that was refused. Raises `MissingError`."""
    mine = (await suggestions.standing(tx, organisation_id, [incident_id])).get(incident_id)
    if mine is None:
        raise MissingError(f"There is no incident {incident_id} here.")
    read = await matters.words_of(tx, [incident_id], held.weights.number)
    if incident_id not in read:
        return Found(mine, [], {})
    members, refused = await suggestions.kin(tx, mine.incident_id)
    search = _Search(held, read[incident_id], members, refused, closed, floor)
    alike = await search.alike(tx, most)
    others = await matters.words_of(tx, [each.member for each in alike], held.weights.number) if alike else {}
    return Found(mine, alike, read | others)


@dataclass(frozen=True, slots=True)
class _Search:
    """A question to an index; `members` are the family that asks, `refused` what no family may hold that is suggested to it."""

    held: Held
    words: Words
    members: frozenset[UUID]
    refused: Sequence[UUID]
    closed: bool
    floor: float

    async def alike(self, tx: Transaction, most: int) -> list[Alike]:
        """Look further as long as too many of what was found are closed, absorbed or gone."""
        wanted = max(_FIRST_LOOK, 4 * most)
        while True:
            near = [each for each in await asyncio.to_thread(self._nearest, wanted) if each.score >= self.floor]
            ids = [each.incident_id for each in near]
            standing = await suggestions.standing(tx, self.words.organisation_id, [*ids, *self.refused])
            without = {standing[each].incident_id for each in self.refused if each in standing}
            found = represented(near, standing, without, closed=self.closed)
            if len(found) >= most or len(near) < wanted:
                return found[:most]
            wanted *= 8

    def _nearest(self, wanted: int) -> list[Near]:
        asked = vector(said(self.words.title, self.words.body), self.held.weights)
        return self.held.index.nearest(asked, wanted, self.members)


def _reasons(found: Found, incident_id: UUID, held: Held) -> list[list[str]]:
    mine = found.words.get(incident_id)
    return [
        because(told(mine), told(other), held.weights) if mine and (other := found.words.get(each.member)) else []
        for each in found.alike
    ]


def told(words: Words) -> str:
    """A leading report's words as they are compared."""
    return f"{words.title}\n{words.body}" if words.title else words.body


def in_words(score: float, above: float) -> str:
    """The reason of a join that no person made."""
    return f"相似度 {score:.2f} 达到本单位设定的自动合并阈值 {above:.2f}"
