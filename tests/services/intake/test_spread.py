"""How far a matter is carried, over a real database: every post once, each hour, each threshold once, in whatever order told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.intake.storage.spread import spread_totals
from services.intake.usecases.membership import Membership
from services.intake.usecases.speaker import Speaker
from services.intake.usecases.spread import SpreadOf
from shared.db import Database
from shared.errors import MissingError
from shared.journal import Journal
from tests.builders.clocks import HandClock
from tests.builders.databases import TestDatabase
from tests.services.intake.spreading import STAFF, START, URL, Vendors


@pytest.fixture
async def vendors(database: TestDatabase) -> AsyncIterator[Vendors]:
    db = Database(database.url("intake"), name="spread-test")
    await db.open()
    made = Vendors(db, HandClock(START))
    await made.settle()
    yield made
    await db.close()


async def crossings(vendors: Vendors) -> list[tuple[str, int]]:
    """Everything that was said to be crossed, in order, once all that is owed is said."""
    await Speaker(vendors.db, Journal("intake"), vendors.office).round(early=True)
    return [
        (each["metric"], each["threshold"]) for change in await vendors.changes() for each in change.get("crossed", [])
    ]


async def test_each_report_counts_as_it_was_last_seen_also_downwards(vendors: Vendors) -> None:
    first = await vendors.tell("1", reads=100, comments=10)
    second = await vendors.tell("2", reads=7, comments=3)
    assert first.incident_id == second.incident_id
    assert await vendors.totals(first.incident_id) == (2, 107, 13)
    vendors.office.move(minutes=5)
    assert (await vendors.tell("1", reads=150, comments=12)).result == "respread"
    assert await vendors.totals(first.incident_id) == (2, 157, 15)
    vendors.office.move(minutes=5)
    assert (await vendors.tell("1", reads=90, comments=12)).result == "respread"
    assert await vendors.totals(first.incident_id) == (2, 97, 15)
    assert (await vendors.tell("1", reads=90, comments=12)).result == "duplicate"
    assert [count for _, count in await vendors.samples(first.report_id)] == [10, 12, 12]


async def test_what_a_sample_leaves_out_stays_as_it_was_known(vendors: Vendors) -> None:
    first = await vendors.tell("1", reads=100, comments=10)
    assert (await vendors.tell("1", comments=11)).result == "respread"
    assert await vendors.totals(first.incident_id) == (1, 100, 11)
    assert (await vendors.tell("1")).result == "duplicate"
    assert (await vendors.tell("1", comments=0)).result == "respread"
    assert await vendors.totals(first.incident_id) == (1, 100, 0)


async def test_an_older_look_changes_no_total_and_is_kept(vendors: Vendors) -> None:
    at = [START - timedelta(minutes=minutes) for minutes in (30, 20, 10)]
    first = await vendors.tell("1", comments=50, observed=at[1])
    assert (await vendors.tell("1", comments=20, observed=at[0])).result == "respread"
    assert await vendors.totals(first.incident_id) == (1, 0, 50)
    assert (await vendors.tell("1", comments=50, observed=at[2])).result != "new"
    assert (await vendors.tell("1", comments=45, observed=at[2] - timedelta(minutes=5))).result == "respread"
    assert await vendors.totals(first.incident_id) == (1, 0, 50)
    assert await vendors.samples(first.report_id) == [
        (at[0], 20), (at[1], 50), (at[2] - timedelta(minutes=5), 45), (at[2], 50),
    ]  # fmt: skip
    assert len(await vendors.changes()) == 0


async def test_without_a_time_the_order_of_arrival_holds_though_our_clock_is_set_back(vendors: Vendors) -> None:
    first = await vendors.tell("1", comments=50)
    vendors.office.move(hours=-2)
    assert (await vendors.tell("1", comments=60)).result == "respread"
    assert await vendors.totals(first.incident_id) == (1, 0, 60)


async def test_a_clock_that_runs_ahead_does_not_make_later_looks_older(vendors: Vendors) -> None:
    first = await vendors.tell("1", comments=50, observed=START + timedelta(minutes=4))
    vendors.office.move(minutes=1)
    await vendors.tell("1", comments=60, observed=START + timedelta(minutes=1))
    assert await vendors.totals(first.incident_id) == (1, 0, 60)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
async def test_a_post_that_two_vendors_tell_of_counts_once_whoever_comes_first(
    vendors: Vendors, order: tuple[int, ...]
) -> None:
    tellings: list[dict[str, Any]] = [
        {"by": "one", "reads": 100, "comments": 10},
        {"by": "two", "reads": 120, "comments": 8},
        {"by": "three", "reads": 90, "comments": 11},
    ]
    incidents = {(await vendors.tell(f"p{n}", url=URL, **tellings[n])).incident_id for n in order}
    (incident_id,) = incidents
    assert await vendors.totals(incident_id) == (3, 120, 11)
    await vendors.tell("p1", url=URL, by="two", reads=80, comments=8)
    assert await vendors.totals(incident_id) == (3, 100, 11)
    shown = await vendors.shown(incident_id)
    assert [(each["platform"], each["reads"]) for each in shown["by_platform"]] == [("weibo", 100)]


async def test_another_post_of_the_same_vendor_at_the_same_address_counts_for_itself(vendors: Vendors) -> None:
    first = await vendors.tell("p", url=URL, reads=100)
    await vendors.tell("comment", url=URL, reads=5)
    await vendors.tell("theirs", by="two", url=URL, reads=101)
    assert await vendors.totals(first.incident_id) == (3, 106, 0)


async def test_the_tellings_of_a_post_stay_one_post_when_it_is_split_off(vendors: Vendors) -> None:
    other = await vendors.tell("0", comments=7)
    await vendors.tell("1", url=URL, comments=10)
    second = await vendors.tell("2", url=URL, by="two", comments=12)
    split = await Membership(vendors.db, Journal("intake"), vendors.office).split(
        "li", "anhui", other.incident_id, [second.report_id], "另一件事"
    )
    first = await vendors.tell("1", url=URL, comments=20)
    again = await vendors.tell("2", url=URL, by="two", comments=30)
    assert (again.result, first.incident_id, again.incident_id) == ("respread", split.other_id, split.other_id)
    assert (await vendors.tell("0", comments=8)).incident_id == other.incident_id
    async with vendors.db.transaction() as tx:
        rows = await tx.fetch("SELECT incident_id, comments FROM intake.incidents")
        anew = await spread_totals(tx, [row["incident_id"] for row in rows])
    assert {row["incident_id"]: row["comments"] for row in rows} == {other.incident_id: 8, split.other_id: 30}
    assert {id_: each.comments for id_, each in anew.items()} == {other.incident_id: 8, split.other_id: 30}


async def test_two_pushes_of_one_post_at_the_same_moment_count_it_once(vendors: Vendors) -> None:
    """Both have read its old counts before either has written: the second reads them again under the incident's lock."""
    first = await vendors.tell("1", comments=5)
    for n in range(6, 30, 2):
        await asyncio.gather(vendors.tell("1", comments=n), vendors.tell("1", comments=n + 1))
        _, _, comments = await vendors.totals(first.incident_id)
        assert comments in {n, n + 1}


async def test_thresholds_are_crossed_once_each_also_when_counts_fall_and_rise(vendors: Vendors) -> None:
    first = await vendors.tell("1", comments=99)
    for count in (100, 99, 101, 90, 150, 1000, 20, 1200):
        vendors.office.move(seconds=30)
        await vendors.tell("1", comments=count)
    assert await crossings(vendors) == [("comments", 100), ("comments", 1000)]
    shown = (await vendors.shown(first.incident_id))["thresholds"]
    assert [(each["threshold"], each["level"], each["reached"]) for each in shown] == [
        (100, "III", True),
        (1000, "II", True),
    ]
    assert [each["crossed_at"] - START for each in shown] < [timedelta(minutes=1), timedelta(minutes=4)]


async def test_a_threshold_crossed_in_silence_is_spoken_of_later_and_at_opening_at_once(vendors: Vendors) -> None:
    await vendors.tell("1", comments=10)
    await vendors.tell("2", comments=10)
    await vendors.tell("3", comments=100)
    assert [change.get("crossed", []) for change in await vendors.changes()] == [[]]
    assert await crossings(vendors) == [("comments", 100)]
    await vendors.tell(
        "x", root="other", text="地铁二号线早高峰拥挤不堪，建议增加班次并延长运营时间到晚上。", comments=2000
    )
    assert await crossings(vendors) == [("comments", 100), ("comments", 100), ("comments", 1000)]


async def test_growth_is_laid_over_the_hours_in_which_it_happened(vendors: Vendors) -> None:
    first = await vendors.tell("1", comments=60, posted=START - timedelta(hours=2))
    vendors.office.move(hours=2)
    await vendors.tell("1", comments=180)
    vendors.office.move(minutes=10)
    await vendors.tell("2", comments=5, platform="douyin", author_type="media")
    await vendors.tell("1", comments=170)
    await vendors.totals(first.incident_id)
    shown = await vendors.shown(first.incident_id, hours=24)
    hours = {each["hour"].strftime("%H:%M"): (each["reports"], each["comments"]) for each in shown["per_hour"]}
    assert hours == {"07:00": (0, 60), "09:00": (1, 30), "10:00": (0, 60), "11:00": (1, 30 + 5 - 10)}
    assert [(each["platform"], each["reports"], each["comments"]) for each in shown["by_platform"]] == [
        ("douyin", 1, 5), ("weibo", 1, 170),
    ]  # fmt: skip
    assert {each["author_type"]: each["comments"] for each in shown["by_author_type"]} == {"media": 5, "person": 170}


async def test_growing_steadily_it_is_forecast_and_falling_or_seen_once_it_is_not(vendors: Vendors) -> None:
    first = await vendors.tell("1", comments=20)
    assert (await vendors.shown(first.incident_id))["forecast"] == []
    for n in range(1, 13):
        vendors.office.move(minutes=10)
        await vendors.tell("1", comments=20 + 40 * n)
    (found,) = (await vendors.shown(first.incident_id))["forecast"]
    assert (found["metric"], found["threshold"]) == ("comments", 1000)
    true = vendors.office.now() + timedelta(minutes=125)
    assert found["earliest"] <= found["at"] <= (found["latest"] or found["at"])
    assert abs(found["at"] - true) < timedelta(minutes=30)
    assert found["said"].startswith("按目前速度，约 13:")
    assert "评论达到 1000（" in found["said"]
    for n in range(1, 7):
        vendors.office.move(minutes=10)
        await vendors.tell("1", comments=500 - n)
    assert (await vendors.shown(first.incident_id))["forecast"] == []


async def test_another_organisations_incident_is_not_there(vendors: Vendors) -> None:
    first = await vendors.tell("1", comments=20)
    stranger = replace(STAFF, organisation_id="elsewhere")
    with pytest.raises(MissingError):
        await SpreadOf(vendors.db, vendors.office).of(stranger, first.incident_id, 24)
    with pytest.raises(MissingError):
        await vendors.shown(UUID(int=1))
