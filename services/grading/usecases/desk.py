"""The desk where people act on procedures: what every such act shares, in one place."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.grading.domain.procedure import Procedure
from services.grading.rulebook import CompiledRulebook, Fact
from services.grading.storage.procedures import load_many, survivor_of
from services.grading.usecases.reconcile import News, Reconcile
from services.grading.usecases.rulebooks import Rulebooks
from shared.auth import Staff
from shared.clock import Clock
from shared.db import Database, Transaction
from shared.errors import ConflictError, ForbiddenError, MissingError
from shared.ids import new_id

ADMIN = "admin"
"""The post of an organisation's administrator: the house's own, in no rulebook."""


@dataclass(frozen=True, slots=True)
class Case:
    """A procedure on the desk: its row held until the transaction ends, as it stands now; `at` is office time."""

    tx: Transaction
    staff: Staff
    procedure: Procedure
    rulebook: CompiledRulebook
    at: datetime


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants recorded: a fact of this kind. `at` None: now. `reason` is in words of the rulebook, never typed."""

    kind: str
    data: Mapping[str, Any]
    cause: str
    at: datetime | None = None
    reason: str | None = None


class Desk:
    """Opens cases and records what was decided."""

    def __init__(self, db: Database, reconcile: Reconcile, rulebooks: Rulebooks, office: Clock) -> None:
        self.db = db
        self.reconcile = reconcile
        self.rulebooks = rulebooks
        self.office = office

    async def open(self, tx: Transaction, staff: Staff, incident_id: UUID, version: int | None) -> Case:
        """The case of one incident.

        Raises `MissingError`, and `ConflictError` with the present state for a stale version, or naming the incident it is part of.
        """
        procedure = (await load_many(tx, [incident_id])).get(incident_id)
        if procedure is None or procedure.organisation_id != staff.organisation_id:
            raise MissingError(f"There is no procedure for incident {incident_id} here.")
        if procedure.merged_into is not None:
            raise await _elsewhere(tx, procedure)
        if version is not None and version != procedure.version:
            raise ConflictError(
                f"The procedure has moved on to version {procedure.version}; look at it again.",
                version=procedure.version,
                level=procedure.level,
                phase=procedure.phase,
            )
        rulebook = await self.rulebooks.get(tx, procedure.rulebook_hash)
        return Case(tx, staff, procedure, rulebook, self.office.now())

    async def record(self, case: Case, wish: Wish) -> Procedure:
        """Record a fact by this member of staff, and let what follows from it follow."""
        fact = Fact(str(new_id()), wish.kind, wish.at or case.at, {**wish.data, "by": case.staff.login})
        news = News(
            case.procedure.organisation_id, [fact], wish.cause, case.staff.login, act=fact.id, reason=wish.reason
        )
        incident_id = case.procedure.incident_id
        return (await self.reconcile(case.tx, {incident_id: news}))[incident_id]


async def _elsewhere(tx: Transaction, procedure: Procedure) -> ConflictError:
    survivor = await survivor_of(tx, procedure.incident_id)
    return ConflictError(
        f"该事件已并入事件 {survivor},请在那里办理 / This incident was merged into {survivor}; act on that one.",
        version=procedure.version,
        phase=procedure.phase,
        merged_into=str(survivor),
    )


def allow(case: Case, roles: Collection[str], what: str) -> None:
    """Raise `ForbiddenError`, naming the posts, unless the member of staff holds one of them."""
    if not case.staff.roles & set(roles):
        rulebook = case.rulebook
        named = "、".join(f"{rulebook.roles[role].name} ({role})" for role in roles if role in rulebook.roles)
        raise ForbiddenError(f"本规则规定由{named}办理 / Rulebook {rulebook.id} lets {', '.join(roles)} {what}.")


def leaders(rulebook: CompiledRulebook) -> list[str]:
    """Whoever approves some level may also instruct."""
    return list(dict.fromkeys(role for level in rulebook.levels for role in level.approver))


def members(rulebook: CompiledRulebook) -> list[str]:
    """Every post inside the organisation."""
    return [role.id for role in rulebook.roles.values() if not role.external]


def calmers(rulebook: CompiledRulebook) -> list[str]:
    """Who may declare a matter calm."""
    return list(rulebook.model.closing.calmed_by)


def closers(rulebook: CompiledRulebook) -> list[str]:
    """Who may declare a matter closed."""
    return list(rulebook.model.closing.closed_by)


def suspenders(rulebook: CompiledRulebook) -> list[str]:
    """Who may stop time and let it run again: those the rulebook names, else whoever approves a level."""
    return list(rulebook.model.suspension.by) or leaders(rulebook)
