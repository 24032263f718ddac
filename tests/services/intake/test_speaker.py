"""At most one `incident.changed` a second, the last state always said: by the batch, by the speaker, by another replica's."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.usecases.speaker import Speaker
from shared.db import Database
from shared.ids import new_id
from shared.journal import Journal
from tests.builders.clocks import HandClock
from tests.builders.databases import TestDatabase
from tests.services.intake.spreading import START, Vendors

SECOND = timedelta(seconds=1)


@pytest.fixture
async def vendors(database: TestDatabase) -> AsyncIterator[Vendors]:
    db = Database(database.url("intake"), name="speaker-test")
    await db.open()
    made = Vendors(db, HandClock(START))
    await made.settle()
    yield made
    await db.close()


def speaker(vendors: Vendors, clock: HandClock | None = None) -> Speaker:
    return Speaker(vendors.db, Journal("intake"), clock or vendors.office)


async def test_what_comes_within_a_second_is_said_once_with_the_last_state(vendors: Vendors) -> None:
    kept = [await vendors.tell(str(n), comments=1) for n in range(10)]
    assert [change["reports"] for change in await vendors.changes()] == [2]
    assert await speaker(vendors).round() == 0
    vendors.office.move(seconds=1)
    assert await speaker(vendors).round() == 1
    last = (await vendors.changes())[-1]
    assert (last["change"], last["reports"], last["spread"]) == ("joined", 10, {"comments": 10})
    assert last["report_ids"] == [str(each.report_id) for each in kept[2:]]
    assert await speaker(vendors).round(early=True) == 0


async def test_a_later_batch_says_what_is_owed_so_that_nobody_needs_to(vendors: Vendors) -> None:
    for n in range(3):
        await vendors.tell(str(n), comments=1)
    vendors.office.move(seconds=2)
    await vendors.tell("0", comments=9)
    assert [(change["change"], change["reports"]) for change in await vendors.changes()] == [
        ("joined", 2),
        ("joined", 3),
    ]
    assert await speaker(vendors).round(early=True) == 0


async def test_counts_alone_are_said_as_spread(vendors: Vendors) -> None:
    await vendors.tell("0", comments=1)
    for n in range(2, 6):
        await vendors.tell("0", comments=n)
    vendors.office.move(seconds=1)
    await speaker(vendors).round()
    assert [(each["change"], each["spread"]["comments"]) for each in await vendors.changes()] == [
        ("spread", 2),
        ("spread", 5),
    ]


async def test_what_a_dead_replica_owes_another_says(vendors: Vendors, database: TestDatabase) -> None:
    """The first replica's pool is gone without a word; what it owed stands in the row."""
    other = Database(database.url("intake"), name="speaker-other")
    await other.open()
    for n in range(5):
        await vendors.tell(str(n), comments=1)
    await vendors.db.close()
    vendors.office.move(seconds=1)
    assert await Speaker(other, Journal("intake"), vendors.office).round() == 1
    vendors.db = other
    assert [change["reports"] for change in await vendors.changes()] == [2, 5]
    await other.close()


async def test_a_clock_set_back_silences_nobody_and_lets_nobody_say_more(vendors: Vendors) -> None:
    for n in range(3):
        await vendors.tell(str(n), comments=1)
    vendors.office.move(hours=-1)
    assert await speaker(vendors).round() == 1
    await vendors.tell("3", comments=1)
    assert [change["reports"] for change in await vendors.changes()] == [2, 3]
    vendors.office.move(seconds=1)
    assert await speaker(vendors).round() == 1
    assert [change["reports"] for change in await vendors.changes()] == [2, 3, 4]


async def test_speakers_of_several_replicas_say_each_once(vendors: Vendors) -> None:
    for n in range(40):
        text = f"第{n}号小区的业主反映楼下工地夜间施工噪声扰民，已经持续{n}天，请有关部门尽快处理。"
        for part in range(3):
            await vendors.tell(f"{n}-{part}", root=f"root{n}", text=text, comments=1)
    vendors.office.move(seconds=1)
    done = await asyncio.gather(*(speaker(vendors).round() for _ in range(4)))
    assert sum(done) == 40
    changes = await vendors.changes()
    assert sorted(change["reports"] for change in changes) == [2] * 40 + [3] * 40


async def test_an_event_bears_the_moment_from_which_its_second_counts(vendors: Vendors) -> None:
    for n in range(3):
        await vendors.tell(str(n), comments=1)
        vendors.office.move(seconds=2)
        async with vendors.db.transaction() as tx:
            said_at = await tx.value("SELECT said_at FROM intake.incidents")
        assert [change["time"] for change in await vendors.changes()][-1:] == [said_at] * (n > 0)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["tell", "spread", "speak", "wait", "back"]), st.integers(0, 1500)), max_size=30
    )
)
async def test_whatever_happens_no_two_within_a_second_and_the_last_is_true(
    vendors: Vendors, steps: list[tuple[str, int]]
) -> None:
    mark = str(new_id())
    first = await vendors.tell(f"{mark}-0", root=mark, text="", comments=1)
    told = len(await vendors.changes())
    reports, comments, stepped = 1, 1, False
    for n, (what, number) in enumerate(steps):
        if what == "tell":
            await vendors.tell(f"{mark}-{n + 1}", root=mark, text="", comments=0)
            reports += 1
        elif what == "spread":
            await vendors.tell(f"{mark}-0", root=mark, text="", comments=number)
            comments = number
        elif what == "speak":
            await speaker(vendors).round()
        else:
            stepped = stepped or what == "back"
            vendors.office.move(milliseconds=number if what == "wait" else -number * 1000)
    vendors.office.move(seconds=1)
    await speaker(vendors).round()
    said = (await vendors.changes())[told:]
    assert stepped or all(two["time"] - one["time"] >= SECOND for one, two in pairwise(said))
    assert await vendors.totals(first.incident_id) == (reports, 0, comments)
    if said:
        assert (said[-1]["reports"], said[-1]["spread"].get("comments", 0)) == (reports, comments)
    else:
        assert (reports, comments) == (1, 1)
