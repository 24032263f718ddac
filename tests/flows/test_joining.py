"""Two matters that turn out to be one, through all services: tasks, late acts, answers, undoing, splitting, opening again."""

from typing import Any

from tests.builders.office import Office
from tests.builders.shelf import activate, load, staffed, text_of
from tests.builders.texts import complaint

REOPENING = ("joining: {window: 168 h}", "joining: {window: 168 h, after_closing: reopen, reopen_within: 30 days}")
LIVE = {"open", "claimed"}


async def two(office: Office) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two complaints in other words, an hour apart: the later one first."""
    other = await office.complain("anhui", *complaint(1))
    office.product.office.move(hours=1)
    survivor = await office.complain("anhui", *complaint(2))
    await office.product.drain()
    assert survivor["incident_id"] != other["incident_id"]
    return survivor, other


async def live(office: Office, incident: str) -> dict[str, dict[str, Any]]:
    """What is still owed, by key."""
    return {key: task for key, task in (await office.tasks("anhui", incident)).items() if task["state"] in LIVE}


async def merge(office: Office, survivor: str, other: str) -> str:
    body = {"other": other, "reason": "同一件事"}
    move = await office.staff("anhui", "office", "POST", f"intake:/v1/incidents/{survivor}/merge", json=body)
    await office.product.drain()
    found: str = move["move_id"]
    return found


async def undo(office: Office, move: str) -> None:
    await office.staff("anhui", "office", "POST", f"intake:/v1/moves/{move}/undo", json={"reason": "并错了"})
    await office.product.drain()


async def none_is_lost(office: Office, survivor: str, owed: dict[str, dict[str, Any]]) -> None:
    """Each duty that the absorbed one owed is owed by the survivor no later, or was done there, or its rulebook does not ask it."""
    kept = await office.tasks("anhui", survivor)
    found = await office.staff("anhui", "office", "GET", f"grading:/v1/incidents/{survivor}/deadlines")
    asked = {each["key"] for each in found["deadlines"]}
    for key, task in owed.items():
        if key not in asked:
            continue
        assert kept[key]["state"] in {*LIVE, "done"}, key
        if kept[key]["state"] in LIVE and task["due_at"] is not None:
            assert kept[key]["due_at"] <= task["due_at"], key
    assert asked & owed.keys()


async def test_the_absorbed_ones_tasks_end_as_duplicates_and_none_is_lost(office: Office) -> None:
    survivor, other = [each["incident_id"] for each in await two(office)]
    owed = await live(office, other)
    before = await live(office, survivor)
    await merge(office, survivor, other)
    gone, kept = await office.tasks("anhui", other), await office.tasks("anhui", survivor)
    assert {task["state"] for task in gone.values()} == {"withdrawn"}
    assert {key: task["duplicate_of"] for key, task in gone.items()} == {
        key: kept[key]["id"] if key in kept else None for key in gone
    }
    await none_is_lost(office, survivor, owed)
    assert kept["report_to_leaders"]["due_at"] == owed["report_to_leaders"]["due_at"]
    assert kept["report_to_leaders"]["due_at"] < before["report_to_leaders"]["due_at"]
    grading = await office.staff("anhui", "office", "GET", f"grading:/v1/gradings/{other}")
    assert (grading["phase"], grading["merged_into"]) == ("merged", survivor)


async def test_acts_on_the_absorbed_one_are_refused_naming_the_survivor(office: Office) -> None:
    survivor, other = [each["incident_id"] for each in await two(office)]
    task = (await live(office, other))["report_to_leaders"]
    await merge(office, survivor, other)
    flag = {"flag": "sensitive", "on": True, "reason": "r"}
    refused = await office.staff(
        "anhui", "office", "POST", f"grading:/v1/incidents/{other}/flags", json=flag, expect=409
    )
    assert refused["merged_into"] == survivor
    for act, body in (("claim", {}), ("complete", {"hand_in": {"处理意见建议": "x"}})):
        path = f"tasks:/v1/tasks/{task['id']}/{act}"
        refused = await office.staff("anhui", "office", "POST", path, json=body, expect=409)
        assert refused["present"]["merged_into"] == survivor
        assert survivor in refused["detail"]


async def test_what_was_done_counts_and_an_undo_brings_both_back(office: Office) -> None:
    survivor, other = [each["incident_id"] for each in await two(office)]
    task = (await live(office, other))["report_to_leaders"]
    await office.staff("anhui", "office", "POST", f"tasks:/v1/tasks/{task['id']}/claim", json={})
    body = {"hand_in": {"处理意见建议": "建议核实"}}
    await office.staff("anhui", "office", "POST", f"tasks:/v1/tasks/{task['id']}/complete", json=body)
    await office.product.drain()
    before = {each: await live(office, each) for each in (survivor, other)}
    move = await merge(office, survivor, other)
    kept = await office.tasks("anhui", survivor)
    assert kept["report_to_leaders"]["state"] == "done"
    assert (await office.tasks("anhui", other))["report_to_leaders"]["state"] == "done"
    await undo(office, move)
    for each, tasks in before.items():
        after = await live(office, each)
        if each == other:
            assert {key: task["due_at"] for key, task in after.items()} == {
                key: task["due_at"] for key, task in tasks.items()
            }
            assert all(task["duplicate_of"] is None for task in after.values())
    grading = await office.staff("anhui", "office", "GET", f"grading:/v1/gradings/{other}")
    assert (grading["phase"], grading["merged_into"]) == ("open", None)


async def test_a_released_answer_stays_and_its_citizen_sees_it(office: Office) -> None:
    """The absorbed one's citizen keeps seeing its incident's answers; drafts not yet approved go with the merge."""
    survivor, other = await two(office)
    draft = {"incident_id": other["incident_id"], "channel": "weibo", "title": "情况说明", "text": "经核实,已整改。"}
    made = await office.staff("anhui", "office", "POST", "publishing:/v1/responses", json=draft, expect=201)
    await merge(office, survivor["incident_id"], other["incident_id"])
    found = await office.staff("anhui", "office", "GET", f"publishing:/v1/responses/{made['id']}")
    assert found["state"] == "withdrawn"
    refused = await office.staff("anhui", "office", "POST", "publishing:/v1/responses", json=draft, expect=409)
    assert "并入" in refused["detail"]


async def test_a_split_opens_a_procedure_of_its_own(office: Office) -> None:
    survivor, other = [each["incident_id"] for each in await two(office)]
    await merge(office, survivor, other)
    shown = await office.staff("anhui", "office", "GET", f"intake:/v1/incidents/{survivor}/moves")
    body = {"report_ids": shown[0]["report_ids"], "reason": "另一件事"}
    move = await office.staff("anhui", "office", "POST", f"intake:/v1/incidents/{survivor}/split", json=body)
    await office.product.drain()
    taken = move["other_id"]
    assert "report_to_leaders" in await live(office, taken)
    grading = await office.staff("anhui", "office", "GET", f"grading:/v1/gradings/{taken}")
    assert grading["phase"] == "open"
    await undo(office, move["move_id"])
    owed = await office.tasks("anhui", taken)
    assert {task["state"] for task in owed.values()} == {"withdrawn"}


async def test_a_matter_that_comes_again_after_closing_is_opened_again(office: Office) -> None:
    await staffed(office, "anhui")
    made = await load(office, "anhui", text_of("anhui", REOPENING))
    await activate(office, "anhui", made["hash"])
    await office.product.drain()
    first = await office.complain("anhui", *complaint(3))
    await office.product.drain()
    incident = first["incident_id"]
    rulebook = await office.staff("anhui", "office", "GET", f"grading:/v1/rulebooks/{made['hash']}")
    closer = rulebook["canonical"]["closing"]["closed_by"][0]
    await office.staff("anhui", closer, "POST", f"grading:/v1/incidents/{incident}/close", json={"reason": "办结"})
    await office.product.drain()
    office.product.office.move(hours=5)
    again = await office.complain("anhui", *complaint(3))
    await office.product.drain()
    assert again["incident_id"] == incident
    grading = await office.staff("anhui", "office", "GET", f"grading:/v1/gradings/{incident}")
    assert grading["phase"] == "open"
    await office.staff("anhui", closer, "POST", f"grading:/v1/incidents/{incident}/close", json={"reason": "办结"})
    await office.product.drain()
    office.product.office.move(hours=31 * 24)
    late = await office.complain("anhui", *complaint(3))
    assert late["incident_id"] != incident
