"""A loop that goes on failing makes its process unready by name; one that works again, or ends as asked, does not."""

import asyncio

import pytest

from shared import pulse
from shared.errors import UnavailableError
from shared.loops import Loops
from shared.pulse import PATIENCE, Pulse


class Steady:
    """Steady time in a test's hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_half_a_minute_of_failing_without_success_is_told_with_its_name() -> None:
    steady = Steady()
    one = Pulse("timers", steady)
    for _ in range(7):
        one.failed(OSError("no route"))
        one.check()
        steady.now += 4.9
    one.failed(OSError("no route"))
    with pytest.raises(UnavailableError, match=r"loop timers has failed for 34 s, last: OSError"):
        one.check()
    one.beat()
    one.check()


def test_single_failures_far_apart_are_no_streak() -> None:
    steady = Steady()
    one = Pulse("rounds", steady)
    for _ in range(5):
        one.failed(ValueError())
        steady.now += PATIENCE + 1
        one.check()


async def test_a_failing_loop_is_started_again_and_noted() -> None:
    tries = asyncio.Semaphore(0)
    again = asyncio.Event()

    async def failing() -> None:
        tries.release()
        if again.is_set():
            pulse.beat()
            await asyncio.Event().wait()
        again.set()
        raise ValueError("broken")

    loops = Loops({"failing": failing})
    loops.start()
    await tries.acquire()
    await tries.acquire()
    loops.check()
    await loops.stop()


async def test_a_loop_asked_to_end_ends_by_itself_while_others_were_cancelled() -> None:
    leave, said = asyncio.Event(), list[str]()

    async def relay() -> None:
        await leave.wait()
        said.append("last words")

    async def other() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            said.append("cancelled")

    loops = Loops({"relay": relay, "other": other})
    loops.start()
    await asyncio.sleep(0)
    await loops.stop(but=("relay",))
    leave.set()
    await loops.finish("relay", within=1)
    assert said == ["cancelled", "last words"]
    await loops.stop()
