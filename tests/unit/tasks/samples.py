"""Tasks to decide upon."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.tasks.domain.moves import Person
from services.tasks.domain.task import Detail, Extension, Task, TaskClock

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DUE = NOW + timedelta(hours=1)
LI = Person("li", "李同志", frozenset({"office"}))
WANG = Person("wang", "王同志", frozenset({"office"}))
LIU = Person("liu", "刘同志", frozenset({"deputy"}))
DETAIL = Detail(
    duty="report",
    phrase="1小时内",
    source="regulation",
    recurring=False,
    to=("chief",),
    jointly=(),
    hand_in=("处理意见建议",),
    chain=None,
    extension=Extension("deputy", DUE, "Art. 8"),
)
CLOCK = TaskClock(
    holder="tasks",
    anchor="discovered",
    anchor_at=NOW,
    within="1 h",
    provisional=False,
    remind_at=(NOW + timedelta(minutes=30),),
    escalate=((DUE, "deputy"), (DUE + timedelta(hours=1), "chief")),
)
OPEN = Task(
    id=UUID(int=1),
    incident_id=UUID(int=2),
    organisation_id="anhui",
    key="report",
    kind="report",
    name="报告",
    desk="tasks",
    owner="office",
    owner_name="局办公室",
    clause="Art. 8",
    presumed=False,
    state="open",
    version=1,
    holder=None,
    held_at=None,
    due_at=DUE,
    overdue=False,
    done_at=None,
    reminded_at=None,
    escalated=0,
    reason=None,
    detail=DETAIL,
    clock=CLOCK,
)


def task(**changes: Any) -> Task:
    """An open report with some members replaced."""
    return replace(OPEN, **changes)


def held(by: str = "li", **changes: Any) -> Task:
    """The same, claimed."""
    return task(state="claimed", holder=by, held_at=NOW, version=2, **changes)
