"""The whole way of one incident: complaint, duties, grade, work, answer, release, calm, close."""

from typing import Any

from tests.builders.office import Office

TITLE = "医保报销材料被反复退回"
BODY = "我母亲上月住院的医保报销材料交了三次,窗口每次都说缺一样,问缺什么又说不清楚,请帮助核实并告知到底需要哪些材料。"
ANSWER = "经核实,相关窗口告知不清,现已整改。报销所需材料为身份证、出院小结、费用清单三项,详见本局网站。感谢监督。"


async def _kept(office: Office, organisation: str = "anhui") -> str:
    kept = await office.complain(organisation, TITLE, BODY, contact={"name": "甲", "phone": "13800138000"})
    await office.product.drain()
    incident: str = kept["incident_id"]
    return incident


async def test_duties_from_discovery_are_issued_at_once_and_presumed(office: Office) -> None:
    incident = await _kept(office)
    tasks = await office.tasks("anhui", incident)
    report = tasks["report_to_leaders"]
    assert report["due_at"].startswith("2026-11-16T02:30:00")
    assert (report["clause"], report["owner"], report["state"]) == ("Art. 8", "office", "open")
    found = await office.staff("anhui", "office", "GET", f"grading:/v1/gradings/{incident}")
    assert (found["state"], found["proposal"], found["approvers"]) == ("proposed", "III", ["deputy_in_charge"])
    assert found["reasons"][0]["clause"] == "Art. 10"


async def test_only_the_post_that_the_rulebook_names_approves(office: Office) -> None:
    incident = await _kept(office)
    path = f"grading:/v1/gradings/{incident}/approve"
    refused = await office.staff("anhui", "office", "POST", path, json={"level": "III"}, expect=403)
    assert "deputy_in_charge" in refused["detail"]
    await office.staff("anhui", "deputy_in_charge", "POST", path, json={"level": "I", "reason": "重大"}, expect=403)
    await office.staff("anhui", "deputy_in_charge", "POST", path, json={"level": "II"}, expect=422)
    await office.staff("anhui", "deputy_in_charge", "POST", path, json={"level": "IX"}, expect=422)
    standing = await office.staff("anhui", "deputy_in_charge", "POST", path, json={"level": "III"})
    assert (standing["state"], standing["level"]) == ("approved", "III")
    await office.staff("anhui", "deputy_in_charge", "POST", path, json={"level": "III"}, expect=409)
    await office.product.drain()
    tasks = await office.tasks("anhui", incident)
    assert tasks["approve_grade"]["state"] == "done"
    assert tasks["launch_plan"]["presumed"] is False


async def test_a_foreign_organisation_sees_nothing(office: Office) -> None:
    incident = await _kept(office)
    await office.staff("yichun", "news_section", "GET", f"grading:/v1/gradings/{incident}", expect=404)
    await office.staff("yichun", "news_section", "GET", f"intake:/v1/incidents/{incident}", expect=404)
    assert await office.tasks("yichun", incident, "news_section") == {}


async def _release(office: Office, organisation: str, draft: dict[str, Any], author: str) -> dict[str, Any]:
    """An answer from draft to release, with the refusals on its way; answers the release."""
    made = await office.staff(organisation, author, "POST", "publishing:/v1/responses", json=draft, expect=201)
    place = f"publishing:/v1/responses/{made['id']}"
    signed = await office.staff(organisation, author, "POST", f"{place}/submit")
    await office.staff(organisation, author, "POST", f"{place}/approve", expect=403)
    while signed["waiting_for"]:
        signed = await office.staff(organisation, signed["waiting_for"][0], "POST", f"{place}/approve")
    assert signed["state"] == "approved", signed
    pulled = await office.staff(
        organisation, "publisher", "GET", f"publishing:/v1/responses?state=approved&channel={draft['channel']}"
    )
    assert [each["id"] for each in pulled["items"]] == [made["id"]]
    await office.staff(organisation, "publisher", "POST", f"{place}/lease")
    release = {
        "channel": draft["channel"],
        "url": "https://weibo.com/1/abc",
        "content_sha256": signed["content_sha256"],
    }
    released: dict[str, Any] = await office.staff(
        organisation, "publisher", "POST", f"{place}/releases", json=release, expect=201
    )
    return released


async def test_the_whole_way(office: Office) -> None:
    kept = await office.complain("anhui", TITLE, BODY)
    incident = kept["incident_id"]
    await office.product.drain()
    await office.staff(
        "anhui", "deputy_in_charge", "POST", f"grading:/v1/gradings/{incident}/approve", json={"level": "III"}
    )
    await office.product.drain()
    tasks = await office.tasks("anhui", incident)
    report = tasks["report_to_leaders"]["id"]
    await office.staff("anhui", "department", "POST", f"tasks:/v1/tasks/{report}/claim", expect=403)
    await office.staff("anhui", "office", "POST", f"tasks:/v1/tasks/{report}/claim")
    await office.staff("anhui", "office", "POST", f"tasks:/v1/tasks/{report}/complete", json={}, expect=422)
    hand_in = {"hand_in": {"处理意见建议": "建议由相关处室核实,并在三日内答复。"}}
    done = await office.staff("anhui", "office", "POST", f"tasks:/v1/tasks/{report}/complete", json=hand_in)
    assert (done["state"], done["overdue"]) == ("done", False)
    await office.product.drain()
    after = await office.tasks("anhui", incident)
    assert "written_instructions" in " ".join(after) or len(after) > len(tasks)
    draft = {"incident_id": incident, "channel": "weibo", "text": ANSWER}
    await _release(office, "anhui", draft, "department")
    await office.product.drain()
    seen = await office.citizen("anhui", kept["receipt"])
    assert (seen["state"], seen["answers"][0]["text"], seen["answers"][0]["url"]) == (
        "answered",
        ANSWER,
        "https://weibo.com/1/abc",
    )
    assert any(task["kind"] == "follow_up" for task in (await office.tasks("anhui", incident)).values())
    turn = {"reason": "舆情平稳"}
    await office.staff("anhui", "office", "POST", f"grading:/v1/incidents/{incident}/calm", json=turn)
    closed = await office.staff("anhui", "office", "POST", f"grading:/v1/incidents/{incident}/close", json=turn)
    assert closed["phase"] == "closed"
    await office.product.drain()
    assert (await office.citizen("anhui", kept["receipt"]))["state"] == "closed"
    assert any(task["kind"] == "evaluate" for task in (await office.tasks("anhui", incident)).values())
