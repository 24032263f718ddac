"""The way of one incident, through every service."""

from tests.builders.office import Office

TITLE = "医保报销材料被反复退回"
BODY = "我母亲上月住院的医保报销材料交了三次,窗口每次都说缺一样,问缺什么又说不清楚,请帮助核实并告知到底需要哪些材料。"


async def test_a_complaint_becomes_tasks_at_once(office: Office) -> None:
    kept = await office.complain("anhui", TITLE, BODY)
    await office.product.drain()
    tasks = await office.tasks("anhui", kept["incident_id"])
    assert tasks["report_to_leaders"]["due_at"].startswith("2026-11-16T02:30:00")
    assert tasks["report_to_leaders"]["presumed"] is True
