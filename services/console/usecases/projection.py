"""From events to the read model: what every producer says, in whatever order the producers are heard.

Handlers are set-based and may meet a row that another producer has begun; they decide nothing.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

import orjson

from services.console.storage.organisations import ActivationRow, save_activation, save_organisation
from services.console.storage.project import (
    AnswerRow,
    IncidentRow,
    OrderRow,
    ProcedureRow,
    ReleaseRow,
    TaskRow,
    save_answers,
    save_incidents,
    save_orders,
    save_procedures,
    save_releases,
    save_restored,
    save_tasks,
)
from shared.contracts.directory import OrganisationChanged
from shared.contracts.envelope import Event
from shared.contracts.grading import Assignment, Deadline, ProcedureAdvanced, RoutineAdvanced, RulebookActivated
from shared.contracts.intake import IncidentChanged, IncidentReported, Spread
from shared.contracts.publishing import AnswerChanged
from shared.contracts.tasks import TaskChanged
from shared.db import Transaction


async def on_reported(tx: Transaction, events: Sequence[Event[IncidentReported]]) -> None:
    """Incidents begin."""
    await save_incidents(
        tx,
        [
            IncidentRow(
                event.subject,
                event.organisation_id,
                event.data.title,
                event.data.kind,
                event.data.source,
                event.data.region,
                event.data.discovered_at,
                1,
                *_counts(event.data.spread),
                None,
            )
            for event in events
        ],
    )


async def on_incident_changed(tx: Transaction, events: Sequence[Event[IncidentChanged]]) -> None:
    """Incidents gain reports, spread, are merged and taken out again; one split off begins here, and grading gives its title."""
    await save_incidents(
        tx,
        [
            IncidentRow(
                event.subject,
                event.organisation_id,
                None,
                None,
                None,
                None,
                event.time,
                event.data.reports,
                *_counts(event.data.spread),
                event.data.other if event.data.change == "absorbed" else None,
            )
            for event in events
        ],
    )
    await save_restored(tx, [event.subject for event in events if event.data.change == "restored"])


async def on_advanced(tx: Transaction, events: Sequence[Event[ProcedureAdvanced]]) -> None:
    """Procedures move on: grade, phase, and the assignments that were ordered, moved, discharged or withdrawn."""
    await save_procedures(tx, [_procedure(event) for event in events])
    await save_orders(tx, [row for event in events for row in _orders(event)])


async def on_routine(tx: Transaction, events: Sequence[Event[RoutineAdvanced]]) -> None:
    """Rounds of a routine come round and are missed; the series stands where an incident's procedure does, with its title."""
    rows = [
        ProcedureRow(e.subject, e.organisation_id, e.data.version, e.data.title, "open", None, None, None)
        for e in events
    ]
    await save_procedures(tx, rows)
    await save_orders(tx, [row for event in events for row in _orders(event)])


async def on_task_changed(tx: Transaction, events: Sequence[Event[TaskChanged]]) -> None:
    """Tasks are claimed, done, returned, overdue."""
    await save_tasks(
        tx,
        [
            TaskRow(
                event.data.assignment_id,
                event.subject,
                event.organisation_id,
                event.data.version,
                event.data.state,
                event.data.holder,
                event.data.overdue,
            )
            for event in events
        ],
    )


async def on_answer_changed(tx: Transaction, events: Sequence[Event[AnswerChanged]]) -> None:
    """Answers move; one that is released discharges its duty, one that is withdrawn owes it again."""
    await save_answers(tx, [row for event in events for row in _answer(event)])
    await save_releases(tx, [row for event in events for row in _release(event)])


async def on_organisation_changed(tx: Transaction, events: Sequence[Event[OrganisationChanged]]) -> None:
    """Organisations come and change; seldom, so one at a time."""
    for event in events:
        await save_organisation(tx, event.organisation_id, event.data.name, event.data.state)


async def on_activated(tx: Transaction, events: Sequence[Event[RulebookActivated]]) -> None:
    """An organisation works under another rulebook: the names of its levels and roles."""
    for event in events:
        names = orjson.dumps(event.data.levels).decode(), orjson.dumps(event.data.roles).decode()
        await save_activation(tx, ActivationRow(event.organisation_id, event.data.title, *names))


def _counts(spread: Spread) -> tuple[int, int, int, int]:
    return spread.reads, spread.comments, spread.reposts, spread.likes


def _procedure(event: Event[ProcedureAdvanced]) -> ProcedureRow:
    data, grade = event.data, event.data.grade
    known = (grade.level, grade.state, grade.proposal) if grade is not None else (None, None, None)
    return ProcedureRow(event.subject, event.organisation_id, data.version, data.title, data.phase, *known)


def _orders(event: Event[ProcedureAdvanced | RoutineAdvanced]) -> Iterator[OrderRow]:
    """One row an assignment that the decision mentions; an end outweighs what else it says of it."""
    data = event.data
    ended = {end.assignment_id: "withdrawn" for end in data.withdrawn}
    ended |= {end.assignment_id: "discharged" for end in data.discharged}
    ordered = {each.id: each for each in data.assignments}
    moved = {each.assignment_id: each for each in data.deadlines}
    for assignment_id in ordered.keys() | moved.keys() | ended.keys():
        yield _order(
            event, assignment_id, ordered.get(assignment_id), moved.get(assignment_id), ended.get(assignment_id)
        )


def _order(
    event: Event[ProcedureAdvanced | RoutineAdvanced],
    assignment_id: UUID,
    order: Assignment | None,
    deadline: Deadline | None,
    ended: str | None,
) -> OrderRow:
    presumed = order.presumed if order is not None else deadline.presumed if deadline is not None else None
    return OrderRow(
        assignment_id,
        event.subject,
        event.organisation_id,
        deadline.due_at if deadline is not None else None,
        presumed,
        deadline.provisional if deadline is not None else None,
        ended,
        *((order.name, order.owner_name, order.clause, order.source) if order is not None else (None,) * 4),
    )


def _answer(event: Event[AnswerChanged]) -> Iterator[AnswerRow]:
    data = event.data
    if data.answer_id is not None and data.state is not None:
        yield AnswerRow(
            data.answer_id,
            event.subject,
            event.organisation_id,
            data.version,
            data.state,
            data.channel,
            data.title,
            data.step,
            data.steps,
            data.url,
            data.at,
        )


def _release(event: Event[AnswerChanged]) -> Iterator[ReleaseRow]:
    data = event.data
    answered = {"released": True, "withdrawn": False}.get(data.change)
    late = True if data.change == "overdue" else None
    if data.assignment_id is not None and (answered is not None or late is not None):
        yield ReleaseRow(data.assignment_id, event.subject, event.organisation_id, answered, late)
