"""A random walk of merges, splits, undoings and newcomers over ten incidents: whatever is done, everything stays sound."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import pytest

from services.intake.domain.membership import Move
from shared.db import Database
from shared.errors import ConflictError, HuiyingError, InvalidError
from tests.builders.databases import TestDatabase
from tests.services.intake.moved import COVER, METRO, NOISE, WATER, Moved, fresh_clock

BODIES = [f"{body}第{n}处。" for n, body in enumerate((WATER, METRO, COVER, NOISE) * 3)][:10]
STEPS = 60


@dataclass
class Walk:
    """The moves made so far, each with what stood before it; `done` counts what was done and what was refused."""

    moved: Moved
    random: Random
    made: dict[UUID, tuple[Move, dict[UUID, Any]]] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    posts: int = 0

    async def step(self) -> None:
        """One thing, chosen by chance; a refusal must change nothing."""
        before = await self.moved.standing()
        name = self.random.choice(["merge", "merge", "split", "split", "undo", "undo", "undo", "newcomer"])
        try:
            move = await getattr(self, name)(before)
        except (ConflictError, InvalidError) as refused:
            await self._assert_refused(refused, before)
            name = f"{name} refused"
        else:
            if move is not None:
                self.made[move.move_id] = (move, before)
        self.done[name] = self.done.get(name, 0) + 1
        await self.moved.assert_sound()

    async def _assert_refused(self, refused: HuiyingError, before: dict[UUID, Any]) -> None:
        """Nothing has changed, and the move that it names as in the way stands."""
        assert await self.moved.standing() == before
        if "move" in refused.extra:
            named = "SELECT undone_by FROM intake.moves WHERE move_id = $1"
            assert await self.moved.rows(named, UUID(refused.extra["move"])) == [{"undone_by": None}]

    async def merge(self, before: dict[UUID, Any]) -> Move:
        one, other = self.random.choices(sorted(before), k=2)
        return await self.moved.merge(one, other)

    async def split(self, before: dict[UUID, Any]) -> Move:
        incident = self.random.choice(sorted(before))
        held = before[incident]["held"]
        return await self.moved.split(incident, self.random.sample(held, min(len(held), self.random.randint(1, 3))))

    async def undo(self, before: dict[UUID, Any]) -> Move | None:
        if not self.made:
            return None
        move, was = self.made[self.random.choice(sorted(self.made))]
        undone = await self.moved.undo(move)
        self._assert_back(undone, was, before, await self.moved.standing())
        return undone

    def _assert_back(self, undone: Move, was: dict[UUID, Any], before: dict[UUID, Any], now: dict[UUID, Any]) -> None:
        """The reports that the move had carried stand where they stood, and of other incidents nothing has changed."""
        pair = {undone.incident_id, undone.other_id}
        assert {id_: row for id_, row in now.items() if id_ not in pair} == {
            id_: row for id_, row in before.items() if id_ not in pair
        }
        home = undone.other_id if undone.kind == "split" else undone.incident_id
        if home in was:
            assert set(was[home]["held"]) & set(undone.report_ids) <= set(now[home]["held"])
        if all(was.get(id_, {}).get("held") == now[id_]["held"] for id_ in pair):
            assert {id_: was.get(id_) for id_ in pair} == {id_: now[id_] for id_ in pair}
            self.done["restored exactly"] = self.done.get("restored exactly", 0) + 1

    async def newcomer(self, before: dict[UUID, Any]) -> None:
        self.posts += 1
        body = self.random.choice(BODIES)
        await self.moved.keep_all(self.moved.post(f"new{self.posts}", body, self.random.randint(0, 99)))


@pytest.fixture
async def moved(database: TestDatabase) -> AsyncIterator[Moved]:
    """Ten incidents of two to four posts."""
    db = Database(database.url("intake"), name="walk-test")
    await db.open()
    made = Moved(db, fresh_clock())
    for n, body in enumerate(BODIES):
        await made.incident(f"p{n}-", body, 2 + n % 3)
    yield made
    await db.close()


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_walk_keeps_everything_sound(moved: Moved, seed: int) -> None:
    walk = Walk(moved, Random(seed))
    for _ in range(STEPS):
        await walk.step()
    assert {"merge", "undo", "newcomer"} <= set(walk.done), walk.done


@pytest.mark.parametrize("seed", [4, 5])
async def test_the_latest_can_always_be_undone_and_brings_back_exactly_what_was(moved: Moved, seed: int) -> None:
    walk = Walk(moved, Random(seed))
    made: list[tuple[Move, dict[UUID, Any]]] = []
    while len(made) < 25:
        before = await moved.standing()
        try:
            made.append((await getattr(walk, walk.random.choice(["merge", "split"]))(before), before))
        except (ConflictError, InvalidError):
            continue
    for move, before in reversed(made):
        await moved.undo(move)
        now = await moved.standing()
        assert {id_: now[id_] for id_ in before} == before
        await moved.assert_sound()
