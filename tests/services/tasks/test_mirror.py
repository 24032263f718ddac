"""Publishing's duties as this board shows them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared.contracts.directory import organisation_subject
from shared.contracts.grading import RulebookActivated
from shared.contracts.publishing import AnswerChange, AnswerChanged
from shared.ids import new_id
from tests.services.tasks.conftest import World
from tests.services.tasks.orders import DUE, advanced, assignment_id, by, owe

KEY = "first_release"


def said(incident: UUID, change: AnswerChange, at: datetime) -> AnswerChanged:
    return AnswerChanged(
        answer_id=None,
        assignment_id=assignment_id(incident, KEY),
        key=KEY,
        change=change,
        state=None,
        version=1,
        channel=None,
        at=at,
        by="timer",
    )


async def order(world: World, incident: UUID) -> None:
    task = owe(incident, KEY, desk="publishing", kind="respond", hand_in=[])
    await world.hear("grading", advanced([task], [by(incident, KEY, holder="publishing")]), incident)


async def shown(world: World, incident: UUID) -> dict[str, Any]:
    (item,) = (await world.call("GET", "/v1/tasks", world.token("li", "office"), incident_id=str(incident))).json()[
        "items"
    ]
    found: dict[str, Any] = item
    return found


async def test_released_is_done_and_stops_the_escalation(world: World) -> None:
    incident = new_id()
    await order(world, incident)
    await world.hear("publishing", said(incident, "released", DUE), incident)
    assert ((await shown(world, incident))["state"], (await shown(world, incident))["overdue"]) == ("done", False)
    world.office.move(days=1)
    assert await world.tick() == 0
    assert await world.told() == []


async def test_overdue_is_shown_until_released_and_stays_late(world: World) -> None:
    incident = new_id()
    await order(world, incident)
    late = DUE + timedelta(minutes=1)
    await world.hear("publishing", said(incident, "overdue", late), incident)
    assert ((await shown(world, incident))["state"], (await shown(world, incident))["overdue"]) == ("open", True)
    await world.hear("publishing", said(incident, "released", late), incident)
    assert ((await shown(world, incident))["state"], (await shown(world, incident))["overdue"]) == ("done", True)


async def test_a_verdict_on_an_older_deadline_does_not_count(world: World) -> None:
    incident = new_id()
    await order(world, incident)
    await world.hear("publishing", said(incident, "overdue", DUE - timedelta(minutes=1)), incident)
    assert (await shown(world, incident))["overdue"] is False


async def test_publishing_may_speak_before_the_order_is_here(world: World) -> None:
    incident = new_id()
    await world.hear("publishing", said(incident, "released", DUE + timedelta(hours=1)), incident)
    who = world.token("li", "office")
    assert (await world.call("GET", "/v1/tasks", who)).json()["items"] == []
    assert (await world.call("GET", f"/v1/tasks/{assignment_id(incident, KEY)}", who)).status_code == 404
    assert (await world.call("POST", f"/v1/tasks/{assignment_id(incident, KEY)}/claim", who)).status_code == 404
    await order(world, incident)
    item = await shown(world, incident)
    assert (item["state"], item["overdue"], item["title"]) == ("done", True, "某市医保报销问题")
    world.office.move(days=1)
    await world.tick()
    assert await world.told() == []


async def test_other_changes_of_an_answer_are_no_concern(world: World) -> None:
    incident = new_id()
    await order(world, incident)
    await world.hear("publishing", said(incident, "signed", DUE), incident)
    assert (await shown(world, incident))["version"] == 1


async def test_posts_are_called_as_the_rulebook_calls_them(world: World) -> None:
    activated = RulebookActivated(
        rulebook="anhui",
        rulebook_hash="0" * 64,
        version="1",
        title="办法",
        roles={"deputy": "分管负责人", "chief": "主要负责人"},
        levels={},
        slices={},
    )
    await world.hear("grading", activated, organisation_subject("anhui"))
    incident = new_id()
    await order(world, incident)
    task = (await world.call("GET", f"/v1/tasks/{assignment_id(incident, KEY)}", world.token("li", "office"))).json()
    assert [step["role_name"] for step in task["clock"]["escalate"]] == ["分管负责人", "主要负责人"]
