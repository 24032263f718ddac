"""Merging and splitting incidents, and undoing either: one transaction each, both incidents locked in the order of their ids."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.intake.domain.membership import (
    Move,
    Standing,
    check_alive,
    check_height,
    check_merge,
    check_pair,
    check_split,
    check_standing,
    check_version,
    in_the_way,
    last_in_effect,
    nothing_left,
)
from services.intake.storage import membership as store
from services.intake.usecases.moving import Act, Moving
from shared.clock import Clock
from shared.db import Database, Transaction
from shared.errors import MissingError
from shared.ids import new_id
from shared.journal import Journal


class Membership:
    """What a person (or `BY_ITSELF`) decides about which reports are one matter. `by` is a login, which events carry."""

    def __init__(self, db: Database, journal: Journal, office: Clock) -> None:
        self._db = db
        self._moving = Moving(journal)
        self._office = office

    async def merge(
        self, by: str, organisation_id: str, survivor: UUID, other: UUID, reason: str, *, version: int | None = None
    ) -> Move:
        """All reports of `other` are `survivor`'s from now on. `version`: what the caller believes the survivor's to be.

        Raises `InvalidError` for an incident and itself, `MissingError`, and `ConflictError` where the two cannot be merged (any
        more), saying why.
        """
        check_pair(survivor, other)
        async with self._db.transaction() as tx:
            into, gone = await _hold(tx, organisation_id, survivor, other)
            check_version(into, version)
            await _check_merge(tx, into, gone)
            return await self._moving.absorb(tx, self._act(by, reason), into, gone)

    async def split(
        self,
        by: str,
        organisation_id: str,
        incident_id: UUID,
        report_ids: Sequence[UUID],
        reason: str,
        *,
        version: int | None = None,
    ) -> Move:
        """These reports become an incident of their own (`other_id`). Raises `MissingError`, `InvalidError`, `ConflictError`."""
        async with self._db.transaction() as tx:
            held = await store.lock_standing(tx, organisation_id, [incident_id])
            origin = _there(held, incident_id)
            check_version(origin, version)
            check_alive(origin)
            present = await store.with_mates(tx, incident_id, report_ids)
            check_split(report_ids, present, (await store.recount(tx, incident_id)).reports, incident_id)
            return await self._moving.split(tx, self._act(by, reason), origin, present)

    async def undo(self, by: str, organisation_id: str, move_id: UUID, reason: str) -> Move:
        """Take a move back as a whole; that is a move too, and can be undone.

        Raises `MissingError`, and `ConflictError` naming the later move that stands in the way.
        """
        async with self._db.transaction() as tx:
            told = await store.one_move(tx, organisation_id, move_id)
            if told is None:
                raise MissingError(f"没有这次合并或拆分 / There is no move {move_id} here.")
            origin, other = await _hold(tx, organisation_id, told.incident_id, told.other_id)
            move = await store.one_move(tx, organisation_id, move_id)  # as it stands under the lock
            assert move is not None
            check_standing(move)
            act = replace(self._act(by, reason), undoes=move.move_id)
            if move.kind == "merge":
                await _check_whole(tx, move, origin)
                going = await store.with_mates(tx, origin.incident_id, move.report_ids)
                await _check_left(tx, move, len(going))
                return await self._moving.part(tx, act, origin, other, going)
            await _check_whole(tx, move, other)
            if origin.merged_into is not None:
                raise in_the_way(move, await store.absorbing(tx, origin.incident_id))
            await _check_merge(tx, origin, other)
            return await self._moving.absorb(tx, act, origin, other)

    async def moves(self, organisation_id: str, incident_id: UUID) -> list[Move]:
        """The moves of an incident, oldest first. Raises `MissingError`."""
        async with self._db.transaction() as tx:
            known = await tx.value(
                "SELECT 1 FROM intake.incidents WHERE incident_id = $1 AND organisation_id = $2",
                incident_id,
                organisation_id,
            )
            if known is None:
                raise _missing(incident_id)
            return await store.moves_of(tx, organisation_id, incident_id)

    def _act(self, by: str, reason: str) -> Act:
        return Act(new_id(), by, reason, self._office.now())


async def _hold(tx: Transaction, organisation_id: str, one: UUID, two: UUID) -> tuple[Standing, Standing]:
    held = await store.lock_standing(tx, organisation_id, [one, two])
    return _there(held, one), _there(held, two)


def _there(held: dict[UUID, Standing], incident_id: UUID) -> Standing:
    if incident_id not in held:
        raise _missing(incident_id)
    return held[incident_id]


def _missing(incident_id: UUID) -> MissingError:
    return MissingError(f"没有这个事件，或已归档 / There is no incident {incident_id} here, or it is in the archive.")


async def _check_merge(tx: Transaction, survivor: Standing, other: Standing) -> None:
    check_merge(survivor, other)
    check_height(survivor, await store.height(tx, other.incident_id))


async def _check_whole(tx: Transaction, move: Move, holder: Standing) -> None:
    """All that the move brought to `holder` is there still."""
    strayed = set(move.report_ids) - await store.those_in(tx, holder.incident_id, move.report_ids)
    if strayed:
        raise in_the_way(move, last_in_effect(await store.later_moves(tx, move, min(strayed))))


async def _check_left(tx: Transaction, move: Move, going: int) -> None:
    """Something stays where so many reports leave."""
    if (await store.recount(tx, move.incident_id)).reports == going:
        raise nothing_left(move, await store.last_split(tx, move.incident_id))
