"""What comes over the bus: once, in order, and in batches."""

from dataclasses import replace
from uuid import uuid4

from services.publishing.usecases.following import FollowOrders
from shared.contracts.directory import AccountChanged, organisation_subject
from shared.contracts.envelope import Event
from shared.contracts.grading import ProcedureAdvanced
from shared.db import lock_rows
from shared.ids import new_id
from tests.services.publishing.world import DUTY, ORG, T0, World, first_release, ok


def decision(version: int = 1, **orders: object) -> ProcedureAdvanced:
    """One decision of grading."""
    values = {
        "version": version,
        "rulebook": "r",
        "rulebook_hash": "h",
        "phase": "open",
        "title": "示例事项",
        "cause": "test",
    }
    return ProcedureAdvanced.model_validate(values | orders)


async def test_the_same_decision_twice_changes_nothing(world: World) -> None:
    handler = FollowOrders(world.parts.journal)
    event = Event(new_id(), ORG, uuid4(), T0, decision(2, **first_release()))
    older = replace(event, data=decision(1, withdrawn=[{"assignment_id": DUTY, "reason": "old"}]))
    for told in (event, event, older):
        async with world.parts.work.transaction() as tx:
            await lock_rows(tx, "publishing.incidents", "incident_id", [event.subject])
            await handler(tx, [told])
    (row,) = await world.rows("SELECT state, due_at FROM publishing.duties")
    assert row["state"] == "open"
    assert len(await world.rows("SELECT * FROM publishing.timers")) == 1
    assert [row["version"] for row in await world.rows("SELECT version FROM publishing.incidents")] == [2]


async def test_a_grade_is_kept_until_another_comes(world: World) -> None:
    incident = await world.advance(level="major")
    await world.advance(incident, level=None)
    assert [row["level"] for row in await world.rows("SELECT level FROM publishing.incidents")] == ["major"]


async def test_before_approval_the_proposed_level_counts(world: World) -> None:
    await world.advance(grade={"level": None, "state": "proposed", "proposal": "major"})
    assert [row["level"] for row in await world.rows("SELECT level FROM publishing.incidents")] == ["major"]


async def test_a_disabled_account_is_shut_out(world: World) -> None:
    zhou = world.staff("zhou", "publisher")
    ok(await zhou.get("/v1/responses"))
    gone = AccountChanged(login="zhou", display_name="周某", roles=["publisher"], state="disabled")
    await world.tell("directory", organisation_subject(ORG), gone)
    assert (await zhou.get("/v1/responses")).status_code == 401


async def test_a_batch_is_a_handful_of_statements(world: World) -> None:
    events = []
    for _ in range(100):
        orders = first_release()
        orders["assignments"][0]["id"] = orders["deadlines"][0]["assignment_id"] = new_id()
        events.append(Event(new_id(), ORG, new_id(), T0, decision(1, **orders)))
    async with world.parts.work.transaction() as tx:
        await FollowOrders(world.parts.journal)(tx, events)
    assert [row["n"] for row in await world.rows("SELECT count(*) AS n FROM publishing.duties")] == [100]
    assert [row["n"] for row in await world.rows("SELECT count(*) AS n FROM publishing.timers")] == [100]
