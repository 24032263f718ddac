"""What the other services say, in as few words as a test needs."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from shared.contracts.grading import Assignment, Deadline, ProcedureAdvanced
from shared.contracts.intake import IncidentReported, Spread
from shared.contracts.publishing import AnswerChanged
from shared.contracts.tasks import TaskChanged
from shared.ids import new_id
from tests.services.console.world import START

INCIDENT, TASK, DUTY, ANSWER = (new_id() for _ in range(4))


def reported(title: str = "路灯不亮") -> IncidentReported:
    return IncidentReported(
        report_id=new_id(),
        kind="complaint",
        source="portal",
        title=title,
        region="城关",
        occurred_at=START,
        occurred_assumed=False,
        discovered_at=START,
        spread=Spread(reads=7),
    )


def order(assignment_id: UUID = TASK, name: str = "一小时内报告", **more: Any) -> Assignment:
    given = {"id": assignment_id, "key": "report", "duty": "report", "name": name, "kind": "report", "desk": "tasks"}
    given |= {"owner": "office", "owner_name": "办公室", "clause": "第五条", "phrase": "", "source": "regulation"}
    return Assignment.model_validate(given | more)


def deadline(assignment_id: UUID = TASK, minutes: int = 60, **more: Any) -> Deadline:
    due = START + timedelta(minutes=minutes)
    return Deadline.model_validate(
        {
            "assignment_id": assignment_id,
            "holder": "tasks",
            "anchor": "discovered",
            "anchor_at": START,
            "within": "1 h",
            "due_at": due,
        }
        | more
    )


def advanced(version: int = 1, **more: Any) -> ProcedureAdvanced:
    given = {
        "version": version,
        "rulebook": "r",
        "rulebook_hash": "h",
        "phase": "open",
        "title": "路灯不亮",
        "cause": "x",
    }
    return ProcedureAdvanced.model_validate(given | more)


def task(change: str, state: str, version: int, assignment_id: UUID = TASK, **more: Any) -> TaskChanged:
    given = {"assignment_id": assignment_id, "key": "report", "duty": "report", "kind": "report", "change": change}
    given |= {"state": state, "version": version, "at": START, "by": "wang"}
    return TaskChanged.model_validate(given | more)


def answer(change: str, state: str | None, version: int, **more: Any) -> AnswerChanged:
    given = {"answer_id": ANSWER, "assignment_id": DUTY, "change": change, "state": state, "version": version}
    given |= {"channel": "weibo", "at": START, "by": "li"}
    return AnswerChanged.model_validate(given | more)
