"""Who let a deadline run from when, said with the deadline itself."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.grading.domain.acts import acts, touching
from tests.services.grading.world import World
from tests.unit.rulebook.cases import WHOLE, fact, graded, in_steps, moment

COUNTY, CHIEF = "hunan", "group_leaders"


async def shown(world: World, incident: UUID) -> dict[str, Any]:
    """The acts said with each deadline."""
    found = await world.call("GET", f"/v1/incidents/{incident}/deadlines", CHIEF, organisation=COUNTY)
    return {each["key"]: [(act["what"].get("name"), act["why"]) for act in each["acts"]] for each in found["deadlines"]}


async def report(world: World, incident: UUID, name: str, reason: str) -> None:
    """The chief proves that it happened just now."""
    told = {"name": name, "at": world.office.now().isoformat(), "reason": reason}
    await world.call("POST", f"/v1/incidents/{incident}/moments", CHIEF, organisation=COUNTY, json=told)


async def test_whoever_reports_a_moment_stands_with_what_runs_from_it(world: World) -> None:
    await world.found(COUNTY, "hunan-county-poverty-relief")
    (incident,) = await world.report(organisation=COUNTY)
    world.office.move(minutes=20)
    await report(world, incident, "occurred", "监控录像载明")
    acts = await shown(world, incident)
    # One runs from it, another from what is inferred from it; the grade is due from the discovery.
    assert (acts["contact_poster"], acts["attend_and_report"]) == ([("occurred", "监控录像载明")],) * 2
    assert acts["approve_grade"] == []


def test_each_instruction_stands_with_its_own_order() -> None:
    given = [
        fact(name, "moment", at, name="instruction", by="chief", text=name) for name, at in (("i1", 50), ("i2", 90))
    ]
    outcome = in_steps(WHOLE, [moment("discovered"), graded("low", 10), *given])
    taken = acts(given)
    why = {key: [act.why for act in touching(taken, order)] for key, order in outcome.orders.items() if "@" in key}
    assert why == {"instructed@i1": ["i1"], "instructed@i2": ["i2"]}


async def test_what_is_late_is_not_done_in_time_by_the_word_of_whoever_owes_it(world: World) -> None:
    school = "dongan"
    await world.found(school, "dongan-primary-school")
    (incident,) = await world.report(organisation=school)
    began = world.office.now()
    path = f"/v1/incidents/{incident}/moments"
    grave = {"flag": "sensitive", "reason": "涉及学生安全"}  # which the text calls 重大: now an oral report is owed
    await world.call("POST", f"/v1/incidents/{incident}/flags", "department", organisation=school, json=grave)
    world.office.move(minutes=40)

    async def said(post: str, minutes: int, status: int) -> None:
        told = {"name": "oral_report", "at": (began + timedelta(minutes=minutes)).isoformat(), "reason": "电话报告"}
        await world.call("POST", path, post, organisation=school, expect=status, json=told)

    await said("department", 29, 403)  # within the 30 minutes, told after them
    await said("department", -1, 403)  # before it was discovered: as if it had never been owed
    await said("department", 35, 200)  # late, as it was
