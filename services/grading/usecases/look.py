"""Reading procedures: what waits for a grade, and why each deadline is what it is."""

from typing import Any
from uuid import UUID

from services.grading.domain.acts import PersonalAct, acts, touching
from services.grading.domain.announcing import assignment_id
from services.grading.domain.procedure import Procedure
from services.grading.rulebook import CompiledRulebook, advance, explain
from services.grading.rulebook.engine.lateness import late_from
from services.grading.storage import procedures
from services.grading.usecases.calendars import Calendars
from services.grading.usecases.rulebooks import Rulebooks
from shared.auth import Staff
from shared.calendar import Calendar
from shared.db import Database
from shared.errors import MissingError


class Look:
    """Queries for the organisation's own staff."""

    def __init__(self, db: Database, rulebooks: Rulebooks, calendars: Calendars) -> None:
        self._db = db
        self._rulebooks = rulebooks
        self._calendars = calendars

    async def gradings(self, staff: Staff, *, waiting: bool, after: UUID | None, limit: int) -> list[dict[str, Any]]:
        """Procedures whose grade waits for a decision (or is approved), newest first, with reasons and approvers."""
        async with self._db.transaction() as tx:
            load = procedures.waiting if waiting else procedures.decided
            found = await load(tx, staff.organisation_id, after, limit)
            calendar = (await self._calendars.current(tx)).calendar
            return [grading(each, await self._rulebooks.get(tx, each.rulebook_hash), calendar) for each in found]

    async def one(self, staff: Staff, incident_id: UUID) -> dict[str, Any]:
        """One procedure's grading. Raises `MissingError`."""
        return grading(*await self._load(staff, incident_id))

    async def deadlines(self, staff: Staff, incident_id: UUID) -> dict[str, Any]:
        """Every deadline and duty in force, explained, with who moved it or stopped it and why. Raises `MissingError`.

        Of an incident merged into another: what was done before.
        """
        procedure, rulebook, calendar = await self._load(staff, incident_id)
        taken = acts(procedure.facts)
        return {
            "incident_id": incident_id,
            "version": procedure.version,
            "merged_into": procedure.merged_into,
            "deadlines": [
                {
                    "assignment_id": assignment_id(incident_id, key),
                    "done": key in procedure.discharged,
                    "desk": order.desk,
                    "late_from": late_from(order),
                    **explain(order, calendar, rulebook),
                    "acts": [_shown(act, rulebook) for act in touching(taken, order)],
                }
                for key, order in procedure.issued.items()
                if procedure.merged_into is None or key in procedure.discharged
            ],
        }

    async def acts(self, staff: Staff, incident_id: UUID) -> dict[str, Any]:
        """Who decided what about an incident, when and why, oldest first. Raises `MissingError`."""
        procedure, rulebook, _ = await self._load(staff, incident_id)
        return {
            "incident_id": incident_id,
            "version": procedure.version,
            "acts": [_shown(act, rulebook) for act in acts(procedure.facts)],
        }

    async def _load(self, staff: Staff, incident_id: UUID) -> tuple[Procedure, CompiledRulebook, Calendar]:
        """A procedure, its rulebook, and the calendar by which its dates were counted."""
        async with self._db.transaction() as tx:
            found = await procedures.load_one(tx, incident_id, staff.organisation_id)
            if found is None:
                raise MissingError(f"There is no procedure for incident {incident_id} here.")
            counted = await self._calendars.at(tx, found.calendar_version)
            return found, await self._rulebooks.get(tx, found.rulebook_hash), counted.calendar


def _shown(act: PersonalAct, rulebook: CompiledRulebook) -> dict[str, Any]:
    return {**act._asdict(), "at": rulebook.hours.local(act.at).isoformat()}


def grading(procedure: Procedure, rulebook: CompiledRulebook, calendar: Calendar) -> dict[str, Any]:
    """A procedure's grade with its reasons, as the engine gives them from the facts kept."""
    grade = advance(rulebook, calendar, procedure.facts, procedure.issued).grade
    return {
        "incident_id": procedure.incident_id,
        "title": procedure.title,
        "version": procedure.version,
        "phase": procedure.phase,
        "merged_into": procedure.merged_into,
        "state": procedure.grade_state,
        "level": procedure.level,
        "proposal": procedure.proposal,
        "waiting": procedure.deciding is not None,
        "approvers": list(grade.approver),
        "rulebook": {"id": rulebook.id, "version": rulebook.version, "hash": rulebook.hash},
        "reasons": [
            {
                "rule": reason.rule,
                "level": reason.level,
                "clause": reason.clause,
                "phrase": reason.phrase,
                "source": reason.source,
                "evidence": list(reason.evidence),
            }
            for reason in grade.reasons
        ],
    }
