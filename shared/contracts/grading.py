"""What grading says: the procedure moved on, and here is everything that this orders."""

from datetime import date, datetime
from typing import Any, ClassVar, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, Field

from shared.contracts.envelope import Payload

Desk = Literal["tasks", "publishing"]
ROUTINE = "routine:"
"""What the keys of rounds begin with: they belong to a routine's series, not to an incident."""
CALENDAR_SUBJECT = UUID("0d1c1f3e-52a4-5a0e-8a2f-6c9b7a1d2e30")
"""The subject of changes of the calendar, which is the installation's."""
_SERIES = UUID("3b7e8a54-0f0c-4e0e-9f64-b1a7c2d9e511")


def series_subject(organisation_id: str, routine: str) -> UUID:
    """The subject of the rounds of one routine of an organisation: the same everywhere."""
    return uuid5(_SERIES, f"{organisation_id}/{routine}")


class Also(BaseModel):
    """A rule of another layer that bounds an assignment too: whose, which words, and by when it alone would want it.

    `decides`: the assignment is due by it.
    """

    rulebook: str
    title: str
    clause: str
    phrase: str
    within: str | None
    due_at: datetime | None
    decides: bool = False


class Assignment(BaseModel):
    """Who owes what to whom. `id` is stable for the incident and the duty; a later one with the same id replaces it.

    `owner`, `to` and `jointly` (who owes it beside the owner) are role ids of the rulebook. `desk` is the service that holds its clock.
    It comes with its `Deadline` in the same event, or has none (any longer). `suspended` says in Chinese why its time stands still:
    then there is no deadline until it comes again with one. `target_at` is a goal that nobody can be late for; `remind_at` runs to it.
    """

    id: UUID
    key: str
    duty: str
    name: str
    kind: str
    desk: Desk
    owner: str
    owner_name: str
    to: list[str] = Field(default_factory=list)
    jointly: list[str] = Field(default_factory=list)
    clause: str
    phrase: str
    source: Literal["regulation", "operator"]
    presumed: bool = False
    recurring: bool = False
    hand_in: list[str] = Field(default_factory=list)
    chain: str | None = None
    extension: dict[str, Any] | None = None
    suspended: str | None = None
    target_at: datetime | None = None
    remind_at: list[datetime] = Field(default_factory=list)
    also: list[Also] = Field(default_factory=list)


class Deadline(BaseModel):
    """By when an assignment is owed; every moment is UTC. `remind_at` and `escalate` are absolute, computed by grading alone."""

    assignment_id: UUID
    holder: Desk
    anchor: str
    anchor_at: datetime
    within: str | None
    due_at: datetime
    remind_at: list[datetime] = Field(default_factory=list)
    escalate: list[tuple[datetime, str]] = Field(default_factory=list)
    presumed: bool = False
    provisional: bool = False


class Withdrawn(BaseModel):
    """An assignment that is no longer owed, and why; `duplicate_of` is the one that stands for it in the incident merged into."""

    assignment_id: UUID
    reason: str
    duplicate_of: UUID | None = None


class Discharged(BaseModel):
    """An assignment done by an act at grading itself (approving a grade, calming): no longer owed, and in time or not by `at`."""

    assignment_id: UUID
    at: datetime
    by: str


class GradeReason(BaseModel):
    """Why a level is proposed: the rule, its clause and words, and what was found."""

    rule: str
    level: str
    clause: str
    phrase: str
    evidence: str


class Grade(BaseModel):
    """The grade as it stands. `proposal` is what the criteria say now, also when another level was approved."""

    level: str | None
    state: Literal["none", "proposed", "approved"]
    proposal: str | None
    approvers: list[str] = Field(default_factory=list)
    reasons: list[GradeReason] = Field(default_factory=list)
    by: str | None = None


class ProcedureAdvanced(Payload):
    """One decision of the procedure with all that it orders; lists hold only what is new or changed.

    `version` counts the decisions of this incident from 1. `by` is the login of whoever decided, or the service that told of it. `reason`
    is in the words of the house or of the rulebook, never what somebody typed: that may hold personal data and stays at grading, where
    `act` (the fact's id) finds it: `GET /v1/incidents/{id}/acts`. `flags` are all that are up.
    `into` is the incident merged into, in phase `merged`.
    """

    TYPE: ClassVar[str] = "procedure.advanced.v1"
    version: int
    rulebook: str
    rulebook_hash: str
    phase: Literal["open", "calmed", "closed", "merged"]
    title: str
    grade: Grade | None = None
    assignments: list[Assignment] = Field(default_factory=list)
    deadlines: list[Deadline] = Field(default_factory=list)
    withdrawn: list[Withdrawn] = Field(default_factory=list)
    discharged: list[Discharged] = Field(default_factory=list)
    cause: str
    by: str | None = None
    reason: str | None = None
    act: str | None = None
    flags: list[str] = Field(default_factory=list)
    into: UUID | None = None


class GradeStanding(BaseModel):
    """Of a grade, only where it stands."""

    state: Literal["none", "proposed", "approved"]


class ProcedureStanding(Payload):
    """The same event, read for where the procedure stands and nothing else: reading it whole costs five times as much."""

    TYPE: ClassVar[str] = ProcedureAdvanced.TYPE
    phase: Literal["open", "calmed", "closed", "merged"]
    grade: GradeStanding | None = None


class RulebookActivated(Payload):
    """An organisation now works under this rulebook; each consumer reads its own slice.

    `by` is the login of whoever activated it, None where the directory named it; why stands at grading under the activation's id, `act`,
    and `reason` says only which of the two it was. `previous` is the hash in force before, `layers` are the rulebooks it stands on.
    """

    TYPE: ClassVar[str] = "rulebook.activated.v1"
    rulebook: str
    rulebook_hash: str
    version: str
    title: str
    roles: dict[str, str]
    levels: dict[str, str]
    slices: dict[str, dict[str, Any]]
    by: str | None = None
    reason: str | None = None
    act: str | None = None
    previous: str | None = None
    layers: list[str] = Field(default_factory=list)


class CalendarDay(BaseModel):
    """One day that a change of the calendar names."""

    date: date
    working: bool


class CalendarChanged(Payload):
    """The installation's calendar was corrected: a year's notice, or a single day. `calendar` names what is now in force.

    `version` counts the changes from 1; the days' reasons and the notice's source, which somebody typed, stay at grading
    (`GET /v1/calendar`). Deadlines that move because of it are told of by `procedure.advanced`, as they are counted anew.
    """

    TYPE: ClassVar[str] = "calendar.changed.v1"
    version: int
    calendar: str
    change: Literal["notice", "day"]
    year: int
    days: list[CalendarDay]
    by: str


class MissedRound(BaseModel):
    """A round that nobody did while it was on. `issued`: it had been on a board."""

    assignment_id: UUID
    key: str
    begins_at: datetime
    over_at: datetime
    issued: bool = True


class RoutineAdvanced(Payload):
    """The rounds of one routine of an organisation came round, were missed, or ended; they belong to no incident.

    The subject is the series (`series_subject`), `version` counts its decisions from 1, and every key begins with `ROUTINE`. `missed`
    holds the latest hundred rounds missed and `missed_before` the number of those before them, after a long stillness.
    `still_owed` are the keys of earlier rounds that stay owed beside a new one.
    """

    TYPE: ClassVar[str] = "routine.advanced.v1"
    version: int
    rulebook: str
    rulebook_hash: str
    routine: str
    title: str
    assignments: list[Assignment] = Field(default_factory=list)
    deadlines: list[Deadline] = Field(default_factory=list)
    withdrawn: list[Withdrawn] = Field(default_factory=list)
    discharged: list[Discharged] = Field(default_factory=list)
    missed: list[MissedRound] = Field(default_factory=list)
    missed_before: int = 0
    still_owed: list[str] = Field(default_factory=list)
    cause: str
