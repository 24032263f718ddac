"""Deadlines as office time passes: reminded, overdue once, escalated; done late stays late."""

from tests.builders.office import Office


async def test_a_deadline_reminds_runs_over_and_escalates_once(office: Office) -> None:
    kept = await office.complain(
        "anhui", "窗口排队太久", "每天早上窗口只开一个,排队两个小时,老人站不住,希望增开窗口或者发号。"
    )
    await office.product.drain()
    office.product.office.move(minutes=31)
    assert await office.product.fire() > 0
    before = (await office.tasks("anhui", kept["incident_id"]))["report_to_leaders"]
    assert before["overdue"] is False
    office.product.office.move(minutes=31)
    await office.product.fire()
    late = (await office.tasks("anhui", kept["incident_id"]))["report_to_leaders"]
    assert late["overdue"] is True
    assert await office.product.fire() == 0
    hand_in = {"hand_in": {"处理意见建议": "补报。"}}
    done = await office.staff("anhui", "office", "POST", f"tasks:/v1/tasks/{late['id']}/complete", json=hand_in)
    assert (done["state"], done["overdue"]) == ("done", True)


async def test_an_unclaimed_matter_is_designated_after_one_patrol_interval(office: Office) -> None:
    kept = await office.complain(
        "xuancheng", "路口积水", "东门路口一下雨就积水,车过不去,学生上学都要绕路,请安排疏通排水管道并告知结果。"
    )
    await office.product.drain()
    office.product.office.move(hours=3)
    await office.product.fire()
    tasks = await office.tasks("xuancheng", kept["incident_id"], "information_office")
    assert any(task["kind"] == "designate" for task in tasks.values()), sorted(tasks)
