"""What people decide about a procedure: its grade, flags, a leader's instruction (批示), calm, closing and reopening."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.grading.domain.procedure import Procedure
from services.grading.rulebook import CompiledRulebook, approvers
from services.grading.rulebook.engine.situation import fold
from services.grading.usecases.desk import Case, Desk, Wish, allow, members
from shared.auth import Staff
from shared.errors import ConflictError, InvalidError

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

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def approve(
        self, staff: Staff, incident_id: UUID, level: str, reason: str | None, version: int | None
    ) -> Procedure:
        """Approve the proposed level, or set another with a reason.

        Raises `ForbiddenError` unless the rulebook names one of the member's roles as that level's approver,
        `InvalidError` for an unknown level or a missing reason, `ConflictError` where this level was approved already.
        """
        async with self._desk.db.transaction() as tx:
            case = await self._desk.open(tx, staff, incident_id, version)
            procedure, rulebook = case.procedure, case.rulebook
            if level not in rulebook.ranks:
                raise InvalidError(
                    f"Rulebook {rulebook.id} has no level {level!r}; its levels: {', '.join(rulebook.ranks)}."
                )
            allow(case, approvers(rulebook, level), f"approve level {level}")
            if level != procedure.proposal and not reason:
                raise InvalidError(
                    f"The criteria propose {procedure.proposal or 'no level'}; to set {level}, give a reason."
                )
            if procedure.grade_state == "approved" and procedure.level == level and procedure.deciding is None:
                raise ConflictError(f"Level {level} is approved already.", version=procedure.version, level=level)
            role = min(staff.roles & set(approvers(rulebook, level)))
            data = {"level": level, "role": role, "reason": reason, "proposal": procedure.proposal}
            return await self._desk.record(case, Wish("graded", data, "graded"))

    async def act(self, staff: Staff, incident_id: UUID, act: Act, version: int | None) -> Procedure:
        """Record a fact. Raises `ForbiddenError`, `MissingError`."""
        async with self._desk.db.transaction() as tx:
            case = await self._desk.open(tx, staff, incident_id, version)
            allow(case, act.permitted(case.rulebook), act.cause)
            return await self._desk.record(case, Wish(act.kind, act.data, act.cause))

    async def flag(
        self, staff: Staff, incident_id: UUID, name: str, *, on: bool, reason: str, version: int | None
    ) -> Procedure:
        """Raise or lower a flag; one that stands so already stays, without a further decision.

        Raises `ForbiddenError`, `MissingError`, `InvalidError` for an unknown flag, and `ConflictError` naming the flag that is up
        and contradicts it.
        """
        async with self._desk.db.transaction() as tx:
            case = await self._desk.open(tx, staff, incident_id, version)
            allow(case, members(case.rulebook), "flagged")
            if name not in case.rulebook.flag_names:
                known = ", ".join(sorted(case.rulebook.flag_names))
                raise InvalidError(f"Rulebook {case.rulebook.id} knows no flag {name!r}; it knows: {known}.")
            raised = fold(case.procedure.facts, case.rulebook.marks, case.rulebook.ranks).raised
            if (name in raised) is on:
                return case.procedure
            if on:
                _refuse_contradiction(case, name, raised)
            return await self._desk.record(case, Wish("flag", {"name": name, "on": on, "reason": reason}, "flagged"))


def _refuse_contradiction(case: Case, name: str, raised: frozenset[str]) -> None:
    for group in case.rulebook.model.contradicting:
        standing = [flag for flag in group if flag in raised and flag != name] if name in group else []
        if standing:
            names = case.rulebook.flag_names
            up = "、".join(names[flag] for flag in standing)
            raise ConflictError(
                f"“{names[name]}”与已标注的“{up}”不能并存,请先取消后者 / {name} contradicts {', '.join(standing)}, "
                "which is up: lower that first.",
                version=case.procedure.version,
                contradicts=standing,
            )
