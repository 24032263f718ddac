"""Requests for more time, through the HTTP edge."""

from datetime import timedelta
from typing import Any

import pytest

from shared.ids import new_id
from tests.services.tasks.conftest import START, World
from tests.services.tasks.orders import DUE, advanced, assignment_id, by, make, owe

RULE = {"request_by": (START + timedelta(days=3)).isoformat(), "to": "information_office", "clause": "Art. 8"}


async def test_more_time_asked_granted_and_sent_back_by_grading(world: World) -> None:
    incident = new_id()
    task = assignment_id(incident, "report")
    await world.hear("grading", advanced([owe(incident, extension=RULE)], [by(incident)]), incident)
    li, decider = world.token("li", "office"), world.token("info", "information_office")
    path = f"/v1/tasks/{task}/extension-requests"
    asked = await world.call("POST", path, li, {"within": "5 working days", "reason": "取证需要时间", "version": 1})
    assert (asked.status_code, asked.json()["version"]) == (201, 2)
    request = asked.json()["request_id"]
    assert (await world.call("POST", path, li, {"within": "1 h", "reason": "x"})).status_code == 409
    assert (await world.call("POST", f"{path}/{request}/grant", li)).status_code == 403
    both = world.token("li", "office", "information_office")
    assert (await world.call("POST", f"{path}/{request}/grant", both)).status_code == 403
    granted = await world.call("POST", f"{path}/{request}/grant", decider)
    assert (granted.status_code, granted.json()["version"]) == (200, 3)
    assert (await world.call("POST", f"{path}/{request}/refuse", decider, {"reason": "不"})).status_code == 409
    assert (await world.call("POST", f"{path}/{new_id()}/grant", decider)).status_code == 404
    told = await world.told()
    assert [event.change for event in told] == ["extension_requested", "extension_granted"]
    assert told[1].extended_to == "5 working days"
    assert told[1].due_at == DUE  # no date is computed here
    later = DUE + timedelta(days=7)
    await world.hear(
        "grading", advanced([owe(incident, extension=RULE)], [by(incident, due_at=later)], version=2), incident
    )
    shown = (await world.call("GET", f"/v1/tasks/{task}", li)).json()
    assert shown["due_at"] == later.isoformat().replace("+00:00", "Z")
    assert shown["extension_requests"][0]["state"] == "granted"


async def test_more_time_refused_with_its_reason(world: World) -> None:
    task = await make(world, extension=RULE)
    path = f"/v1/tasks/{task}/extension-requests"
    until = (DUE + timedelta(days=2)).isoformat()
    asked = await world.call("POST", path, world.token("li", "office"), {"until": until, "reason": "取证"})
    refused = await world.call(
        "POST",
        f"{path}/{asked.json()['request_id']}/refuse",
        world.token("info", "information_office"),
        {"reason": "不"},
    )
    assert refused.status_code == 200
    assert [(e.change, e.reason) for e in await world.told()] == [
        ("extension_requested", "取证"),
        ("extension_refused", "不"),
    ]


@pytest.mark.parametrize(
    ("rule", "body", "minutes", "status"),
    [
        (None, {"within": "1 h"}, 0, 409),
        (RULE, {"within": "1 h"}, 3 * 24 * 60, 201),
        (RULE, {"within": "1 h"}, 3 * 24 * 60 + 1, 409),
        (RULE, {}, 0, 422),
        (RULE, {"within": "1 h", "until": (DUE + timedelta(days=1)).isoformat()}, 0, 422),
        (RULE, {"until": DUE.isoformat()}, 0, 422),
    ],
)
async def test_when_more_time_may_be_asked_for(
    world: World, rule: Any, body: dict[str, str], minutes: int, status: int
) -> None:
    task = await make(world, extension=rule)
    world.office.move(minutes=minutes)
    answer = await world.call(
        "POST", f"/v1/tasks/{task}/extension-requests", world.token("li", "office"), {**body, "reason": "取证"}
    )
    assert answer.status_code == status
