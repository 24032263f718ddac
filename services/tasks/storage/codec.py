"""The JSON text of `body` and `clock`, written straight from grading's contracts and read into the domain.

Short member names: there are eight rows an incident, and these texts are most of a row.
"""

from datetime import UTC, datetime
from typing import Any

import orjson

from services.tasks.domain.task import Bound, Detail, Extension, TaskClock
from shared.contracts.grading import Assignment, Deadline


def write_body(order: Assignment) -> str:
    """The columnless part of an assignment."""
    body: dict[str, Any] = {"duty": order.duty, "phrase": order.phrase, "source": order.source}
    if order.recurring:
        body["recurring"] = True
    for name in ("to", "jointly", "hand_in", "chain", "extension", "suspended", "target_at"):
        value = getattr(order, name)
        if value:
            body[name] = value
    if order.remind_at and order.desk == "tasks":
        body["remind_at"] = order.remind_at
    if order.also:
        body["also"] = [each.model_dump() for each in order.also]
    return orjson.dumps(body).decode()


def write_clock(deadline: Deadline) -> str:
    """A deadline without its due moment, which is a column; steps of escalation in the order of their moments."""
    clock: dict[str, Any] = {
        "holder": deadline.holder,
        "anchor": deadline.anchor,
        "anchor_at": deadline.anchor_at,
        "within": deadline.within,
    }
    if deadline.provisional:
        clock["provisional"] = True
    if deadline.remind_at and deadline.holder == "tasks":
        clock["remind_at"] = deadline.remind_at
    if deadline.escalate:
        clock["escalate"] = sorted(deadline.escalate)
    return orjson.dumps(clock).decode()


def read_body(text: str) -> Detail:
    """The detail of an assignment; a placeholder's is empty."""
    body = orjson.loads(text)
    rule, target = body.get("extension"), body.get("target_at")
    return Detail(
        duty=body.get("duty", ""),
        phrase=body.get("phrase", ""),
        source=body.get("source", ""),
        recurring=body.get("recurring", False),
        to=tuple(body.get("to", ())),
        jointly=tuple(body.get("jointly", ())),
        hand_in=tuple(body.get("hand_in", ())),
        chain=body.get("chain"),
        extension=None if rule is None else _read_extension(rule),
        suspended=body.get("suspended"),
        target_at=None if target is None else _moment(target),
        remind_at=tuple(_moment(at) for at in body.get("remind_at", ())),
        also=tuple(_read_bound(each) for each in body.get("also", ())),
    )


def _read_bound(bound: dict[str, Any]) -> Bound:
    due = bound["due_at"]
    return Bound(**{**bound, "due_at": None if due is None else _moment(due)})


def _read_extension(rule: dict[str, Any]) -> Extension:
    last = rule.get("request_by")
    return Extension(approver=rule["to"], request_by=None if last is None else _moment(last), clause=rule.get("clause"))


def read_clock(text: str | None) -> TaskClock | None:
    """The moments of a deadline, or None where the duty has none."""
    if text is None:
        return None
    clock = orjson.loads(text)
    return TaskClock(
        holder=clock["holder"],
        anchor=clock["anchor"],
        anchor_at=_moment(clock["anchor_at"]),
        within=clock["within"],
        provisional=clock.get("provisional", False),
        remind_at=tuple(_moment(at) for at in clock.get("remind_at", ())),
        escalate=tuple((_moment(at), role) for at, role in clock.get("escalate", ())),
    )


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value).astimezone(UTC)
