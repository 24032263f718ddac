"""A regulation changes while the product runs: loaded, looked at, brought into force, and running incidents moved one by one."""

import asyncio
from typing import Any

import pytest

from shared.contracts.directory import OrganisationChanged, organisation_subject
from shared.contracts.envelope import NewEvent
from shared.ids import new_id
from tests.builders.office import Office
from tests.builders.shelf import activate, load, said, staffed, text_of
from tests.builders.texts import complaint

STRICTER = ("within: 1 h}\n    hand_in: [处理意见建议]", "within: 30 min}\n    hand_in: [处理意见建议]")
LAXER = ("within: 1 h}\n    hand_in: [处理意见建议]", "within: 3 h}\n    hand_in: [处理意见建议]")


async def kept(office: Office, seed: int = 1) -> str:
    """The id of an incident that a complaint made; another seed, another matter."""
    found = await office.complain("anhui", *complaint(seed))
    await office.product.drain()
    incident: str = found["incident_id"]
    return incident


async def due(office: Office, incident: str, key: str = "report_to_leaders") -> str:
    """When a task is due, UTC."""
    found: str = (await office.tasks("anhui", incident))[key]["due_at"]
    return found


async def deadlines(office: Office, incident: str) -> dict[str, dict[str, Any]]:
    """The explained deadlines by key."""
    found = await office.staff("anhui", "office", "GET", f"grading:/v1/incidents/{incident}/deadlines")
    return {each["key"]: each for each in found["deadlines"]}


async def test_a_new_rulebook_is_for_new_incidents_and_running_ones_stay(office: Office) -> None:
    await staffed(office, "anhui")
    before = await kept(office)
    made = await load(office, "anhui", text_of("anhui", STRICTER))
    assert (made["new"], made["rulebook"]) == (True, "anhui-medical-security-2021")
    again = await load(office, "anhui", text_of("anhui", STRICTER), expect=200)
    assert (again["new"], again["hash"]) == (False, made["hash"])
    act = await activate(office, "anhui", made["hash"])
    await office.product.drain()
    after = await kept(office, 2)
    assert (await due(office, before)).startswith("2026-11-16T02:30")
    assert (await due(office, after)).startswith("2026-11-16T02:00")
    shelf = await office.staff("anhui", "office", "GET", "grading:/v1/rulebooks")
    assert shelf["in_force"]["hash"] == made["hash"]
    (newest, named) = shelf["activations"]
    assert (newest["activated_by"], newest["reason"], newest["previous"]) == (
        "anhui.admin",
        "新办法施行",
        named["hash"],
    )
    assert named["activated_by"] is None
    in_force = {item["hash"]: item for item in shelf["items"] if item["in_force_since"]}
    assert list(in_force) == [made["hash"]]
    told = (await said(office, "rulebook.activated.v1", str(organisation_subject("anhui"))))[-1]
    assert (told["by"], told["reason"], told["previous"]) == ("anhui.admin", "activated", named["hash"])
    assert told["act"] == act["act"]
    assert "新办法施行" not in str(told)


async def test_whose_naming_stays_the_same_keeps_what_was_activated(office: Office) -> None:
    await staffed(office, "anhui")
    made = await load(office, "anhui", text_of("anhui", STRICTER))
    await activate(office, "anhui", made["hash"])
    await rename(office, "新名称", "anhui-medical-security-2021")
    shelf = await office.staff("anhui", "office", "GET", "grading:/v1/rulebooks")
    assert shelf["in_force"]["hash"] == made["hash"]
    await rename(office, "新名称", "xuancheng-2015")
    shelf = await office.staff("anhui", "office", "GET", "grading:/v1/rulebooks")
    assert shelf["in_force"]["rulebook"] == "xuancheng-2015"


async def rename(office: Office, name: str, rulebook: str) -> None:
    """The directory tells of the organisation once more."""
    from_directory = office.product.running("console").parts
    payload = OrganisationChanged(name=name, rulebook=rulebook)
    event = NewEvent(new_id(), "anhui", organisation_subject("anhui"), from_directory.system.now(), payload)
    async with from_directory.ledger.transaction() as tx:
        await from_directory.journal.append(tx, [event])
    await office.product.drain()


async def test_what_nobody_could_work_under_is_refused(office: Office) -> None:
    made = await load(office, "anhui", text_of("anhui", STRICTER))
    await office.login("anhui", "office")
    await office.product.drain()
    refused = await activate(office, "anhui", made["hash"], expect=422)
    assert any("'chief'" in each["what"] for each in refused["errors"])
    assert not any("'office'" in each["what"] for each in refused["errors"])
    shelf = await office.staff("anhui", "office", "GET", "grading:/v1/rulebooks")
    assert shelf["in_force"]["hash"] != made["hash"]
    await staffed(office, "anhui")
    await activate(office, "anhui", made["hash"])
    await activate(office, "anhui", made["hash"], expect=409)
    await activate(office, "anhui", "0" * 64, expect=404)


async def test_every_fault_is_told_with_its_line_and_nothing_is_kept(office: Office) -> None:
    text = text_of(
        "anhui", ("owner: office\n    to: [chief, deputy_in_charge]", "owner: nobody\n    to: [nobodies]"), STRICTER
    )
    refused = await load(office, "anhui", text, expect=422)
    lines = text.splitlines()
    assert {lines[each["line"] - 1].strip() for each in refused["errors"]} >= {"owner: nobody", "to: [nobodies]"}
    assert all(each["where"] for each in refused["errors"])
    for bad in ("a: [", "xuancheng-2015", "a: &a [*a]", "\tid: x"):
        assert (await load(office, "anhui", bad, expect=422))["errors"][0]["line"] >= 1
    await load(office, "anhui", "x" * (2 << 20), expect=413)
    shelf = await office.staff("anhui", "admin", "GET", "grading:/v1/rulebooks")
    assert all(item["shipped"] for item in shelf["items"])


async def test_loading_and_activating_are_the_administrators(office: Office) -> None:
    await staffed(office, "anhui")
    made = await load(office, "anhui", text_of("anhui", STRICTER))
    body = {"text": text_of("anhui", STRICTER)}
    await office.staff("anhui", "chief", "POST", "grading:/v1/rulebooks", json=body, expect=403)
    await office.staff("anhui", "admin", "POST", "grading:/v1/rulebooks", json=body, expect=200)
    path = f"grading:/v1/rulebooks/{made['hash']}"
    await office.staff("anhui", "chief", "POST", f"{path}/activate", json={"reason": "x"}, expect=403)
    await office.staff("yichun", "admin", "GET", path, expect=404)
    await office.staff("yichun", "admin", "POST", f"{path}/activate", json={"reason": "x"}, expect=404)
    one = await office.staff("anhui", "office", "GET", path)
    assert one["canonical"]["id"] == "anhui-medical-security-2021"
    assert one["source"].startswith("#")


async def test_the_original_stands_beside_the_rulebook(office: Office) -> None:
    shelf = await office.staff("anhui", "admin", "GET", "grading:/v1/rulebooks")
    path = f"/v1/rulebooks/{shelf['in_force']['hash']}/original"
    await office.staff("anhui", "admin", "GET", f"grading:{path}", expect=404)
    headers = await office.product.as_(await office.login("anhui", "admin"))
    url = f"{office.product.urls['grading']}{path}"
    plain = {**headers, "content-type": "text/plain"}
    assert (await office.product.http.put(url, content="第一条 …".encode("gbk"), headers=plain)).status_code == 422
    assert (await office.product.http.put(url, content="第一条 …".encode(), headers=plain)).status_code == 204
    assert (await office.product.http.get(url, headers=headers)).text == "第一条 …"
    await office.staff("yichun", "admin", "GET", f"grading:{path}", expect=404)


async def test_of_two_at_once_the_last_holds_and_both_are_told(office: Office) -> None:
    await staffed(office, "anhui")
    drafts = [await load(office, "anhui", text_of("anhui", change)) for change in (STRICTER, LAXER)]
    headers = await office.product.as_(await office.login("anhui", "admin"))

    async def insist(rulebook_hash: str) -> None:
        url = f"{office.product.urls['grading']}/v1/rulebooks/{rulebook_hash}/activate"
        while (
            answer := await office.product.http.post(url, json={"reason": "同时"}, headers=headers)
        ).status_code != 200:
            assert answer.headers["retry-after"], answer.text  # on a busy machine one may wait too long for the other

    await asyncio.gather(*(insist(each["hash"]) for each in drafts))
    await office.product.drain()
    told = await said(office, "rulebook.activated.v1", str(organisation_subject("anhui")))
    assert {each["rulebook_hash"] for each in told[-2:]} == {each["hash"] for each in drafts}
    assert told[-1]["previous"] == told[-2]["rulebook_hash"]
    shelf = await office.staff("anhui", "office", "GET", "grading:/v1/rulebooks")
    assert shelf["in_force"]["hash"] == told[-1]["rulebook_hash"]


@pytest.mark.parametrize(("change", "moved_to"), [(STRICTER, "02:00"), (LAXER, "04:30")])
async def test_a_running_incident_is_moved_by_somebody_for_a_reason(
    office: Office, change: tuple[str, str], moved_to: str
) -> None:
    await staffed(office, "anhui")
    incident = await kept(office)
    made = await load(office, "anhui", text_of("anhui", change))
    seen = await office.staff("anhui", "office", "POST", f"grading:/v1/rulebooks/{made['hash']}/impact", json={})
    (row,) = seen["incidents"]
    (shift,) = [each for each in row["moved"] if each["key"] == "report_to_leaders"]
    assert (shift["from"][11:16], shift["gives_time"]) == ("10:30", moved_to == "04:30")
    assert (await due(office, incident)).startswith("2026-11-16T02:30")
    path = f"grading:/v1/incidents/{incident}/rulebook"
    body = {"hash": made["hash"], "reason": "新办法要求在办事项一并适用"}
    await office.staff("anhui", "office", "POST", path, json=body, expect=409)
    await activate(office, "anhui", made["hash"])
    await office.staff("anhui", "department", "POST", path, json=body, expect=403)
    await office.staff("anhui", "office", "POST", path, json={**body, "version": 99}, expect=409)
    standing = await office.staff("anhui", "office", "POST", path, json=body)
    await office.staff("anhui", "office", "POST", path, json=body, expect=409)
    await office.product.drain()
    assert (await due(office, incident)).startswith(f"2026-11-16T{moved_to}")
    explained = (await deadlines(office, incident))["report_to_leaders"]
    assert explained["rulebook"]["hash"] == made["hash"]
    (move,) = explained["moves"]
    assert move["from"].startswith("2026-11-16T10:30")
    assert "新办法要求在办事项一并适用" in move["reason"]
    told = (await said(office, "procedure.advanced.v1", incident))[-1]
    assert (told["cause"], told["by"], told["version"]) == ("relocated", "anhui.office", standing["version"])
    assert "新办法要求" not in str(told)
    acts = await office.staff("anhui", "office", "GET", f"grading:/v1/incidents/{incident}/acts")
    (act,) = [each for each in acts["acts"] if each["id"] == told["act"]]
    assert (act["by"], act["why"]) == ("anhui.office", body["reason"])
    assert act["what"]["to"] == made["hash"]


async def test_done_work_is_kept_and_a_level_that_is_none_any_longer_is_decided_anew(office: Office) -> None:
    await staffed(office, "anhui")
    incident = await kept(office)
    grade = f"grading:/v1/gradings/{incident}/approve"
    await office.staff("anhui", "deputy_in_charge", "POST", grade, json={"level": "II", "reason": "可能升级"})
    await office.product.drain()
    tasks = await office.tasks("anhui", incident)
    done = tasks["report_to_leaders"]["id"]
    hand_in = {"hand_in": {"处理意见建议": "建议核实。"}}
    await office.staff("anhui", "office", "POST", f"tasks:/v1/tasks/{done}/complete", json=hand_in)
    await office.product.drain()
    renamed = text_of("anhui", STRICTER)
    for old, new in (("{id: II,", "{id: medium,"), ("level: II\n", "level: medium\n"), ("[II]", "[medium]")):
        renamed = renamed.replace(old, new)
    renamed = (
        renamed.replace("[II, I]", "[medium, I]").replace("[III, II]", "[III, medium]").replace(" II:", " medium:")
    )
    made = await load(office, "anhui", renamed)
    await activate(office, "anhui", made["hash"])
    body = {"hash": made["hash"], "reason": "适用新办法"}
    standing = await office.staff("anhui", "office", "POST", f"grading:/v1/incidents/{incident}/rulebook", json=body)
    assert (standing["state"], standing["level"]) == ("proposed", "I")
    await office.product.drain()
    tasks = await office.tasks("anhui", incident)
    assert tasks["report_to_leaders"]["state"] == "done"
    assert tasks["approve_grade"]["state"] == "done"
    assert tasks["approve_grade#2"]["state"] == "open"
    assert tasks["first_release"]["presumed"] is True
    grading = await office.staff("anhui", "office", "GET", f"grading:/v1/gradings/{incident}")
    assert (grading["waiting"], grading["reasons"][0]["rule"]) == (True, "unknown_level")
    again = {"level": "medium", "reason": "同前"}
    await office.staff("anhui", "deputy_in_charge", "POST", grade, json=again)
    await office.product.drain()
    tasks = await office.tasks("anhui", incident)
    assert tasks["approve_grade#2"]["state"] == "done"
    assert tasks["first_release"]["state"] == "withdrawn"


async def test_a_rulebook_comes_into_force_over_the_layers_chosen(office: Office) -> None:
    await staffed(office, "anhui")
    shelf = await office.staff("anhui", "admin", "GET", "grading:/v1/rulebooks")
    base = shelf["in_force"]["hash"]
    await activate(office, "anhui", base, layers=["no-such-layer"], expect=422)
    layered = await activate(office, "anhui", base, layers=["state-council-2016"])
    assert (layered["base_hash"], layered["layers"]) == (base, ["state-council-2016"])
    assert layered["hash"] != base
    await office.product.drain()
    incident = await kept(office)
    found = await deadlines(office, incident)
    assert any(key.startswith("state-council-2016") for key in found) or any(each["bounds"] for each in found.values())
    assert {each["rulebook"]["hash"] for each in found.values()} == {layered["hash"]}
    shelf = await office.staff("anhui", "admin", "GET", "grading:/v1/rulebooks")
    assert shelf["in_force"]["layers"] == ["state-council-2016"]
    assert [item["hash"] for item in shelf["items"] if item["in_force_since"]] == [base]
    one = await office.staff("anhui", "admin", "GET", f"grading:/v1/rulebooks/{layered['hash']}")
    assert (one["base_hash"], one["layers"]) == (base, ["state-council-2016"])
    plain = await activate(office, "anhui", layered["hash"], layers=[])
    assert (plain["hash"], plain["layers"]) == (base, [])
    path = f"grading:/v1/incidents/{incident}/rulebook"
    await office.staff("anhui", "admin", "POST", path, json={"hash": base, "reason": "不再适用上位办法"})
    await office.product.drain()
    assert {each["rulebook"]["hash"] for each in (await deadlines(office, incident)).values()} == {base}
