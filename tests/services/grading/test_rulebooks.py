"""Rulebooks in the running service: who must be there, what was named when, what a preview writes, and two at once."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from services.grading.rulebook import load_rulebook, shipped
from shared.contracts.directory import AccountChanged, organisation_subject
from shared.contracts.grading import ProcedureAdvanced, RulebookActivated
from tests.builders.databases import TestDatabase
from tests.services.grading.world import World, open_world

TEXT = shipped()["xuancheng-2015"].read_text(encoding="utf-8")
DRAFT = TEXT.replace('\nversion: "', '\nversion: "new-', 1).replace("within: 2 h}", "within: 1 h}", 1)
PLAIN = {"content-type": "text/plain; charset=utf-8"}


async def load(world: World, text: str = DRAFT, expect: int = 201) -> dict[str, Any]:
    found: dict[str, Any] = await world.call(
        "POST", "/v1/rulebooks", "admin", content=text.encode(), headers=PLAIN, expect=expect
    )
    return found


async def hire(world: World, *roles: str, login: str = "all", state: Literal["active", "disabled"] = "active") -> None:
    """An account with these posts."""
    account = AccountChanged(login=login, display_name="某同志", roles=list(roles), state=state)
    await world.tell("directory", (organisation_subject("xuancheng"), account))


def posts() -> list[str]:
    return [role.id for role in load_rulebook("xuancheng-2015").roles.values() if not role.external]


async def activate(world: World, rulebook_hash: str, expect: int = 200) -> Any:
    path = f"/v1/rulebooks/{rulebook_hash}/activate"
    return await world.call("POST", path, "admin", json={"reason": "新办法"}, expect=expect)


async def test_a_post_whose_only_holder_was_shut_out_is_held_by_nobody(world: World) -> None:
    made = await load(world)
    await hire(world, *(post for post in posts() if post != "information_office"))
    await hire(world, "information_office", login="one")
    await hire(world, "information_office", login="one", state="disabled")
    refused = await activate(world, made["hash"], expect=422)
    assert refused["errors"]
    assert all("'information_office'" in each["what"] for each in refused["errors"])
    await hire(world, "information_office", login="two")
    await activate(world, made["hash"])
    assert (await world.told(RulebookActivated))[-1].by == "xuancheng.admin"


async def test_a_naming_heard_again_from_before_activates_nothing(world: World) -> None:
    """As after an update, when grading reads the directory's journal from its beginning."""
    await world.rows(
        "UPDATE grading.organisations SET named_at = $1 RETURNING 1", world.office.now() + timedelta(days=1)
    )
    await world.found("xuancheng", "anhui-medical-security-2021")
    assert len(await world.told(RulebookActivated)) == 1
    world.office.move(days=2)
    await world.found("xuancheng", "anhui-medical-security-2021")
    assert [each.rulebook for each in await world.told(RulebookActivated)][1:] == ["anhui-medical-security-2021"]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            "due: {from: discovered, from_source: operator, within: 2 h}",
            "due: {from: tomorrow, within: 2 h}",
            "from: tomorrow",
        ),
        ("within: 2 h}", "within: 10000 days}", "10000 days"),
        ("within: 2 h}", "within: 0 min}", "0 min"),
        ("title: ", "title: x\ntitle: ", "title: "),
        ("\nroles:", "\n\troles:", "\troles:"),
    ],
)
async def test_what_cannot_run_is_refused_with_its_line(world: World, old: str, new: str, line: str) -> None:
    text = TEXT.replace(old, new, 1)
    refused = await load(world, text, expect=422)
    assert any(line in text.splitlines()[each["line"] - 1] for each in refused["errors"]), refused["errors"]
    assert await world.rows("SELECT 1 FROM grading.own_rulebooks") == []


async def test_what_is_no_rulebook_is_told_so(world: World) -> None:
    await world.call("POST", "/v1/rulebooks", "admin", content=b"\xff\xfe", headers=PLAIN, expect=422)
    await world.call("POST", "/v1/rulebooks", "admin", content=b" ", headers=PLAIN, expect=422)
    await world.call("POST", "/v1/rulebooks", "admin", content=b"x" * 10_000_000, headers=PLAIN, expect=413)
    await world.call("POST", "/v1/rulebooks", "admin", json={"text": ""}, expect=422)
    binary = {"content-type": "application/octet-stream"}
    await world.call("POST", "/v1/rulebooks", "admin", content=b"x", headers=binary, expect=415)


async def test_a_preview_writes_nothing(world: World) -> None:
    incidents = await world.report(count=3)
    made = await load(world)
    before = await world.rows("SELECT * FROM grading.procedures ORDER BY incident_id")
    path = f"/v1/rulebooks/{made['hash']}/impact"
    all_of_them = await world.call("POST", path, "department", json={})
    assert [row["incident_id"] for row in all_of_them["incidents"]] == [str(each) for each in incidents]
    some = await world.call("POST", path, "department", json={"incidents": [str(incidents[1])]})
    assert [row["incident_id"] for row in some["incidents"]] == [str(incidents[1])]
    moved = {each["key"]: each["gives_time"] for each in some["incidents"][0]["moved"]}
    assert moved.get("report_with_proposal") is False
    assert await world.rows("SELECT * FROM grading.procedures ORDER BY incident_id") == before
    assert len(await world.told(ProcedureAdvanced)) == 3


async def test_two_who_move_the_same_incident_move_it_once(
    world: World, database: TestDatabase, tmp_path: Path
) -> None:
    (incident,) = await world.report()
    made = await load(world)
    await hire(world, *posts())
    await activate(world, made["hash"])
    async with open_world(database.url("grading"), tmp_path) as other:
        body = {"hash": made["hash"], "reason": "适用新办法"}
        path = f"/v1/incidents/{incident}/rulebook"
        done = await asyncio.gather(
            *(each.call("POST", path, "admin", json=body) for each in (world, other)), return_exceptions=True
        )
    refused = [each for each in done if isinstance(each, AssertionError)]
    assert len(refused) == 1
    assert "409" in str(refused[0])
    assert [each.cause for each in await world.told(ProcedureAdvanced)] == ["reported", "relocated"]


async def test_a_rulebook_in_force_survives_a_new_process(world: World, database: TestDatabase, tmp_path: Path) -> None:
    made = await load(world)
    await hire(world, *posts())
    await activate(world, made["hash"])
    (incident,) = await world.report()
    async with open_world(database.url("grading"), tmp_path) as other:
        found = await other.call("GET", f"/v1/incidents/{incident}/deadlines", "department")
        assert {each["rulebook"]["hash"] for each in found["deadlines"]} == {made["hash"]}
        one = await other.call("GET", f"/v1/rulebooks/{made['hash']}", "department")
        assert one["source"] == DRAFT
