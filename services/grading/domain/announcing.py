"""A decision of the engine as the event that orders everything from it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from hashlib import sha256
from typing import cast
from uuid import UUID

from services.grading.domain.procedure import Procedure, Step, owed
from services.grading.rulebook import Also as Bound
from services.grading.rulebook import CompiledRulebook, Order, Reason, house_words
from services.grading.rulebook.engine.lateness import late_from
from shared.contracts.grading import (
    Also,
    Assignment,
    Deadline,
    Desk,
    Discharged,
    Grade,
    GradeReason,
    ProcedureAdvanced,
    Withdrawn,
)


def assignment_id(incident_id: UUID, key: str) -> UUID:
    """The id of an order's assignment: the same however often it is derived (a version 8 UUID, RFC 9562).

    Its upper half is the incident's, so assignments sort by time with their incidents and an index grows at its end alone;
    the lower half is a hash of incident and key.
    """
    lower = int.from_bytes(sha256(incident_id.bytes + key.encode()).digest()[:8])
    value = (incident_id.int >> 64 << 64 | lower) & ~(0xF << 76) | 0x8 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def announce(
    procedure: Procedure,
    step: Step,
    rulebook: CompiledRulebook,
    *,
    cause: str,
    at: datetime,
    by: str,
    told: Collection[str],
    reason: str | None = None,
    act: str | None = None,
) -> ProcedureAdvanced:
    """The event of one decision. `told` are the keys whose fulfilment their own desk has just told us: no need to tell it back."""
    result = step.advance
    orders = [*result.issue, *result.change]
    return ProcedureAdvanced(
        version=procedure.version,
        rulebook=rulebook.id,
        rulebook_hash=rulebook.hash,
        phase=result.phase,
        title=procedure.title,
        grade=_grade(step, by),
        assignments=[assignment(procedure.incident_id, order) for order in orders],
        deadlines=[
            deadline(procedure.incident_id, order, late) for order in orders if (late := late_from(order)) is not None
        ],
        withdrawn=[
            Withdrawn(assignment_id=assignment_id(procedure.incident_id, key), reason=house_words(reason))
            for key, reason in result.withdraw
        ],
        discharged=[
            Discharged(assignment_id=assignment_id(procedure.incident_id, key), at=result.done[key], by=by)
            for key in sorted(step.fulfilled)
            if key not in told and key in result.orders
        ],
        cause=cause,
        by=by,
        reason=reason,
        act=act,
        flags=sorted(result.flags),
    )


def announce_merged(
    procedure: Procedure, survivor: Procedure, rulebook: CompiledRulebook, *, by: str, act: str
) -> ProcedureAdvanced:
    """The event that a procedure is part of another: nothing of it is owed any longer here. `survivor` is where the chain ends."""
    return ProcedureAdvanced(
        version=procedure.version,
        rulebook=rulebook.id,
        rulebook_hash=rulebook.hash,
        phase="merged",
        title=procedure.title,
        withdrawn=[_duplicate(procedure.incident_id, key, survivor) for key in owed(procedure)],
        cause="absorbed",
        by=by,
        act=act,
        into=procedure.merged_into,
    )


def _duplicate(incident_id: UUID, key: str, survivor: Procedure) -> Withdrawn:
    gone = assignment_id(incident_id, key)
    if key not in survivor.issued:
        return Withdrawn(assignment_id=gone, reason="已并入另一事件,该事件不要求此项")
    kept = assignment_id(survivor.incident_id, key)
    return Withdrawn(assignment_id=gone, reason="已并入另一事件,由该事件的同一任务承担", duplicate_of=kept)


def _grade(step: Step, by: str) -> Grade:
    grade = step.advance.grade
    return Grade(
        level=grade.level,
        state=grade.state,
        proposal=grade.proposal,
        approvers=list(grade.approver),
        reasons=list(_reasons(grade.reasons)),
        by=by if grade.state == "approved" else None,
    )


def _reasons(reasons: Iterable[Reason]) -> Iterable[GradeReason]:
    for reason in reasons:
        yield GradeReason(
            rule=reason.rule,
            level=reason.level,
            clause=reason.clause,
            phrase=reason.phrase,
            evidence="；".join(reason.evidence),
        )


def assignment(incident_id: UUID, order: Order) -> Assignment:
    """An order as it is told; `incident_id` is the subject that it belongs to."""
    return Assignment(
        id=assignment_id(incident_id, order.key),
        key=order.key,
        duty=order.duty,
        name=order.name,
        kind=order.kind,
        desk=cast("Desk", order.desk),
        owner=order.owner,
        owner_name=order.owner_name,
        to=list(order.to),
        jointly=list(order.jointly),
        clause=order.clause,
        phrase=order.phrase,
        source="operator" if order.source == "operator" else "regulation",
        presumed=order.presumed,
        recurring=order.recurring,
        hand_in=list(order.hand_in),
        chain=order.chain,
        extension=dict(order.extension) if order.extension else None,
        suspended=order.suspended,
        target_at=order.target_at,
        remind_at=list(order.remind_at) if order.due_at is None else [],
        also=[_also(each) for each in order.also],
    )


def _also(bound: Bound) -> Also:
    return Also(
        rulebook=bound.rulebook,
        title=bound.title,
        clause=bound.clause,
        phrase=bound.phrase,
        within=bound.within,
        due_at=bound.due_at,
        decides=bound.decides,
    )


def deadline(incident_id: UUID, order: Order, due_at: datetime) -> Deadline:
    """The clock of an order that counts as late after `due_at`."""
    return Deadline(
        assignment_id=assignment_id(incident_id, order.key),
        holder=cast("Desk", order.desk),
        anchor=order.anchor,
        anchor_at=order.anchor_at,
        within=order.within,
        due_at=due_at,
        remind_at=list(order.remind_at),
        escalate=list(order.escalate),
        presumed=order.presumed,
        provisional=order.provisional,
    )
