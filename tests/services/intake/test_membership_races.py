"""Moves at the same moment: of each other, of newcomers, of a post that is counted anew."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from services.intake.storage.recognising import load_incidents
from shared.db import Database
from shared.errors import ConflictError
from tests.builders.databases import TestDatabase
from tests.services.intake.moved import METRO, WATER, Moved, fresh_clock


@pytest.fixture
async def moved(database: TestDatabase) -> AsyncIterator[Moved]:
    db = Database(database.url("intake"), name="races-test", lock_timeout="10s")
    await db.open()
    yield Moved(db, fresh_clock())
    await db.close()


class Barrier:
    """Those who have looked wait here until whoever is to be faster has committed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.looked, self.go_on = asyncio.Event(), asyncio.Event()
        first = True

        async def later(*args: Any) -> Any:
            nonlocal first
            if first:
                first = False
                self.looked.set()
                await self.go_on.wait()
            return await load_incidents(*args)

        monkeypatch.setattr("services.intake.usecases.keep.load_incidents", later)


async def both(moved: Moved, one: tuple[UUID, UUID], other: tuple[UUID, UUID]) -> list[Any]:
    """Two merges begun while a third party holds all their incidents: both stand at the lock when it is released."""
    async with moved.db.transaction() as tx:
        await tx.fetch("SELECT 1 FROM intake.incidents ORDER BY incident_id FOR UPDATE")
        begun = [asyncio.create_task(moved.merge(*pair)) for pair in (one, other)]
        async with asyncio.timeout(10):
            while await waiting(moved) < 2:
                await asyncio.sleep(0.01)
    return await asyncio.gather(*begun, return_exceptions=True)


async def waiting(moved: Moved) -> int:
    """How many transactions of ours wait for a lock."""
    (row,) = await moved.rows(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return int(row["n"])


async def test_each_into_the_other_one_wins(moved: Moved) -> None:
    a, b = await moved.incident("a", WATER), await moved.incident("b", METRO)
    for _ in range(5):
        done = await both(moved, (a, b), (b, a))
        won = [each for each in done if not isinstance(each, BaseException)]
        lost = [each for each in done if isinstance(each, ConflictError)]
        assert (len(won), len(lost)) == (1, 1)
        await moved.assert_sound()
        await moved.undo(won[0])


async def test_a_circle_of_three_stays_open(moved: Moved) -> None:
    a, b = await moved.incident("a", WATER), await moved.incident("b", METRO)
    c = (await moved.split(a, (await moved.reports(a))[:1])).other_id
    await both(moved, (a, b), (b, c))
    await both(moved, (c, a), (b, c))
    await moved.assert_sound()


async def test_two_undoings_of_one_move_at_once(moved: Moved) -> None:
    a, b = await moved.incident("a", WATER), await moved.incident("b", METRO)
    move = await moved.merge(a, b)
    done = await asyncio.gather(moved.undo(move), moved.undo(move), return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["ConflictError", "Move"]
    await moved.assert_sound()


async def test_a_newcomer_that_found_what_is_absorbed_meanwhile_joins_the_survivor(
    moved: Moved, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = await moved.incident("a", WATER), await moved.incident("b", METRO)
    barrier = Barrier(monkeypatch)
    newcomer = asyncio.create_task(moved.keep_all(moved.post("b3", METRO, 5, root="b1")))
    await barrier.looked.wait()
    await moved.merge(a, b)
    barrier.go_on.set()
    (kept,) = await newcomer
    assert (kept.result, kept.incident_id) == ("joined", a)
    await moved.assert_sound()


@pytest.mark.parametrize("how", ["merge", "split", "undo"])
async def test_a_post_counted_anew_while_it_moves_counts_where_it_stands(
    moved: Moved, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    a, b = await moved.incident("a", WATER), await moved.incident("b", METRO)
    merged = await moved.merge(a, b) if how == "undo" else None
    barrier = Barrier(monkeypatch)
    again = asyncio.create_task(moved.keep_all(moved.post("b1", METRO, 500)))
    await barrier.looked.wait()
    if how == "merge":
        await moved.merge(a, b)
    elif how == "split":
        await moved.split(b, (await moved.reports(b))[:1])
    elif merged is not None:
        await moved.undo(merged)
    barrier.go_on.set()
    (kept,) = await again
    assert kept.result == "respread"
    await moved.assert_sound()
