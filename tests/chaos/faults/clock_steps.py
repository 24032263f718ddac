"""The wall clock steps an hour forward or back and is put right after a while; with nothing else going on.

A process that starts while the clock is wrong cannot know it, and its database's clock is as wrong: so nobody is killed then.
Where the wall clock cannot step, office time goes forward for a while instead, which says less.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import asyncpg

from tests.chaos.clocks import fired_early, told_so_far
from tests.chaos.faults.kind import Fault, Kind
from tests.chaos.stage import Say, Stage
from tests.chaos.wall_clock import FELT_WITHIN

READY_WITHIN = 120.0
STEPS = {"forward": timedelta(hours=1), "back": -timedelta(hours=1)}


def _steps(stage: Stage) -> Sequence[str]:
    return list(STEPS) if stage.clock is not None else ["office"]


async def _step(stage: Stage, fault: Fault, say: Say) -> None:
    say(str(fault))
    await stage.settled(READY_WITHIN)
    if stage.clock is None:
        stage.move_office_time(timedelta(minutes=1))
        await asyncio.sleep(fault.lasts)
        return
    connection = await asyncpg.connect(stage.product.database_url)
    try:
        before = await told_so_far(connection)
        try:
            stage.clock.step(STEPS[fault.target])
            await asyncio.sleep(fault.lasts)
        finally:
            stage.clock.step(timedelta())
        await asyncio.sleep(FELT_WITHIN)
        stage.early += await fired_early(connection, before, datetime.now(UTC) + stage.moved)
    finally:
        await connection.close()
    say("the clock is right again")


KINDS = (Kind("clock", 0.03, (4, 15), _steps, _step, place=lambda _: "clock", alone=True),)
