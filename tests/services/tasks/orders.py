"""Orders as grading sends them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from shared.contracts.grading import Assignment, Deadline, Discharged, ProcedureAdvanced, Withdrawn
from shared.ids import new_id
from tests.services.tasks.conftest import START, World

DUE = START + timedelta(hours=1)


def assignment_id(incident: UUID, key: str) -> UUID:
    """As grading makes it."""
    return uuid5(incident, key)


def owe(incident: UUID, key: str = "report", **changes: Any) -> Assignment:
    """A report that the office owes; `changes` replace members."""
    members: dict[str, Any] = {
        "id": assignment_id(incident, key),
        "key": key,
        "duty": key,
        "name": "报告并提出处理意见建议",
        "kind": "report",
        "desk": "tasks",
        "owner": "office",
        "owner_name": "局办公室",
        "to": ["chief"],
        "clause": "Art. 8",
        "phrase": "1小时内",
        "source": "regulation",
        "hand_in": ["处理意见建议"],
    }
    return Assignment.model_validate(members | changes)


def by(incident: UUID, key: str = "report", due_at: datetime = DUE, **changes: Any) -> Deadline:
    """Due an hour after the start, reminded at half time, up to the chief when late."""
    members: dict[str, Any] = {
        "assignment_id": assignment_id(incident, key),
        "holder": "tasks",
        "anchor": "discovered",
        "anchor_at": START,
        "within": "1 h",
        "due_at": due_at,
        "remind_at": [due_at - timedelta(minutes=30)],
        "escalate": [(due_at, "deputy"), (due_at + timedelta(hours=1), "chief")],
    }
    return Deadline.model_validate(members | changes)


def advanced(
    assignments: Sequence[Assignment] = (),
    deadlines: Sequence[Deadline] = (),
    withdrawn: Sequence[Withdrawn] = (),
    discharged: Sequence[Discharged] = (),
    version: int = 1,
    phase: Any = "open",
) -> ProcedureAdvanced:
    """One decision."""
    return ProcedureAdvanced(
        version=version,
        rulebook="anhui-medical-security-2021",
        rulebook_hash="0" * 64,
        phase=phase,
        title="某市医保报销问题",
        assignments=list(assignments),
        deadlines=list(deadlines),
        withdrawn=list(withdrawn),
        discharged=list(discharged),
        cause="incident.reported",
    )


async def make(world: World, **changes: Any) -> UUID:
    """The id of one report, ordered and due as `by` says, with `changes` to its assignment."""
    incident = new_id()
    await world.hear("grading", advanced([owe(incident, **changes)], [by(incident)]), incident)
    return assignment_id(incident, "report")
