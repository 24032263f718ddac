"""Rounds of routines: issued as they come round, missed when they are over, done when tasks says so; the clock moved over odd days."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from asyncpg import LockNotAvailableError

from services.grading.storage import rounds as storage
from shared.contracts.grading import ROUTINE, RoutineAdvanced, series_subject
from shared.contracts.tasks import TaskChanged
from shared.db import Transaction
from tests.builders.databases import TestDatabase
from tests.services.grading.world import World, open_world

SHANGHAI = ZoneInfo("Asia/Shanghai")
WORKING, EVENING = "patrol_working_hours", "patrol_evenings_and_holidays"


def at(text: str) -> datetime:
    """A moment on the wall of the office."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def clock(moment: str | datetime) -> str:
    """A moment as the wall shows it."""
    shown = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{shown.astimezone(SHANGHAI):%m-%d %H:%M}"


async def begin(world: World, moment: str) -> None:
    """Be at this moment with every organisation's routines looked at from now on."""
    world.office.set(at(moment))
    await world.loop("rounds").follow()
    await to(world, moment)


async def to(world: World, moment: str) -> None:
    """Let the time pass until then, a quarter of an hour at a look."""
    end = at(moment)
    while world.office.now() < end:
        world.office.set(min(end, world.office.now() + timedelta(minutes=15)))
        await world.tick()


async def rounds(world: World, **query: str) -> list[dict[str, Any]]:
    """Oldest first."""
    found = await world.call("GET", "/v1/rounds", "department", params={"limit": "200", **query})
    return list(reversed(found))


async def begun(world: World, routine: str) -> list[str]:
    return [clock(each["begins_at"]) for each in await rounds(world, routine=routine)]


async def do(world: World, one: dict[str, Any], moment: datetime) -> None:
    """Tell that somebody did this round."""
    done = TaskChanged(
        assignment_id=UUID(one["id"]),
        key=one["key"],
        duty=one["routine"],
        kind=one["kind"],
        change="done",
        state="done",
        version=2,
        at=moment,
        by="xuancheng.department",
    )
    await world.tell("tasks", (series_subject("xuancheng", one["routine"]), done))


async def told(world: World, routine: str) -> list[RoutineAdvanced]:
    return [each for each in await world.told(RoutineAdvanced) if each.routine == routine]


async def test_an_ordinary_day(world: World) -> None:
    await begin(world, "2026-11-16T08:00")
    await to(world, "2026-11-17T08:15")
    hours = [f"11-16 {hour:02}:30" for hour in range(8, 17)]
    assert await begun(world, WORKING) == hours
    assert await begun(world, EVENING) == [f"11-16 {hour}:30" for hour in (17, 19, 21, 23)]
    assert await begun(world, "browse") == ["11-16 09:00", "11-16 15:00", "11-16 20:00"]
    states = Counter(each["state"] for each in await rounds(world))
    assert states == {"missed": 15, "due": 1}, "the last browsing lasts until the next begins"


async def test_a_make_up_saturday_is_patrolled_as_a_working_day(world: World) -> None:
    await begin(world, "2026-10-10T08:00")
    await to(world, "2026-10-11T12:45")
    assert [each for each in await begun(world, WORKING) if each.startswith("10-10")] == [
        f"10-10 {hour:02}:30" for hour in range(8, 17)
    ]
    assert [each for each in await begun(world, EVENING) if each.startswith("10-11")] == [
        "10-11 08:30",
        "10-11 10:30",
        "10-11 12:30",
    ]


async def test_a_holiday_is_patrolled_every_two_hours(world: World) -> None:
    await begin(world, "2026-10-01T00:00")
    await to(world, "2026-10-02T01:45")
    assert await begun(world, WORKING) == []
    assert await begun(world, EVENING) == [f"10-01 {hour:02}:30" for hour in range(8, 24, 2)]
    last = (await rounds(world, routine=EVENING))[-1]
    assert (clock(last["over_at"]), last["state"]) == ("10-02 00:30", "missed")


async def test_nothing_begins_between_midnight_and_opening(world: World) -> None:
    await begin(world, "2026-11-16T23:00")
    await to(world, "2026-11-17T08:15")
    assert [clock(each["begins_at"]) for each in await rounds(world)] == ["11-16 23:30"]


async def test_a_quarters_bulletin_stays_owed_and_the_next_says_so(world: World) -> None:
    await begin(world, "2026-09-30T23:30")
    await to(world, "2026-10-01T00:00")
    (first,) = await rounds(world, routine="quarterly_bulletin")
    assert (clock(first["begins_at"]), first["state"], first["over_at"]) == ("10-01 00:00", "due", None)
    world.office.set(at("2026-12-31T23:59"))
    await world.tick()
    assert len(await rounds(world, routine="quarterly_bulletin")) == 1
    world.office.set(at("2027-01-01T00:00"))
    await world.tick()
    kept, second = await rounds(world, routine="quarterly_bulletin")
    assert (kept["state"], second["state"]) == ("due", "due")
    assert (await told(world, "quarterly_bulletin"))[-1].still_owed == [kept["key"]]
    await do(world, kept, world.office.now())
    assert [each["state"] for each in await rounds(world, routine="quarterly_bulletin")] == ["done", "due"]


async def test_a_round_done_in_time_is_done_and_the_next_comes(world: World) -> None:
    await begin(world, "2026-11-16T08:00")
    await to(world, "2026-11-16T08:45")
    (one,) = await rounds(world, state="due")
    assert one["key"].startswith(ROUTINE)
    await do(world, one, world.office.now())
    await to(world, "2026-11-16T09:45")
    first, second = await rounds(world, routine=WORKING)
    assert (first["state"], first["done_by"], second["state"]) == ("done", "xuancheng.department", "due")
    events = await told(world, WORKING)
    assert [each.version for each in events] == [1, 2]
    assert (events[1].missed, events[1].withdrawn) == ([], [])


async def test_a_round_done_when_it_was_over_stays_missed_with_who_did_it(world: World) -> None:
    await begin(world, "2026-11-16T08:00")
    await to(world, "2026-11-16T09:45")
    missed = (await rounds(world, routine=WORKING))[0]
    assert missed["state"] == "missed"
    await do(world, missed, world.office.now())
    late = (await rounds(world, routine=WORKING))[0]
    assert (late["state"], late["done_by"]) == ("missed", "xuancheng.department")


async def test_news_of_a_round_done_in_time_takes_the_verdict_back(world: World) -> None:
    await begin(world, "2026-11-16T08:00")
    await to(world, "2026-11-16T09:45")
    missed = (await rounds(world, routine=WORKING))[0]
    await do(world, missed, at("2026-11-16T09:10"))
    assert (await rounds(world, routine=WORKING))[0]["state"] == "done"
    assert [str(each.assignment_id) for each in (await told(world, WORKING))[-1].discharged] == [missed["id"]]
    heads = await told(world, WORKING)
    await do(world, missed, at("2026-11-16T09:10"))
    assert await told(world, WORKING) == heads, "heard twice is heard once"


async def test_a_missed_round_leaves_the_board_and_stands_in_the_journal(world: World) -> None:
    await begin(world, "2026-11-16T08:00")
    await to(world, "2026-11-16T09:45")
    first, second = await told(world, WORKING)
    (order,) = first.assignments
    assert (order.kind, order.owner, first.deadlines[0].due_at) == ("patrol", "department", at("2026-11-16T09:30"))
    assert [each.assignment_id for each in second.withdrawn] == [order.id]
    assert [(each.assignment_id, each.issued) for each in second.missed] == [(order.id, True)]
    assert [each.duty for each in second.assignments] == [WORKING]


async def test_after_a_stillness_only_the_latest_round_is_issued(world: World) -> None:
    await begin(world, "2026-11-16T08:00")
    world.office.set(at("2026-11-18T10:00"))
    assert await world.tick() == 1
    found = await rounds(world, routine=WORKING)
    assert len(found) == 9 + 9 + 2
    assert [each["state"] for each in found] == ["missed"] * 19 + ["due"]
    assert [each["issued"] for each in found] == [False] * 19 + [True]
    (event,) = await told(world, WORKING)
    assert (len(event.assignments), len(event.missed), event.missed_before) == (1, 19, 0)
    assert {each["state"] for each in await rounds(world, routine=EVENING)} == {"missed"}


async def test_what_was_missed_in_a_long_stillness_is_told_in_short(world: World) -> None:
    await begin(world, "2026-11-16T08:00")
    world.office.set(at("2026-12-14T10:00"))
    await world.tick()
    (event,) = await told(world, WORKING)
    assert (len(event.missed), event.missed_before) == (100, 9 * 20 + 1 - 100)


async def test_rounds_follow_the_organisations_new_rulebook(world: World) -> None:
    await begin(world, "2026-11-17T08:00")
    await to(world, "2026-11-17T09:15")
    assert {each["routine"] for each in await rounds(world, state="due")} == {WORKING, "browse"}
    await world.found("xuancheng", "anhui-medical-security-2021")
    await world.loop("rounds").follow()
    withdrawn = await rounds(world, state="withdrawn")
    assert [each["routine"] for each in withdrawn] == [WORKING]
    assert (await told(world, WORKING))[-1].withdrawn[0].reason == "现行规则中已无此项"
    await to(world, "2026-11-18T09:15")
    assert len(await begun(world, WORKING)) == 1
    assert (await begun(world, "browse"))[-1] == "11-18 09:00"
    assert await world.loop("rounds").follow() == 0


async def test_rounds_follow_a_day_that_is_set_free(world: World) -> None:
    await begin(world, "2026-11-18T20:00")
    off = {"date": "2026-11-19", "working": False, "reason": "台风停工"}
    await world.call("POST", "/v1/calendar/days", "platform_admin", organisation="platform", json=off)
    assert await world.loop("rounds").follow() == 1
    await to(world, "2026-11-19T12:45")
    assert await begun(world, WORKING) == []
    assert [each for each in await begun(world, EVENING) if each.startswith("11-19")] == [
        "11-19 08:30",
        "11-19 10:30",
        "11-19 12:30",
    ]


async def test_an_organisation_that_has_to_wait_holds_back_none_behind_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.found("anqing", "xuancheng-2015")
    begin_one = storage.begin

    async def held(tx: Transaction, subject: UUID, organisation_id: str, now: datetime) -> None:
        if organisation_id == "anqing":
            raise LockNotAvailableError("canceling statement due to lock timeout")
        await begin_one(tx, subject, organisation_id, now)

    monkeypatch.setattr(storage, "begin", held)
    with pytest.raises(LockNotAvailableError):
        await world.loop("rounds").follow()
    monkeypatch.undo()
    assert await world.rows("SELECT organisation_id FROM grading.routines") == [{"organisation_id": "xuancheng"}]
    assert await world.loop("rounds").follow() == 1


async def test_two_processes_issue_each_round_once(world: World, database: TestDatabase, tmp_path: Path) -> None:
    async with open_world(database.url("grading"), tmp_path, world.office) as other:
        await begin(world, "2026-11-16T08:00")
        await other.loop("rounds").follow()
        world.office.set(at("2026-11-16T08:30"))
        assert await world.tick() + await other.tick() == 1
    assert len(await rounds(world, routine=WORKING)) == 1


async def test_one_clock_an_organisation(world: World) -> None:
    await begin(world, "2026-11-16T08:00")
    timers = await world.rows("SELECT fire_at FROM grading.timers")
    assert [clock(row["fire_at"]) for row in timers] == ["11-16 08:30"]


async def test_another_organisation_sees_none_of_them(world: World) -> None:
    await begin(world, "2026-11-16T08:00")
    await to(world, "2026-11-16T09:45")
    assert await world.call("GET", "/v1/rounds", "department", organisation="anhui") == []


@pytest.mark.parametrize("limit", [1, 4])
async def test_pages(world: World, limit: int) -> None:
    await begin(world, "2026-11-16T08:00")
    await to(world, "2026-11-16T15:30")
    whole = await world.call("GET", "/v1/rounds", "department")
    paged: list[dict[str, Any]] = []
    while page := await world.call(
        "GET", "/v1/rounds", "department", params={"limit": limit} | ({"after": paged[-1]["id"]} if paged else {})
    ):
        paged += page
    assert paged == whole


async def test_asked_since_a_moment_and_with_what_it_cannot_want(world: World) -> None:
    await begin(world, "2026-11-16T08:00")
    await to(world, "2026-11-16T11:45")
    found = await rounds(world, routine=WORKING, since="2026-11-16T09:30:00+08:00")
    assert [clock(each["begins_at"]) for each in found] == ["11-16 09:30", "11-16 10:30", "11-16 11:30"]
    for query in (
        "since=0001-01-01T00:00:00%2B14:00",
        "since=2026-11-16T09:30",
        "state=over",
        "routine=%00",
        "limit=0",
    ):
        await world.call("GET", f"/v1/rounds?{query}", "department", expect=422)


async def test_an_organisation_whose_rounds_cannot_be_worked_out_stops_no_other(world: World) -> None:
    async with world.parts.work.transaction() as tx:
        await tx.execute(
            "INSERT INTO grading.rulebooks (hash, rulebook, version, title, canonical, loaded_at) "
            "VALUES ('broken', 'broken', '1', '坏', '{', now())"
        )
        await tx.execute(
            "INSERT INTO grading.organisations (organisation_id, name, rulebook_hash) VALUES ('a', 'a', 'broken')"
        )
    await begin(world, "2026-11-16T08:00")
    await to(world, "2026-11-16T08:45")
    assert await begun(world, WORKING) == ["11-16 08:30"]
