"""Duties to tell the public something, and the clock of each. Dates come from grading; here they only fire."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Literal
from uuid import UUID

from shared.contracts.grading import Assignment, Deadline, ProcedureAdvanced

_LEAST = timedelta(microseconds=1)  # overdue is strictly after due, so the clock fires this much later

DutyState = Literal["open", "done", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Duty:
    """An assignment held by this desk. `reminded_until` is the latest reminder moment that has been dealt with."""

    assignment_id: UUID
    organisation_id: str
    incident_id: UUID
    key: str
    name: str
    owner: str
    owner_name: str
    clause: str
    chain: str | None = None
    recurring: bool = False
    presumed: bool = False
    due_at: datetime | None = None
    remind_at: tuple[datetime, ...] = ()
    reminded_until: datetime | None = None
    overdue: bool = False
    state: DutyState = "open"
    ended_at: datetime | None = None
    reason: str | None = None


def next_moment(duty: Duty) -> datetime | None:
    """When the duty's clock must be looked at next; None when it has run out or the duty has ended."""
    if duty.state != "open":
        return None
    moments = [at for at in duty.remind_at if duty.reminded_until is None or at > duty.reminded_until]
    if duty.due_at is not None:
        moments = [at for at in moments if at <= duty.due_at]
        if not duty.overdue:
            moments.append(duty.due_at + _LEAST)
    return min(moments, default=None)


def fire(duty: Duty, now: datetime) -> tuple[Duty, Literal["reminded", "overdue"] | None]:
    """What the clock says now. Several missed reminders are one, and none is given with or after the overdue mark."""
    if duty.state != "open":
        return duty, None
    if duty.due_at is not None and now > duty.due_at:
        return replace(duty, overdue=True, reminded_until=now), None if duty.overdue else "overdue"
    passed = [at for at in duty.remind_at if at <= now and (duty.reminded_until is None or at > duty.reminded_until)]
    if not passed:
        return duty, None
    return replace(duty, reminded_until=max(passed)), "reminded"


def discharge(duty: Duty, at: datetime) -> Duty:
    """Done by a release; late where `at` is after the due moment, whether or not the clock had fired."""
    if duty.state != "open":
        return duty
    late = duty.due_at is not None and at > duty.due_at
    return replace(duty, state="done", ended_at=at, overdue=duty.overdue or late)


def _ordered(known: Duty | None, organisation_id: str, incident_id: UUID, order: Assignment) -> Duty:
    """As ordered now, with no deadline but the one that comes beside it: its time may stand still, or run to a mere goal."""
    duty = known or Duty(
        order.id, organisation_id, incident_id, order.key, order.name, order.owner, order.owner_name, order.clause
    )
    revived = duty.state == "withdrawn"
    return replace(
        duty,
        key=order.key,
        name=order.name,
        owner=order.owner,
        owner_name=order.owner_name,
        clause=order.clause,
        chain=order.chain,
        recurring=order.recurring,
        presumed=order.presumed,
        remind_at=tuple(sorted(order.remind_at)),
        state="open" if revived else duty.state,
        ended_at=None if revived else duty.ended_at,
        reason=None if revived else duty.reason,
    )


def _dated(duty: Duty, deadline: Deadline) -> Duty:
    """A later due moment lifts the overdue mark; the same or an earlier one never does."""
    later = duty.due_at is not None and deadline.due_at > duty.due_at and duty.state == "open"
    return replace(
        duty,
        due_at=deadline.due_at,
        remind_at=tuple(sorted(deadline.remind_at)),
        presumed=deadline.presumed,
        overdue=duty.overdue and not later,
    )


def _ended(duty: Duty, at: datetime, reason: str) -> Duty:
    if duty.state != "open":
        return duty
    return replace(duty, state="withdrawn", ended_at=at, reason=reason)


def _endings(at: datetime, order: ProcedureAdvanced) -> Iterator[tuple[UUID, Callable[[Duty], Duty]]]:
    for done in order.discharged:
        yield done.assignment_id, partial(discharge, at=done.at)
    for withdrawn in order.withdrawn:
        yield withdrawn.assignment_id, partial(_ended, at=at, reason=withdrawn.reason)


def _assigned(
    known: Mapping[UUID, Duty], organisation_id: str, incident_id: UUID, at: datetime, order: ProcedureAdvanced
) -> Iterator[Duty]:
    """The duties that were ordered or changed, before their deadlines."""
    dated = {deadline.assignment_id for deadline in order.deadlines}
    for assignment in order.assignments:
        before = known.get(assignment.id)
        if assignment.desk == "publishing":
            duty = _ordered(before, organisation_id, incident_id, assignment)
            yield duty if assignment.id in dated else replace(duty, due_at=None)
        elif before is not None:
            # Another rulebook gives it to another desk, whose clock it is from now on.
            yield _ended(before, at, "moved")


def follow(
    known: Mapping[UUID, Duty], organisation_id: str, incident_id: UUID, at: datetime, order: ProcedureAdvanced
) -> list[Duty]:
    """The incident's duties that this decision makes, changes or ends. `known` holds those of the incident."""
    duties = dict(known)
    duties |= {duty.assignment_id: duty for duty in _assigned(known, organisation_id, incident_id, at, order)}
    for deadline in order.deadlines:
        if deadline.holder == "publishing" and deadline.assignment_id in duties:
            duties[deadline.assignment_id] = _dated(duties[deadline.assignment_id], deadline)
    for each, end in _endings(at, order):
        if each in duties:
            duties[each] = end(duties[each])
    if order.phase == "merged":
        duties = {each: _ended(duty, at, "merged") for each, duty in duties.items()}
    return changed(known, duties.values())


def changed(known: Mapping[UUID, Duty], duties: Iterable[Duty]) -> list[Duty]:
    """Those that are new or differ from what is kept."""
    return [duty for duty in duties if known.get(duty.assignment_id) != duty]
