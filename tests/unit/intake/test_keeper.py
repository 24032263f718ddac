"""The keeper's line: one writer while few wait, a second from sixteen on, and what each waited is told."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest

from services.intake.usecases.keep import Answer, Keep, Kept, Submission
from services.intake.usecases.keeper import Keeper
from shared.errors import UnavailableError
from shared.ids import new_id


class SlowKeep:
    """Keeps a batch when it is told to."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.gate = asyncio.Event()

    async def batch(self, submissions: Sequence[Submission]) -> list[Answer]:
        self.batches.append(len(submissions))
        await self.gate.wait()
        return [Kept(new_id(), new_id(), "new", None) for _ in submissions]


def line(keep: SlowKeep, waits: list[float], now: list[float]) -> Keeper:
    return Keeper(cast("Keep", keep), waits.extend, lambda: now[0])


async def turn_around() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_few_wait_for_one_writer_and_many_call_the_second() -> None:
    slow, waits, now = SlowKeep(), list[float](), [10.0]
    keeper = line(slow, waits, now)
    running = asyncio.create_task(keeper.run())
    submission = cast("Submission", object())
    kept: list[asyncio.Task[Any]] = []

    async def send(count: int) -> None:
        kept.extend(asyncio.create_task(keeper.keep(submission)) for _ in range(count))
        await turn_around()

    await send(1)
    assert slow.batches == [1]
    await send(15)
    assert slow.batches == [1], "fifteen wait for the one writer"
    await send(1)
    assert slow.batches == [1, 16]
    await send(100)
    assert slow.batches == [1, 16], "and there is no third"
    now[0] = 10.5
    slow.gate.set()
    await asyncio.gather(*kept)
    assert slow.batches == [1, 16, 64, 36]
    assert waits == [0.5] * 117
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_who_hung_up_is_not_kept_and_who_waits_at_the_end_is_told() -> None:
    slow = SlowKeep()
    keeper = line(slow, [], [0.0])
    submission = cast("Submission", object())
    running = asyncio.create_task(keeper.run())
    first = asyncio.create_task(keeper.keep(submission))
    await turn_around()
    gone, left = (asyncio.create_task(keeper.keep(submission)) for _ in range(2))
    await turn_around()
    gone.cancel()
    await turn_around()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    for task in (first, left):
        with pytest.raises(UnavailableError):
            await task
    assert slow.batches == [1]
