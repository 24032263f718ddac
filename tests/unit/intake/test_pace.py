"""Pace: vendors go as fast as they can alone, and one by one with rests while anybody waits at the portal."""

import asyncio
from contextlib import AsyncExitStack

from services.intake.usecases.pace import LONGEST_REST, REST, Pace


class Hall:
    """A portal with so many people, a clock, and a sleep that moves it."""

    def __init__(self) -> None:
        self.people = 0
        self.present = 100.0
        self.slept: list[float] = []
        self.waits: list[float] = []
        self.pace = Pace(lambda: self.people, self.waits.extend, lambda: self.present, self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.present += seconds
        await asyncio.sleep(0)

    async def push(self, seconds: float) -> None:
        async with self.pace.turn():
            self.present += seconds


async def test_alone_pushes_follow_each_other_at_once() -> None:
    hall = Hall()
    for _ in range(3):
        await hall.push(0.1)
    assert hall.slept == []


async def test_beside_the_portal_each_push_is_followed_by_a_rest() -> None:
    hall = Hall()
    hall.people = 1
    await hall.push(0.1)
    assert hall.slept == [], "whoever is answered waits for no rest"
    await hall.push(0.1)
    assert [round(each, 6) for each in hall.slept] == [round(REST * 0.1, 6)]


async def test_no_rest_is_longer_than_a_second_and_none_is_kept_once_the_portal_is_empty() -> None:
    hall = Hall()
    hall.people = 1
    await hall.push(5.0)
    await hall.push(5.0)
    assert hall.slept == [LONGEST_REST]
    hall.people = 0
    await hall.push(0.1)
    assert hall.slept == [LONGEST_REST]


async def test_two_go_at_once_alone_and_one_beside_the_portal() -> None:
    for people, least in ((0, 2), (1, 1)):
        hall = Hall()
        hall.people = people
        inside, most, gate = 0, 0, asyncio.Event()

        async def one(hall: Hall = hall, gate: asyncio.Event = gate) -> None:
            nonlocal inside, most
            async with hall.pace.turn():
                inside += 1
                most = max(most, inside)
                await gate.wait()
                inside -= 1

        async with asyncio.TaskGroup() as group:
            for _ in range(4):
                group.create_task(one())
            for _ in range(10):
                await asyncio.sleep(0)
            gate.set()
        assert most == least


async def test_a_push_steps_aside_when_its_slice_is_over() -> None:
    hall = Hall()
    async with hall.pace.turn():
        await hall.pace.step()
        assert hall.slept == []
        hall.present += 0.003
        await hall.pace.step()
        await hall.pace.step()
    assert hall.slept == [0]


async def test_waits_are_told_from_asking_to_being_kept() -> None:
    hall = Hall()
    hall.people = 1
    await hall.push(0.1)
    await hall.push(0.1)
    assert [round(each, 6) for each in hall.waits] == [0.1, round(0.1 + REST * 0.1, 6)]


async def test_a_push_that_fails_gives_its_turn_back() -> None:
    hall = Hall()
    hall.people = 1
    for _ in range(3):
        async with AsyncExitStack() as stack:
            stack.push(lambda *_: True)
            async with hall.pace.turn():
                raise ValueError
    await hall.push(0.1)
    assert len(hall.waits) == 4
