"""An organisation under a local regulation and the State Council's notices: what both demand, from complaint to answer."""

from typing import Any

from tests.builders.office import Office

TITLE = "超市标价与收银不一致"
BODY = "昨天在城南超市买的食用油,货架标价五十九元,结账收了七十二元,服务台说系统没更新也不退差价,请核实处理并答复。"
ANSWER = "经核实,该超市标价与结算不一致属实,已责令改正并退还差价。今后类似情况可拨打投诉电话,我局将及时处理。"
COUNCIL = "state-council-2016"


async def _layered(office: Office) -> str:
    """A complaint to an organisation that chose the layer; answers its incident."""
    body = {"id": "layered", "name": "示范单位", "rulebook": "yichun-market-regulation-2020", "layers": [COUNCIL]}
    admin = office.product.admin[0]
    made = await office.product.call("console", "POST", "/v1/organisations", admin, json=body, expect=201)
    assert made["layers"] == [COUNCIL]
    await office.product.drain()
    key = {"organisation": "layered", "label": "portal", "scopes": ["complaints:write", "complaints:read"]}
    office.keys["layered"] = (
        await office.product.call("intake", "POST", "/v1/keys", admin, json=key | {"per_second": 100}, expect=201)
    )["key"]
    kept = await office.complain("layered", TITLE, BODY)
    await office.product.drain()
    incident: str = kept["incident_id"]
    return incident


async def _deadlines(office: Office, incident: str) -> dict[str, dict[str, Any]]:
    found = await office.staff("layered", "news_section", "GET", f"grading:/v1/incidents/{incident}/deadlines")
    return {each["key"]: each for each in found["deadlines"]}


async def _approve(office: Office, incident: str, role: str, level: str) -> None:
    path, body = f"grading:/v1/gradings/{incident}/approve", {"level": level, "reason": "研判"}
    await office.staff("layered", role, "POST", path, json=body)
    await office.product.drain()


async def test_what_only_the_layer_demands_is_owed_told_and_met(office: Office) -> None:
    incident = await _layered(office)
    await _approve(office, incident, "news_deputy", "general")
    key = f"{COUNCIL}:respond"
    owed = (await office.tasks("layered", incident, "news_section"))[key]
    assert (owed["owner"], owed["clause"], owed["due_at"][:19]) == (
        "news_section",
        "国办发〔2016〕61号",
        "2026-11-18T01:30:00",
    )
    draft = {"incident_id": incident, "channel": "weibo", "text": ANSWER}
    made = await office.staff("layered", "news_section", "POST", "publishing:/v1/responses", json=draft, expect=201)
    place = f"publishing:/v1/responses/{made['id']}"
    signed = await office.staff("layered", "news_section", "POST", f"{place}/submit")
    while signed["waiting_for"]:
        signed = await office.staff("layered", signed["waiting_for"][0], "POST", f"{place}/approve")
    await office.staff("layered", "publisher", "POST", f"{place}/lease")
    release = {"channel": "weibo", "url": "https://weibo.com/1/abc", "content_sha256": signed["content_sha256"]}
    await office.staff("layered", "publisher", "POST", f"{place}/releases", json=release, expect=201)
    await office.product.drain()
    tasks = await office.tasks("layered", incident, "news_section")
    assert tasks[key]["state"] == "done"
    assert f"{COUNCIL}:continued_release#1" in tasks


async def test_a_deadline_that_both_bound_names_both_clauses(office: Office) -> None:
    incident = await _layered(office)
    await _approve(office, incident, "chief", "extra_major")
    found = await _deadlines(office, incident)
    told = [
        (each["rulebook"], each["clause"], each["budget"], each["decides"])
        for each in found["authoritative_information"]["bounds"]
    ]
    assert told == [
        ("yichun-market-regulation-2020", "Art. 18(4)", "4 h", True),
        (COUNCIL, "国办发〔2016〕80号", "5 h", False),
    ]
    own = found[f"{COUNCIL}:attend_press_conference"]["bounds"]
    assert [each["rulebook"] for each in own] == [COUNCIL]
    plain = await office.complain("yichun", TITLE, BODY)
    await office.product.drain()
    without = await office.staff(
        "yichun", "news_section", "GET", f"grading:/v1/incidents/{plain['incident_id']}/deadlines"
    )
    assert without["deadlines"]
    assert not [each for each in without["deadlines"] if each["key"].startswith(COUNCIL) or each["bounds"]]
