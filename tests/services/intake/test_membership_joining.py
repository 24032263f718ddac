"""What comes after a move: newcomers find where their like stands now, and citizens see what is so."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.intake.domain.receipts import new_receipt
from services.intake.usecases.citizens import Before, shown
from shared.contracts.envelope import Event
from shared.contracts.grading import GradeStanding, ProcedureStanding
from shared.contracts.publishing import AnswerChanged
from shared.db import Database
from shared.ids import new_id
from tests.builders.databases import TestDatabase
from tests.services.intake.moved import COVER, METRO, NOISE, ORG, WATER, Moved, fresh_clock


@pytest.fixture
async def moved(database: TestDatabase) -> AsyncIterator[Moved]:
    db = Database(database.url("intake"), name="joining-test")
    await db.open()
    yield Moved(db, fresh_clock())
    await db.close()


async def joins(moved: Moved, id_: str, body: str, **more: Any) -> tuple[str, UUID]:
    """What becomes of one post more."""
    (kept,) = await moved.keep_all(moved.post(id_, body, 1, **more))
    await moved.assert_sound()
    return kept.result, kept.incident_id


async def advance(moved: Moved, incident_id: UUID, phase: Any, approved: bool = True) -> None:
    """Grading tells of a procedure."""
    data = ProcedureStanding(phase=phase, grade=GradeStanding(state="approved") if approved else None)
    async with moved.db.transaction() as tx:
        await moved.citizens.on_procedure(tx, [Event(new_id(), ORG, incident_id, moved.clock.now(), data)])


async def answer(moved: Moved, incident_id: UUID, title: str) -> None:
    """Publishing tells of a released answer."""
    at = moved.clock.now()
    data = AnswerChanged(
        change="released",
        state="released",
        version=1,
        by="zhang",
        answer_id=new_id(),
        title=title,
        channel="site",
        public_text="已核实。",
        url="https://a",
        at=at,
    )
    async with moved.db.transaction() as tx:
        await moved.citizens.on_answer(tx, [Event(new_id(), ORG, incident_id, at, data)])


async def seen(moved: Moved, receipt: str) -> tuple[str, list[str]]:
    """What a citizen sees: the state, and the titles of the answers."""
    view = await moved.citizens.view(ORG, receipt)
    return view["state"], [each["title"] for each in view["answers"]]


async def test_a_repost_joins_the_survivor_and_after_the_undoing_its_own(moved: Moved) -> None:
    a, b, c = [await moved.incident(name, body) for name, body in (("a", WATER), ("b", METRO), ("c", COVER))]
    first, second = await moved.merge(a, b), await moved.merge(c, a)
    assert await joins(moved, "r1", "转发微博", root="b1") == ("joined", c)
    assert await joins(moved, "r2", METRO) == ("joined", c)
    assert await joins(moved, "r3", f"{METRO}请尽快。") == ("joined", c)
    await moved.undo(second)
    assert await joins(moved, "r4", "转发微博", root="b1") == ("joined", a)
    await moved.undo(first)
    assert await joins(moved, "r5", "转发微博", root="b1") == ("joined", b)
    assert await joins(moved, "r6", f"{METRO}盼回复。") == ("joined", b)
    assert await joins(moved, "r7", WATER) == ("joined", a)


async def test_what_is_split_off_is_recognised_where_it_stands(moved: Moved) -> None:
    a, b = await moved.incident("a", WATER, 1), await moved.incident("b", METRO, 1)
    own = await moved.reports(b)
    await moved.undo(await moved.merge(a, b))
    merged = await moved.merge(a, b)
    split = await moved.split(a, own)
    assert await joins(moved, "r1", METRO) == ("joined", split.other_id)
    assert await joins(moved, "r2", f"{METRO}请尽快。") == ("joined", split.other_id)
    assert await joins(moved, "r3", "转发微博", root="b1") == ("joined", split.other_id)
    assert await joins(moved, "r4", WATER) == ("joined", a)
    await moved.undo(split)
    assert await joins(moved, "r5", METRO) == ("joined", a)
    await moved.undo(merged)
    assert await joins(moved, "r6", f"{METRO}盼回复。") == ("joined", b)
    assert await joins(moved, "r7", WATER) == ("joined", a)


async def test_when_the_leading_report_is_split_off_another_leads(moved: Moved) -> None:
    a = (await moved.keep_all(moved.post("a1", WATER)))[0].incident_id
    b = (await moved.keep_all(moved.post("b1", NOISE)))[0].incident_id
    await moved.merge(a, b)
    (lead,) = [
        row["report_id"] for row in await moved.rows("SELECT report_id FROM intake.reports WHERE external_id = 'a1'")
    ]
    split = await moved.split(a, [lead])
    led = await moved.rows("SELECT incident_id, report_id FROM intake.fingerprints ORDER BY 1")
    held = {row["report_id"]: row["incident_id"] for row in await moved.rows("SELECT * FROM intake.reports")}
    stands = {row["incident_id"]: held[row["report_id"]] for row in led}
    assert stands == {a: a, b: a, split.other_id: split.other_id}
    unread = {row["incident_id"] for row in await moved.rows("SELECT incident_id FROM intake.unread")}
    assert {a, split.other_id} <= unread
    assert await joins(moved, "r1", f"{WATER}请尽快。") == ("joined", split.other_id)
    assert await joins(moved, "r2", f"{NOISE}请尽快。") == ("joined", a)


async def test_a_post_that_two_vendors_tell_of_goes_as_one(moved: Moved) -> None:
    url = "https://weibo.com/1/abc"
    first, twin = await moved.keep_all(
        moved.post("x1", WATER, 100, url=url), moved.post("y1", WATER, 80, url=url, vendor="w")
    )
    a = first.incident_id
    await moved.keep_all(moved.post("z1", WATER, 7))
    move = await moved.split(a, [twin.report_id])
    assert set(move.report_ids) == {first.report_id, twin.report_id}
    reads = {row["incident_id"]: row["reads"] for row in await moved.rows("SELECT * FROM intake.incidents")}
    assert reads == {a: 7, move.other_id: 100}
    await moved.undo(move)
    reads = {row["incident_id"]: row["reads"] for row in await moved.rows("SELECT * FROM intake.incidents")}
    assert reads == {a: 107, move.other_id: 0}


async def test_a_citizen_keeps_what_they_were_told_when_their_report_is_merged(moved: Moved) -> None:
    receipt, other = new_receipt(), new_receipt()
    b = (await moved.keep_all(moved.complaint(METRO, receipt)))[0].incident_id
    a = (await moved.keep_all(moved.complaint(WATER, other)))[0].incident_id
    await advance(moved, b, "open")
    assert await seen(moved, receipt) == ("handling", [])
    merge = await moved.merge(a, b)
    assert (await seen(moved, receipt), await seen(moved, other)) == (("handling", []), ("received", []))
    await answer(moved, b, "地铁")
    assert await seen(moved, receipt) == ("answered", ["地铁"])
    assert await seen(moved, other) == ("received", [])
    await answer(moved, a, "供水")
    assert await seen(moved, receipt) == ("answered", ["地铁", "供水"])
    assert await seen(moved, other) == ("answered", ["供水"])
    await advance(moved, b, "merged")
    await advance(moved, a, "closed")
    assert await seen(moved, receipt) == ("closed", ["地铁", "供水"])
    await moved.undo(merge)
    assert await seen(moved, receipt) == ("answered", ["地铁"])
    assert await seen(moved, other) == ("closed", ["供水"])


async def test_answers_of_a_chain_are_seen_and_of_another_matter_only_the_earlier(moved: Moved) -> None:
    receipt = new_receipt()
    c = (await moved.keep_all(moved.complaint(COVER, receipt)))[0].incident_id
    b, a = await moved.incident("b", METRO), await moved.incident("a", WATER)
    await moved.merge(b, c)
    await answer(moved, b, "在乙")
    await moved.merge(a, b)
    await answer(moved, a, "在甲")
    assert await seen(moved, receipt) == ("answered", ["在乙", "在甲"])
    (report,) = [
        row["report_id"] for row in await moved.rows("SELECT report_id FROM intake.reports WHERE kind = 'complaint'")
    ]
    split = await moved.split(a, [report])
    moved.clock.move(minutes=5)
    await answer(moved, a, "后来")
    assert await seen(moved, receipt) == ("handling", ["在乙", "在甲"])
    await answer(moved, split.other_id, "新的")
    assert await seen(moved, receipt) == ("answered", ["在乙", "在甲", "新的"])
    await moved.undo(split)
    assert await seen(moved, receipt) == ("answered", ["在乙", "在甲", "后来"])


async def test_a_closed_incident_is_closed_since_then_and_open_again_when_its_procedure_is(moved: Moved) -> None:
    receipt = new_receipt()
    a = (await moved.keep_all(moved.complaint(WATER, receipt)))[0].incident_id
    start = moved.clock.now()
    await advance(moved, a, "open", approved=False)
    assert (await seen(moved, receipt))[0] == "received"
    await advance(moved, a, "closed")
    (row,) = await moved.rows("SELECT closed_at FROM intake.incidents")
    assert timedelta() < row["closed_at"] - start < timedelta(seconds=1)
    await advance(moved, a, "open", approved=False)
    (row,) = await moved.rows("SELECT closed_at FROM intake.incidents")
    assert (row["closed_at"], (await seen(moved, receipt))[0]) == (None, "handling")


def test_what_is_shown_of_a_report_that_moved() -> None:
    merged, apart = Before((), frozenset({"closed"}), followed=True), Before((), frozenset({"answered"}))
    assert shown("received", merged, answered=False) == "handling"
    assert shown("handling", merged, answered=True) == "answered"
    assert shown("received", apart, answered=True) == "handling"
    assert shown("closed", merged, answered=True) == "closed"
    assert shown("received", Before((), frozenset({"received"})), answered=False) == "received"
