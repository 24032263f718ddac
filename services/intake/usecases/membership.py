"""Merging and splitting incidents, and undoing either: one transaction each, both incidents locked in the order of their ids."""

from collections.abc import Sequence
from uuid import UUID

from services.intake.domain.membership import Move
from shared.clock import Clock
from shared.db import Database
from shared.journal import Journal


class Membership:
    """What a person (or `BY_ITSELF`) decides about which reports are one matter. `by` is a login, which events carry."""

    def __init__(self, db: Database, journal: Journal, office: Clock) -> None:
        self._db = db
        self._journal = journal
        self._office = office

    async def merge(
        self, by: str, organisation_id: str, survivor: UUID, other: UUID, reason: str, *, version: int | None = None
    ) -> Move:
        """All reports of `other` are `survivor`'s from now on. `version`: what the caller believes the survivor's to be.

        Raises `MissingError`, and `ConflictError` where the two cannot be merged (any more), saying why.
        """
        raise NotImplementedError

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
        raise NotImplementedError

    async def undo(self, by: str, organisation_id: str, move_id: UUID, reason: str) -> Move:
        """Take a move back as a whole. Raises `MissingError`, and `ConflictError` naming the later move that stands in the way."""
        raise NotImplementedError

    async def moves(self, organisation_id: str, incident_id: UUID) -> list[Move]:
        """The moves of an incident, oldest first. Raises `MissingError`."""
        raise NotImplementedError
