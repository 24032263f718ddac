"""Weights counted anew while answers go on: in small steps, taken up where a crash left them, in force at once."""

import asyncio
import random
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from services.intake.storage import generations, matters
from services.intake.usecases import generations as rebuilding
from shared.db import Database
from tests.builders.databases import TestDatabase
from tests.builders.houses import DUST, NOISE, PENSION, House, opened


@pytest.fixture
async def house(database: TestDatabase) -> AsyncIterator[House]:
    async with opened(database) as made:
        yield made


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "FIRST", 8)
    monkeypatch.setattr(rebuilding, "STEP", 3)
    monkeypatch.setattr(rebuilding, "READ", 4)
    monkeypatch.setattr(rebuilding, "FORGOTTEN", 4)


THINGS = "路灯 井盖 垃圾站 公交站 供水管 菜市场 电梯 停车位 下水道 围墙 操场 药房 暖气 窗口 账单 学位".split()
HAPPENS = "坏了两周没人修 每天排长队 价格忽高忽低 堵塞以后臭气冲天 一直没有开放 通知前后矛盾 收费没有依据".split()


async def many(house: House, count: int, seed: int = 1) -> list[UUID]:
    rng = random.Random(seed)
    pairs = [(thing, what) for thing in THINGS[seed % 2 :: 2] for what in HAPPENS]
    return [await house.told(f"{thing}{what}，{rng.choice(HAPPENS)}。") for thing, what in rng.sample(pairs, count)]


async def numbers(house: House) -> list[tuple[int, bool]]:
    async with house.db.transaction() as tx:
        return [(each.number, each.in_force) for each in await generations.present(tx, "anhui")]


async def settle(house: House) -> None:
    while await house.generations.step("anhui"):
        pass


async def test_it_is_counted_when_there_are_enough_and_again_when_there_are_twice_as_many(house: House) -> None:
    await many(house, 7)
    await house.read_all()
    assert not await house.generations.step("anhui")
    await house.told(DUST)
    await house.read_all()
    await settle(house)
    assert await numbers(house) == [(1, True)]
    assert await house.run("SELECT count(*) FROM intake.matters WHERE generation = 1") == 8
    assert await house.run("SELECT count(*) FROM intake.matters") == 8
    await many(house, 7, 2)
    await house.read_all()
    assert not await house.generations.step("anhui")
    await house.told(NOISE)
    await house.read_all()
    await settle(house)
    assert await numbers(house) == [(2, True)]


async def test_answers_go_on_through_a_rebuild_and_change_once_for_all_replicas(house: House) -> None:
    first, second = await house.told(DUST), await house.told(NOISE)
    await many(house, 10)
    await house.read_all()
    other, before = house.another(), await house.ask(second)
    assert before[0]["incident_id"] == first
    steps = 0
    while (await numbers(house))[0] != (0, False):
        assert await house.ask(second) == before == await other.ask(second) == await house.another().ask(second)
        assert await house.generations.step("anhui")
        steps += 1
    after = await house.ask(second)
    assert steps >= 5
    assert after[0]["incident_id"] == first
    assert after != before  # other weights, other scores
    await settle(house)
    assert after == await house.ask(second) == await other.ask(second) == await house.another().ask(second)


async def test_what_arrives_during_a_rebuild_is_found_before_and_after_the_switch(house: House) -> None:
    first = await house.told(DUST)
    await many(house, 9)
    await house.read_all()
    assert await house.generations.step("anhui")  # counted
    assert await house.generations.step("anhui")
    second = await house.told(NOISE)
    assert (await house.ids(first))[0] == second
    await house.read_all()  # written for both generations
    assert await house.run("SELECT count(*) FROM intake.matters WHERE incident_id = $1", second) == 2
    third = await house.told(PENSION)
    await settle(house)
    assert await numbers(house) == [(1, True)]
    assert (await house.ids(first))[0] == second == (await house.another().ids(first))[0]
    assert third in {each["incident_id"] for each in await house.ask(first)} | {third}
    await house.read_all()
    assert await house.run("SELECT count(*) FROM intake.matters WHERE generation = 1") == 12


async def test_after_a_crash_in_the_middle_another_replica_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await house.told(DUST)
    await many(house, 11)
    await house.read_all()
    for _ in range(3):
        assert await house.generations.step("anhui")
    half = await house.run("SELECT count(*) FROM intake.matters WHERE generation = 1")
    assert half == 6
    keep = matters.keep

    async def crash(*_: object, **__: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(matters, "keep", crash)
    with pytest.raises(asyncio.CancelledError):
        await house.generations.step("anhui")
    monkeypatch.setattr(matters, "keep", keep)
    assert await house.run("SELECT count(*) FROM intake.matters WHERE generation = 1") == half
    other = house.another()
    counted = await house.run("SELECT made_at FROM intake.generations WHERE number = 1")
    await settle(other)
    assert await numbers(house) == [(1, True)]
    assert await house.run("SELECT made_at FROM intake.generations WHERE number = 1") == counted
    assert await house.ask(first) == await other.ask(first)


async def test_replicas_that_rebuild_at_the_same_time_do_not_stand_in_each_others_way(house: House) -> None:
    await many(house, 12)
    await house.read_all()
    other = house.another()
    await asyncio.gather(settle(house), settle(other))
    await settle(house)
    assert await numbers(house) == [(1, True)]
    assert await house.run("SELECT count(*) FROM intake.matters") == 12


async def test_who_writes_while_it_switches_writes_for_what_comes_into_force(
    house: House, database: TestDatabase
) -> None:
    await many(house, 8)
    await house.read_all()
    assert await house.generations.step("anhui")
    while await house.run("SELECT count(*) FROM intake.matters WHERE generation = 1") < 8:
        assert await house.generations.step("anhui")
    late = await house.told(DUST)
    elsewhere = Database(database.url("intake"), name="similar-switch")
    await elsewhere.open()
    other = House(elsewhere, house.clock)
    async with elsewhere.transaction() as tx:
        old, coming = await generations.present(tx, "anhui")
        weights = await other.shelves.weights(tx, "anhui", 1)
    async with house.db.transaction() as writing:
        await generations.hold_for_writing(writing, ["anhui"], house.clock.now())
        switching = asyncio.create_task(other.generations._switch(old, coming, weights))
        while not await house.run("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not switching.done()
            await asyncio.sleep(0.01)
    assert await switching
    await house.read_all()
    assert await house.run("SELECT array_agg(generation) FROM intake.matters WHERE incident_id = $1", late) in (
        [0, 1],
        [1],
        [1, 0],
    )
    await settle(house)
    assert await numbers(house) == [(1, True)]
    assert await house.run("SELECT count(*) FROM intake.matters") == 9
    await elsewhere.close()


async def test_rounds_look_through_organisations_once_a_minute(house: House) -> None:
    await many(house, 8)
    await house.told(DUST, "yichun")
    await house.read_all()
    now = [0.0]
    rounds = rebuilding.Generations(house.db, house.shelves, house.clock, lambda: now[0])
    rounds._sleep = house.generations._sleep
    assert await rounds.round()
    while await rounds.round():
        pass
    assert await numbers(house) == [(1, True)]
    assert not await rounds.round()
    now[0] = rebuilding.CHECKED_EVERY
    assert not await rounds.round()
