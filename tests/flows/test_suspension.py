"""Time that stops on a ground of the rulebook and runs again; moments proven; flags; all with who and why."""

from datetime import datetime, timedelta
from typing import Any

from tests.builders.office import Office
from tests.builders.shelf import activate, load, said, staffed, text_of
from tests.builders.texts import complaint

KEY = "report_to_leaders"
FLOOD = {"reason": "force_majeure", "text": "洪水,办公楼停电"}


async def kept(office: Office, organisation: str = "anhui") -> str:
    """The id of an incident that a complaint made."""
    found = await office.complain(organisation, *complaint(7))
    await office.product.drain()
    incident: str = found["incident_id"]
    return incident


async def act(
    office: Office, who: str, incident: str, name: str, body: dict[str, Any], organisation: str = "anhui", **more: Any
) -> Any:
    """One act on a procedure, and what follows from it."""
    path = f"grading:/v1/incidents/{incident}/{name}"
    answer = await office.staff(organisation, who, "POST", path, json=body, **more)
    await office.product.drain()
    return answer


async def explained(office: Office, incident: str, organisation: str = "anhui", who: str = "office") -> dict[str, Any]:
    """The deadlines by key."""
    found = await office.staff(organisation, who, "GET", f"grading:/v1/incidents/{incident}/deadlines")
    return {each["key"]: each for each in found["deadlines"]}


async def test_time_stops_on_a_ground_and_runs_again_with_what_was_used_up(office: Office) -> None:
    incident = await kept(office)
    office.product.office.move(minutes=20)
    await act(office, "office", incident, "suspend", FLOOD, expect=403)
    await act(office, "chief", incident, "suspend", {**FLOOD, "reason": "weather"}, expect=422)
    await act(office, "chief", incident, "suspend", {**FLOOD, "orders": ["nothing"]}, expect=422)
    await act(office, "chief", incident, "resume", {"text": "x"}, expect=409)
    await act(office, "chief", incident, "suspend", FLOOD)
    task = (await office.tasks("anhui", incident))[KEY]
    assert (task["due_at"], task["suspended"], task["overdue"]) == (None, "不可抗力", False)
    told = (await said(office, "procedure.advanced.v1", incident))[-1]
    assert (told["cause"], told["by"], told["reason"]) == ("suspended", "anhui.chief", "不可抗力")
    assert "洪水" not in str(told)
    why = (await explained(office, incident))[KEY]
    assert (why["due"], why["suspended"]) == (None, "不可抗力")
    assert [(each["by"], each["why"], each["what"]["ground"]) for each in why["acts"]] == [
        ("anhui.chief", "洪水,办公楼停电", "force_majeure")
    ]
    office.product.office.move(days=2)
    await office.product.fire()
    assert (await office.tasks("anhui", incident))[KEY]["overdue"] is False
    await act(office, "chief", incident, "suspend", FLOOD, expect=409)
    await act(office, "chief", incident, "resume", {"text": "已恢复供电"})
    task = (await office.tasks("anhui", incident))[KEY]
    left = datetime.fromisoformat(task["due_at"]) - office.product.office.now()
    assert timedelta(minutes=39) < left < timedelta(minutes=41)
    assert (await explained(office, incident))[KEY]["moves"]
    office.product.office.move(minutes=41)
    await office.product.fire()
    assert (await office.tasks("anhui", incident))[KEY]["overdue"] is True


async def test_only_the_orders_named_stand_still(office: Office) -> None:
    incident = await kept(office)
    before = await office.tasks("anhui", incident)
    await act(office, "chief", incident, "suspend", {**FLOOD, "orders": [KEY]})
    after = await office.tasks("anhui", incident)
    assert after[KEY]["suspended"] == "不可抗力"
    others = {key: task["due_at"] for key, task in before.items() if key != KEY}
    assert {key: task["due_at"] for key, task in after.items() if key != KEY} == others
    done = after[KEY]["id"]
    hand_in = {"hand_in": {"处理意见建议": "补报。"}}
    finished = await office.staff("anhui", "office", "POST", f"tasks:/v1/tasks/{done}/complete", json=hand_in)
    assert (finished["state"], finished["overdue"]) == ("done", False)


async def test_an_earlier_discovery_proven_moves_what_runs_from_it(office: Office) -> None:
    incident = await kept(office)
    now = office.product.office.now()
    report = {"name": "discovered", "at": (now - timedelta(minutes=30)).isoformat(), "reason": "值班记录载明"}
    moved = await act(office, "department", incident, "moments", report)
    why = (await explained(office, incident))[KEY]
    assert datetime.fromisoformat(why["due"]) == datetime.fromisoformat(report["at"]) + timedelta(hours=1)
    (shown,) = why["acts"]
    assert (shown["kind"], shown["by"], shown["why"]) == ("anchor_moved", "anhui.department", "值班记录载明")
    told = (await said(office, "procedure.advanced.v1", incident))[-1]
    assert (told["cause"], told["by"], told["version"]) == ("anchor_moved", "anhui.department", moved["version"])
    await act(office, "department", incident, "moments", report, expect=409)
    later = {**report, "at": now.isoformat(), "reason": "记错了"}
    await act(office, "department", incident, "moments", later, expect=403)
    await act(office, "chief", incident, "moments", later)


async def test_what_moments_people_report(office: Office) -> None:
    incident = await kept(office)
    now = office.product.office.now()
    told = {"name": "oral_report", "at": now.isoformat(), "reason": "电话报告"}
    await act(office, "office", incident, "moments", told)
    for refused in ("graded", "calmed", "first_release", "claimed", "no_such"):
        await act(office, "office", incident, "moments", {**told, "name": refused}, expect=422)
    for at in ("1999-12-31T00:00:00+08:00", (now + timedelta(minutes=6)).isoformat(), "2026-11-16T09:00:00", "soon"):
        await act(office, "office", incident, "moments", {**told, "name": "resolved", "at": at}, expect=422)
    worse = {"name": "worsening", "at": now.isoformat(), "reason": "转发激增"}
    await act(office, "office", incident, "moments", worse)
    found = await office.staff("anhui", "office", "GET", f"grading:/v1/incidents/{incident}/acts")
    assert [(each["what"]["name"], each["why"]) for each in found["acts"]] == [
        ("oral_report", "电话报告"),
        ("worsening", "转发激增"),
    ]


async def test_a_flag_that_changes_no_order_is_a_decision_all_the_same(office: Office) -> None:
    incident = await kept(office)
    before = await said(office, "procedure.advanced.v1", incident)
    raised = await act(office, "office", incident, "flags", {"flag": "legacy_issue", "reason": "张三反映多年"})
    again = await act(office, "office", incident, "flags", {"flag": "legacy_issue", "reason": "再点一次"})
    assert again["version"] == raised["version"]
    after = await said(office, "procedure.advanced.v1", incident)
    assert len(after) == len(before) + 1
    told = after[-1]
    assert (told["cause"], told["by"], told["flags"], told["version"]) == (
        "flagged",
        "anhui.office",
        ["legacy_issue"],
        raised["version"],
    )
    assert not told.get("assignments")
    assert "张三" not in str(told)


async def test_a_flag_that_contradicts_one_that_is_up_is_refused(office: Office) -> None:
    await staffed(office, "anhui")
    made = await load(
        office, "anhui", text_of("anhui", ("\nclosing:", "\ncontradicting: [[category_1, category_2]]\n\nclosing:"))
    )
    await activate(office, "anhui", made["hash"])
    incident = await kept(office)
    await act(office, "office", incident, "flags", {"flag": "category_1", "reason": "一类"})
    refused = await act(office, "office", incident, "flags", {"flag": "category_2", "reason": "二类"}, expect=409)
    assert refused["contradicts"] == ["category_1"]
    await act(office, "office", incident, "flags", {"flag": "category_1", "on": False, "reason": "改"})
    await act(office, "office", incident, "flags", {"flag": "category_2", "reason": "二类"})


async def test_an_answer_without_a_duty_goes_the_way_that_its_flags_ask_for(office: Office) -> None:
    incident = await kept(office, "xuancheng")
    grade = f"grading:/v1/gradings/{incident}/approve"
    found = await office.staff("xuancheng", "information_office", "GET", f"grading:/v1/gradings/{incident}")
    who = found["approvers"][0]
    await office.staff("xuancheng", who, "POST", grade, json={"level": "general", "reason": "一般"})
    await office.product.drain()
    answer = {"incident_id": incident, "channel": "weibo", "text": "经核实,已安排整改,感谢监督。"}
    place = "publishing:/v1/responses"
    light = await office.staff("xuancheng", "department", "POST", place, json=answer, expect=201)
    signed = await office.staff("xuancheng", "department", "POST", f"{place}/{light['id']}/submit")
    assert signed["chain"] == "department_reply"
    await act(
        office,
        "department",
        incident,
        "flags",
        {"flag": "high_attention", "reason": "转发多"},
        organisation="xuancheng",
    )
    heavy = await office.staff("xuancheng", "department", "POST", place, json=answer, expect=201)
    signed = await office.staff("xuancheng", "department", "POST", f"{place}/{heavy['id']}/submit")
    assert signed["chain"] == "joint_review"
