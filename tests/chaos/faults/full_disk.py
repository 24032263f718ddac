"""No room left, for database, write-ahead log, logs and state files at once; then somebody makes room."""

import asyncio
from collections.abc import Sequence

import asyncpg

from tests.chaos.faults.kind import Fault, Kind
from tests.chaos.stage import Say, Stage

SWITCHES = 40


def _disks(stage: Stage) -> Sequence[str]:
    return ["data", "wal"] if stage.disk is not None else []


async def _fill(stage: Stage, fault: Fault, say: Say) -> None:
    """Full. With target `wal` the log is also pressed for new segments, until PostgreSQL has to stop."""
    disk = stage.disk
    assert disk is not None
    disk.fill()
    say(str(fault))
    try:
        pressing = asyncio.create_task(_press(stage)) if fault.target == "wal" else None
        await asyncio.sleep(fault.lasts)
        if pressing is not None:
            pressing.cancel()
            (outcome,) = await asyncio.gather(pressing, return_exceptions=True)
            if isinstance(outcome, str):
                say(f"full-disk: {outcome}")
    finally:
        disk.free()
    say("there is room again")


async def _press(stage: Stage) -> str:
    try:
        connection = await asyncpg.connect(stage.product.database_url, timeout=3)
        for _ in range(SWITCHES):
            await connection.execute("CREATE TABLE pressed AS SELECT 1; DROP TABLE pressed; SELECT pg_switch_wal()")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return f"{type(error).__name__}: {error}"
    await connection.close()
    return "the log had segments enough"


KINDS = (Kind("full-disk", 0.03, (3, 10), _disks, _fill, place=lambda _: "disk"),)
