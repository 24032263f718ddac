"""The calendar as data: corrected by the platform, shown before it does anything, and running deadlines follow it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from services.grading.usecases.calendar_watch import MISSING, PROVISIONAL, CalendarWatch
from shared.contracts.grading import CalendarChanged, ProcedureAdvanced
from tests.builders.databases import TestDatabase
from tests.services.grading.notices import notice_2027
from tests.services.grading.world import World, open_world

YEARS_END = datetime(2026, 12, 29, 2, tzinfo=UTC)
"""Tuesday 10:00: five working days on run into 2027."""
NOTICES, DAYS = "/v1/calendar/notices", "/v1/calendar/days"


async def change(world: World, path: str, body: dict[str, Any], **more: Any) -> Any:
    return await world.call("POST", path, "platform_admin", organisation="platform", json=body, **more)


async def running_over_the_years_end(world: World, count: int) -> list[UUID]:
    """Matters claimed on 29 December: five working days to handle them."""
    world.office.set(YEARS_END)
    ids = await world.report(count=count)
    await world.claim(*ids)
    return ids


async def deadlines(world: World, incident: UUID) -> dict[str, dict[str, Any]]:
    found = await world.call("GET", f"/v1/incidents/{incident}/deadlines", "department")
    return {each["key"]: each for each in found["deadlines"]}


async def counted_anew(world: World) -> int:
    """Let re-projection come to its end; answers how many procedures it took up."""
    done = 0
    while count := await world.reproject.batch():
        done += count
    return done


async def test_a_notice_moves_running_deadlines_and_the_explanation_says_why(world: World) -> None:
    (incident,) = await running_over_the_years_end(world, 1)
    before = (await deadlines(world, incident))["investigate"]
    assert (before["due"], before["provisional"]) == ("2027-01-06T17:30:00+08:00", True)
    loaded = await change(world, NOTICES, notice_2027())
    assert (loaded["changed"], loaded["version"], loaded["lagging"], loaded["warnings"]) == (True, 1, 1, [])
    assert (await deadlines(world, incident))["investigate"] == before, (
        "not yet, and explained by the calendar it was counted by"
    )
    assert await counted_anew(world) == 1
    after = (await deadlines(world, incident))["investigate"]
    assert (after["due"], after["provisional"]) == ("2027-01-07T17:30:00+08:00", False)
    assert {"date": "2026-12-31", "reason": "元旦"} in after["skipped"]
    assert after["calendar"] == loaded["calendar"] != before["calendar"]
    assert after["moves"] == [{"from": before["due"], "reason": "2027年放假安排已发布(测试用通知)"}]
    assert await world.reproject.batch() == 0


async def test_the_event_carries_what_moved_and_nothing_else(world: World) -> None:
    (incident,) = await running_over_the_years_end(world, 1)
    told = len(await world.told(ProcedureAdvanced))
    await change(world, NOTICES, notice_2027())
    await counted_anew(world)
    (advanced,) = (await world.told(ProcedureAdvanced))[told:]
    assert advanced.cause == "calendar"
    assert [each.key for each in advanced.assignments] == ["investigate"]
    assert [each.due_at for each in advanced.deadlines] == [datetime(2027, 1, 7, 9, 30, tzinfo=UTC)]
    assert not advanced.withdrawn
    (changed,) = await world.told(CalendarChanged)
    assert (changed.version, changed.change, changed.year, changed.by) == (1, "notice", 2027, "platform.platform_admin")
    (facts,) = await world.rows("SELECT facts FROM grading.procedures WHERE incident_id = $1", incident)
    (fact,) = [fact for fact in orjson.loads(facts["facts"]) if fact["kind"] == "reprojected"]
    assert fact["data"]["cause"] == "calendar"
    assert fact["data"]["moved"] == {"investigate": "2027-01-06T09:30:00+00:00"}


async def test_a_preview_shows_what_would_move_and_moves_nothing(world: World) -> None:
    ids = await running_over_the_years_end(world, 3)
    shown = await change(world, NOTICES, notice_2027(preview=True))
    assert (shown["changed"], shown["preview"], shown["version"]) == (False, True, 0)
    impact = shown["impact"]
    assert (impact["procedures"], impact["deadlines"], impact["by_days"]) == (3, 3, {"+1": 3})
    assert (impact["looked_at"], impact["complete"], impact["settled"]) == (3, True, 3)
    assert [row["incident_id"] for row in impact["first"]] == [str(incident) for incident in ids]
    assert (impact["first"][0]["before"], impact["first"][0]["after"]) == (
        "2027-01-06T17:30:00+08:00",
        "2027-01-07T17:30:00+08:00",
    )
    assert await world.rows("SELECT 1 FROM grading.calendar_changes") == []
    assert await world.told(CalendarChanged) == []
    assert await world.reproject.batch() == 0


async def test_the_same_notice_again_is_nothing(world: World) -> None:
    await running_over_the_years_end(world, 1)
    await change(world, NOTICES, notice_2027())
    await counted_anew(world)
    told = len(await world.told(ProcedureAdvanced))
    again = await change(world, NOTICES, notice_2027())
    assert (again["changed"], again["version"], again["lagging"]) == (False, 1, 0)
    assert await counted_anew(world) == 0
    assert len(await world.told(CalendarChanged)) == 1
    assert len(await world.told(ProcedureAdvanced)) == told


async def test_killed_in_the_middle_another_process_goes_on(
    world: World, database: TestDatabase, tmp_path: Path
) -> None:
    ids = await running_over_the_years_end(world, 7)
    await change(world, NOTICES, notice_2027())
    assert await world.reproject.batch(size=3) == 3
    assert (await world.call("GET", "/v1/calendar?year=2027", "office"))["lagging"] == 4
    async with open_world(database.url("grading"), tmp_path, world.office) as successor:
        assert await counted_anew(successor) == 4
        for incident in ids:
            assert (await deadlines(successor, incident))["investigate"]["due"] == "2027-01-07T17:30:00+08:00"
    moved = [each for each in await world.told(ProcedureAdvanced) if each.cause == "calendar"]
    assert len(moved) == 7, "each told once"


async def test_two_processes_share_the_work(world: World, database: TestDatabase, tmp_path: Path) -> None:
    await running_over_the_years_end(world, 60)
    await change(world, NOTICES, notice_2027())
    async with open_world(database.url("grading"), tmp_path, world.office) as other:

        async def share(of: World) -> int:
            done = 0
            while count := await of.reproject.batch(size=7):
                done += count
            return done

        first, second = await asyncio.gather(share(world), share(other))
    assert first + second == 60
    assert len([each for each in await world.told(ProcedureAdvanced) if each.cause == "calendar"]) == 60


async def test_what_ends_before_the_first_day_that_differs_is_passed_without_an_event(world: World) -> None:
    await world.claim(*await world.report(count=2))
    told = len(await world.told(ProcedureAdvanced))
    await change(world, NOTICES, notice_2027())
    assert await counted_anew(world) == 2
    assert len(await world.told(ProcedureAdvanced)) == told
    assert [row["calendar_version"] for row in await world.rows("SELECT calendar_version FROM grading.procedures")] == [
        1,
        1,
    ]


async def test_a_fact_that_comes_first_brings_its_procedure_along(world: World) -> None:
    (incident,) = await running_over_the_years_end(world, 1)
    await change(world, NOTICES, notice_2027())
    flag = {"flag": "urgent", "reason": "来件集中"}
    await world.call("POST", f"/v1/incidents/{incident}/flags", "department", json=flag)
    assert (await deadlines(world, incident))["investigate"]["due"] == "2027-01-07T17:30:00+08:00"
    assert await counted_anew(world) == 0


async def test_a_day_off_for_a_typhoon_and_back(world: World) -> None:
    incidents = await world.report()
    await world.claim(*incidents)
    due = (await deadlines(world, incidents[0]))["investigate"]["due"]
    assert due == "2026-11-23T17:30:00+08:00"
    off = {"date": "2026-11-19", "working": False, "reason": "台风停工"}
    shown = await change(world, DAYS, off | {"preview": True})
    assert shown["impact"]["by_days"] == {"+1": 1}
    await change(world, DAYS, off)
    await counted_anew(world)
    moved = (await deadlines(world, incidents[0]))["investigate"]
    assert moved["due"] == "2026-11-24T17:30:00+08:00"
    assert {"date": "2026-11-19", "reason": "台风停工"} in moved["skipped"]
    await change(world, DAYS, off | {"working": True, "reason": "照常上班"})
    await counted_anew(world)
    back = (await deadlines(world, incidents[0]))["investigate"]
    assert (back["due"], len(back["moves"])) == (due, 2)
    year = await world.call("GET", "/v1/calendar?year=2026", "office")
    assert [each["by"] for each in year["changes"]] == ["platform.platform_admin"] * 2


async def test_only_the_platform_changes_the_calendar_of_all(world: World) -> None:
    await world.found("anhui", "anhui-medical-security-2021")
    world.office.set(YEARS_END)
    await world.claim(*await world.report())
    body = notice_2027()
    await world.call("POST", NOTICES, "office", json=body, expect=403)
    await world.call("POST", NOTICES, "admin", json=body, expect=403)
    await world.call("POST", NOTICES, "platform_admin", json=body, expect=403)
    own = await world.call("POST", NOTICES, "admin", json=body | {"preview": True})
    foreign = await world.call("POST", NOTICES, "admin", organisation="anhui", json=body | {"preview": True})
    assert (own["impact"]["deadlines"], foreign["impact"]["deadlines"]) == (1, 0)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ({"date": "2028-01-01", "working": False, "reason": "元旦"}, "not in 2027"),
        ({"date": "2026-11-30", "working": False, "reason": "元旦"}, "not in 2027"),
        ({"date": "2027-01-01", "working": False, "reason": "元旦"}, "named 2 times"),
        ({"date": "2027-03-03", "working": True, "reason": "调休上班"}, "Saturday or Sunday"),
    ],
)
async def test_what_cannot_be_in_a_notice_is_refused_with_its_day(world: World, day: dict[str, Any], said: str) -> None:
    body = notice_2027()
    body["days"].append(day)
    refused = await change(world, NOTICES, body, expect=422)
    assert said in refused["errors"][0]["what"]


async def test_odd_notices_are_taken_with_a_warning(world: World) -> None:
    body = notice_2027(preview=True)
    body["days"] = [day for day in body["days"] if day["date"] != "2027-06-09"]
    shown = await change(world, NOTICES, body)
    assert [warning.split(" ")[0] for warning in shown["warnings"]] == ["2027-06-09", "weekdays"]


async def test_two_processes_agree_at_once(world: World, database: TestDatabase, tmp_path: Path) -> None:
    async with open_world(database.url("grading"), tmp_path, world.office) as other:
        await change(world, NOTICES, notice_2027())
        seen = await other.call("GET", "/v1/calendar?year=2027", "office")
    assert (seen["version"], seen["notice"], seen["days"][0]["reason"]) == (1, True, "元旦")


async def test_the_watch_counts_provisional_deadlines_and_misses_the_notice(world: World) -> None:
    await running_over_the_years_end(world, 2)
    watch: CalendarWatch = world.loop("calendar")
    assert await watch.look() == [2027]
    assert (PROVISIONAL._value.get(), MISSING.labels("2027")._value.get()) == (2, 1)
    await change(world, NOTICES, notice_2027())
    await counted_anew(world)
    assert await watch.look() == []
    assert PROVISIONAL._value.get() == 0


async def test_a_procedure_that_cannot_be_counted_stops_no_other(world: World) -> None:
    ids = await running_over_the_years_end(world, 4)
    async with world.parts.work.transaction() as tx:
        await tx.execute('UPDATE grading.procedures SET facts = \'[{"id": "x"}]\' WHERE incident_id = $1', ids[1])
    await change(world, NOTICES, notice_2027())
    assert await counted_anew(world) == 3
    assert (await world.call("GET", "/v1/calendar?year=2027", "office"))["lagging"] == 1
    await change(world, DAYS, {"date": "2027-01-05", "working": False, "reason": "大雪停工"})
    assert await counted_anew(world) == 3, "nor what has to be counted later"
    assert (await deadlines(world, ids[3]))["investigate"]["due"] == "2027-01-08T17:30:00+08:00"


async def test_a_closed_matter_follows_as_long_as_a_deadline_runs(world: World) -> None:
    (incident,) = await running_over_the_years_end(world, 1)
    for turn in ("calm", "close"):
        await world.call("POST", f"/v1/incidents/{incident}/{turn}", "information_office", json={"reason": "办结"})
    await change(world, NOTICES, notice_2027())
    assert await counted_anew(world) == 1
    assert (await deadlines(world, incident))["investigate"]["due"] == "2027-01-07T17:30:00+08:00"


async def test_procedures_from_before_the_calendar_was_data_are_looked_at_once(world: World) -> None:
    await running_over_the_years_end(world, 1)
    async with world.parts.work.transaction() as tx:
        await tx.execute("UPDATE grading.procedures SET running = true, runs_until = 'infinity', calendar_version = 0")
    shown = await change(world, NOTICES, notice_2027(preview=True))
    assert shown["impact"]["deadlines"] == 1
    await change(world, NOTICES, notice_2027())
    assert await counted_anew(world) == 1
    assert await world.rows("SELECT 1 FROM grading.procedures WHERE runs_until = 'infinity'") == []
