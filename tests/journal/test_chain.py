"""The ledger: rows chain per subject, a change or a hole shows, and a race cannot fork the chain."""

import asyncio
from typing import Any

import asyncpg
import pytest

from shared.ids import new_id
from shared.journal.chain import BrokenChainError, verify
from tests.journal.conftest import World


async def rows(world: World, subject: object) -> list[dict[str, Any]]:
    async with world.db.transaction() as tx:
        found = await tx.fetch("SELECT * FROM alpha.journal WHERE subject = $1 ORDER BY position", subject)
    return [dict(row) for row in found]


async def test_a_chain_verifies_and_shows_a_change(world: World) -> None:
    subject = new_id()
    await world.say(subject, 1, 2)
    await world.say(subject, 3)
    found = await rows(world, subject)
    assert verify(found) == 3
    found[1]["data"] = '{"n":20}'
    with pytest.raises(BrokenChainError, match="Row 2 .* was changed"):
        verify(found)


async def test_a_dropped_row_shows(world: World) -> None:
    subject = new_id()
    await world.say(subject, 1, 2, 3)
    found = await rows(world, subject)
    with pytest.raises(BrokenChainError, match="Row 2 .* is missing"):
        verify([found[0], found[2]])


async def test_two_writers_without_a_lock_cannot_fork_the_chain(world: World) -> None:
    subject = new_id()
    results = await asyncio.gather(*(world.say(subject, n) for n in range(8)), return_exceptions=True)
    assert all(isinstance(each, asyncpg.UniqueViolationError) for each in results if each is not None)
    assert verify(await rows(world, subject)) == results.count(None)
