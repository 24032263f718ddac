"""A round of patrolling through tasks: on the board, done there, heard; the next one missed and gone from the board."""

from typing import Any

from tests.builders.office import Office

WORKING = "patrol_working_hours"


async def patrols(office: Office, **query: str) -> list[dict[str, Any]]:
    """The department's patrol tasks as its board shows them."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    found = await office.staff("xuancheng", "department", "GET", f"tasks:/v1/tasks?kind=patrol&{asked}")
    items: list[dict[str, Any]] = found["items"]
    return [each for each in items if each["key"].startswith(f"routine:{WORKING}@")]


async def rounds(office: Office) -> list[dict[str, Any]]:
    found = await office.staff("xuancheng", "department", "GET", f"grading:/v1/rounds?routine={WORKING}")
    return list(reversed(found))


async def next_hour(office: Office) -> None:
    office.product.office.move(hours=1)
    await office.product.fire()


async def test_a_patrol_is_done_at_tasks_and_the_next_is_missed(office: Office) -> None:
    await office.product.running("grading").wiring.loops["rounds"].__self__.follow()  # type: ignore[attr-defined]  # a method
    await next_hour(office)
    (task,) = await patrols(office, state="open")
    assert (task["kind"], task["owner"], task["title"]) == ("patrol", "department", "工作时间巡查认领")
    await office.staff("xuancheng", "department", "POST", f"tasks:/v1/tasks/{task['id']}/claim")
    done = await office.staff("xuancheng", "department", "POST", f"tasks:/v1/tasks/{task['id']}/complete", json={})
    assert (done["state"], done["overdue"]) == ("done", False)
    await office.product.drain()
    (heard,) = await rounds(office)
    assert (heard["state"], heard["done_by"]) == ("done", "xuancheng.department")

    await next_hour(office)
    await next_hour(office)
    assert [each["state"] for each in await rounds(office)] == ["done", "missed", "due"]
    assert [each["state"] for each in await patrols(office, state="withdrawn")] == ["withdrawn"]
    (present,) = await patrols(office, state="open")
    assert present["key"] == (await rounds(office))[-1]["key"]

    whole = await office.staff("xuancheng", "department", "GET", "tasks:/v1/tasks?limit=200")
    listed = {each["id"] for each in whole["items"]}
    assert present["id"] in listed
    assert task["id"] not in listed, "what is over is listed only when asked for"
