"""More time: asked within its window, granted or refused by the post named, computed by grading, explained."""

from datetime import datetime
from typing import Any

from tests.builders.office import Office
from tests.builders.shelf import said
from tests.builders.texts import complaint

ASK = {"within": "5 working days", "reason": "需赴外地取证"}


async def investigating(office: Office) -> tuple[str, dict[str, Any]]:
    """An incident in Xuancheng whose investigation has begun, and that task: 5 working days from the claim."""
    found = await office.complain("xuancheng", *complaint(11))
    await office.product.drain()
    incident: str = found["incident_id"]
    claim = (await tasks(office, incident))["claim"]
    await office.staff("xuancheng", "department", "POST", f"tasks:/v1/tasks/{claim['id']}/claim")
    await office.product.drain()
    return incident, (await tasks(office, incident))["investigate"]


async def tasks(office: Office, incident: str) -> dict[str, dict[str, Any]]:
    """By key."""
    return await office.tasks("xuancheng", incident, "information_office")


async def test_more_time_is_granted_by_the_post_named_and_explained(office: Office) -> None:
    incident, task = await investigating(office)
    assert task["due_at"].startswith("2026-11-23T09:30")
    place = f"tasks:/v1/tasks/{task['id']}/extension-requests"
    await office.staff("xuancheng", "information_office", "POST", place, json=ASK, expect=403)
    asked = await office.staff("xuancheng", "department", "POST", place, json=ASK, expect=201)
    await office.staff("xuancheng", "department", "POST", place, json=ASK, expect=409)
    decide = f"{place}/{asked['request_id']}"
    await office.staff("xuancheng", "department_chief", "POST", f"{decide}/grant", expect=403)
    word = {"reason": "情况复杂,同意"}
    await office.staff("xuancheng", "information_office", "POST", f"{decide}/grant", json=word)
    await office.product.drain()
    assert (await tasks(office, incident))["investigate"]["due_at"].startswith("2026-11-30T09:30")
    found = await office.staff("xuancheng", "department", "GET", f"grading:/v1/incidents/{incident}/deadlines")
    (why,) = [each for each in found["deadlines"] if each["key"] == "investigate"]
    assert why["extended_from"].startswith("2026-11-23T17:30")
    assert [(each["from"][:16], each["reason"]) for each in why["moves"]] == [("2026-11-23T17:30", "情况复杂,同意")]
    (act,) = why["acts"]
    assert (act["kind"], act["by"], act["what"]["within"]) == (
        "extended",
        "xuancheng.information-office",
        "5 working days",
    )
    told = (await said(office, "procedure.advanced.v1", incident))[-1]
    assert (told["cause"], told["by"], told["act"]) == (
        "task.extension_granted",
        "xuancheng.information-office",
        act["id"],
    )


async def test_a_refusal_has_a_reason_and_leaves_the_deadline(office: Office) -> None:
    incident, task = await investigating(office)
    place = f"tasks:/v1/tasks/{task['id']}/extension-requests"
    asked = await office.staff("xuancheng", "department", "POST", place, json=ASK, expect=201)
    decide = f"{place}/{asked['request_id']}/refuse"
    await office.staff("xuancheng", "information_office", "POST", decide, json={}, expect=422)
    await office.staff("xuancheng", "information_office", "POST", decide, json={"reason": "材料已齐"})
    await office.product.drain()
    after = (await tasks(office, incident))["investigate"]
    assert after["due_at"] == task["due_at"]
    shown = await office.staff("xuancheng", "department", "GET", f"tasks:/v1/tasks/{task['id']}")
    (request,) = shown["extension_requests"]
    assert (request["state"], request["decision"], request["decided_by"]) == (
        "refused",
        "材料已齐",
        "xuancheng.information-office",
    )
    again = await office.staff("xuancheng", "department", "POST", place, json=ASK, expect=201)
    assert again["request_id"] != asked["request_id"]


async def test_after_its_window_more_time_is_refused_with_the_date(office: Office) -> None:
    incident, task = await investigating(office)
    shown = await office.staff("xuancheng", "department", "GET", f"tasks:/v1/tasks/{task['id']}")
    window = datetime.fromisoformat(shown["extension"]["request_by"])
    assert shown["extension"]["approver"] == "information_office"
    assert window.isoformat().startswith("2026-11-19T09:30")
    office.product.office.set(window)
    place = f"tasks:/v1/tasks/{task['id']}/extension-requests"
    refused = await office.staff("xuancheng", "department", "POST", place, json=ASK, expect=409)
    assert "2026-11-19 17:30" in refused["detail"]
    assert "Art. 8" in refused["detail"]
    claim = (await tasks(office, incident))["claim"]["id"]
    other = f"tasks:/v1/tasks/{claim}/extension-requests"
    await office.staff("xuancheng", "department", "POST", other, json=ASK, expect=409)


async def test_a_request_made_in_time_may_be_granted_after_the_window(office: Office) -> None:
    incident, task = await investigating(office)
    place = f"tasks:/v1/tasks/{task['id']}/extension-requests"
    asked = await office.staff("xuancheng", "department", "POST", place, json=ASK, expect=201)
    office.product.office.move(days=8)
    await office.product.fire()
    assert (await tasks(office, incident))["investigate"]["overdue"] is True
    await office.staff("xuancheng", "information_office", "POST", f"{place}/{asked['request_id']}/grant")
    await office.product.drain()
    after = (await tasks(office, incident))["investigate"]
    assert (after["overdue"], after["due_at"][:16]) == (False, "2026-11-30T09:30")


async def test_a_later_time_than_now_counts_from_the_deadline_not_from_the_request(office: Office) -> None:
    incident, task = await investigating(office)
    place = f"tasks:/v1/tasks/{task['id']}/extension-requests"
    sooner = {"until": "2026-11-20T17:30:00+08:00", "reason": "x"}
    await office.staff("xuancheng", "department", "POST", place, json=sooner, expect=422)
    both = {"until": "2026-12-20T17:30:00+08:00", "within": "2 days", "reason": "x"}
    await office.staff("xuancheng", "department", "POST", place, json=both, expect=422)
    halves = {"within": "3 half days", "reason": "再补半天材料"}
    asked = await office.staff("xuancheng", "department", "POST", place, json=halves, expect=201)
    await office.staff("xuancheng", "information_office", "POST", f"{place}/{asked['request_id']}/grant")
    await office.product.drain()
    after = (await tasks(office, incident))["investigate"]
    assert after["due_at"] > task["due_at"]
