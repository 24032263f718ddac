"""What people decide about a procedure: its grade, flags, a leader's instruction (批示), calm, closing and reopening."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.grading.domain.procedure import Procedure
from services.grading.rulebook import CompiledRulebook, Fact, approvers
from services.grading.storage.procedures import load_many
from services.grading.usecases.reconcile import News, Reconcile
from services.grading.usecases.rulebooks import Rulebooks
from shared.auth import Staff
from shared.clock import Clock
from shared.db import Database, Transaction
from shared.errors import ConflictError, ForbiddenError, InvalidError, MissingError
from shared.ids import new_id

Permitted = Callable[[CompiledRulebook], Collection[str]]


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody wants recorded: a fact of this kind, with this data, by one of the roles that `permitted` names."""

    kind: str
    data: dict[str, Any]
    cause: str
    permitted: Permitted


class Decide:
    """The acts of people on procedures."""

    def __init__(self, db: Database, reconcile: Reconcile, rulebooks: Rulebooks, office: Clock) -> None:
        self._db = db
        self._reconcile = reconcile
        self._rulebooks = rulebooks
        self._office = office

    async def approve(
        self, staff: Staff, incident_id: UUID, level: str, reason: str | None, version: int | None
    ) -> Procedure:
        """Approve the proposed level, or set another with a reason.

        Raises `ForbiddenError` unless the rulebook names one of the member's roles as that level's approver,
        `InvalidError` for an unknown level or a missing reason, `ConflictError` where this level was approved already.
        """
        async with self._db.transaction() as tx:
            procedure, rulebook = await self._open(tx, staff, incident_id, version)
            if level not in rulebook.ranks:
                raise InvalidError(
                    f"Rulebook {rulebook.id} has no level {level!r}; its levels: {', '.join(rulebook.ranks)}."
                )
            _allow(staff, rulebook, approvers(rulebook, level), f"approve level {level}")
            if level != procedure.proposal and not reason:
                raise InvalidError(
                    f"The criteria propose {procedure.proposal or 'no level'}; to set {level}, give a reason."
                )
            if procedure.grade_state == "approved" and procedure.level == level and procedure.deciding is None:
                raise ConflictError(f"Level {level} is approved already.", version=procedure.version, level=level)
            role = min(staff.roles & set(approvers(rulebook, level)))
            data = {"level": level, "by": staff.login, "role": role, "reason": reason, "proposal": procedure.proposal}
            return await self._record(tx, staff, procedure, "graded", data, "graded")

    async def act(self, staff: Staff, incident_id: UUID, act: Act, version: int | None) -> Procedure:
        """Record a fact. Raises `ForbiddenError`, `InvalidError` for an unknown flag, `MissingError`."""
        async with self._db.transaction() as tx:
            procedure, rulebook = await self._open(tx, staff, incident_id, version)
            _allow(staff, rulebook, act.permitted(rulebook), act.cause)
            if act.kind == "flag" and act.data["name"] not in rulebook.flag_names:
                known = ", ".join(sorted(rulebook.flag_names))
                raise InvalidError(f"Rulebook {rulebook.id} knows no flag {act.data['name']!r}; it knows: {known}.")
            return await self._record(tx, staff, procedure, act.kind, act.data | {"by": staff.login}, act.cause)

    async def _open(
        self, tx: Transaction, staff: Staff, incident_id: UUID, version: int | None
    ) -> tuple[Procedure, CompiledRulebook]:
        procedure = (await load_many(tx, [incident_id])).get(incident_id)
        if procedure is None or procedure.organisation_id != staff.organisation_id:
            raise MissingError(f"There is no procedure for incident {incident_id} here.")
        if version is not None and version != procedure.version:
            raise ConflictError(
                f"The procedure has moved on to version {procedure.version}; look at it again.",
                version=procedure.version,
                level=procedure.level,
                phase=procedure.phase,
            )
        return procedure, await self._rulebooks.get(tx, procedure.rulebook_hash)

    async def _record(
        self, tx: Transaction, staff: Staff, procedure: Procedure, kind: str, data: dict[str, Any], cause: str
    ) -> Procedure:
        fact = Fact(str(new_id()), kind, self._office.now(), data)
        news = News(procedure.organisation_id, [fact], cause, staff.login)
        return (await self._reconcile(tx, {procedure.incident_id: news}))[procedure.incident_id]


def _allow(staff: Staff, rulebook: CompiledRulebook, roles: Collection[str], what: str) -> None:
    if not staff.roles & set(roles):
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
