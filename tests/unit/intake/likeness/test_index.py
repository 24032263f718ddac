"""The index answers what comparing with each would, to the last bit, whatever was put and dropped on the way."""

import math
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID

import pytest

from services.intake.domain.likeness import NO_WEIGHTS, Grams, Index, Near, Vector, Weights, said, vector
from tests.bench.texts import Texts

MOMENT = datetime(2026, 3, 2, 1, tzinfo=UTC)
IDS = [UUID(int=number << 66 | number) for number in range(1, 601)]
GRAMS: list[Grams] = [said(each["title"], each["body"]) for each in islice(Texts(7), 600)]
WEIGHTS = Weights.counted(1, GRAMS)
VECTORS = [vector(each, WEIGHTS) for each in GRAMS]


def index(order: Sequence[int], number: int = 1, vectors: Sequence[Vector] = VECTORS) -> Index:
    built = Index(number)
    for each in order:
        built.put(IDS[each], vectors[each], MOMENT + timedelta(hours=each))
    return built


def pairs(one: Vector) -> dict[int, int]:
    numbers = memoryview(one.grams).cast("I")
    return dict(zip(numbers, one.weights, strict=True))


def by_hand(asked: Vector, among: Sequence[int], most: int) -> list[Near]:
    mine, found = pairs(asked), []
    square = sum(weight**2 for weight in mine.values())
    for each in among:
        theirs = pairs(VECTORS[each])
        product = sum(weight * theirs.get(gram, 0) for gram, weight in mine.items())
        if product:
            length = math.sqrt(square * sum(weight**2 for weight in theirs.values()))
            found.append(Near(IDS[each], min(product / length, 1.0)))
    return sorted(found, key=lambda near: (-near.score, near.incident_id))[:most]


def test_answers_what_comparing_with_each_would() -> None:
    built = index(range(600))
    for asked in range(0, 600, 40):
        got = built.nearest(VECTORS[asked], 20)
        want = by_hand(VECTORS[asked], range(600), 20)
        assert [near.incident_id for near in got] == [near.incident_id for near in want]
        assert [near.score for near in got] == pytest.approx([near.score for near in want], abs=1e-15)
        assert got[0] == Near(IDS[asked], 1.0)


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_puts_does_not_matter(number: int, seed: int) -> None:
    vectors = VECTORS if number else [vector(each, NO_WEIGHTS) for each in GRAMS]
    dice, held = random.Random(seed), list(range(400))
    straight = index(held, number, vectors)
    dice.shuffle(held)
    crooked = Index(number)
    for each in [*range(400, 600), *held]:
        crooked.put(IDS[each], vectors[dice.randrange(600)], MOMENT)
        if dice.random() < 0.1:
            crooked.nearest(vectors[each], 1)
        crooked.put(IDS[each], vectors[each], MOMENT)
    for each in range(400, 600):
        crooked.drop(IDS[each])
    assert len(crooked) == len(straight) == 400
    for asked in range(0, 600, 25):
        assert crooked.nearest(vectors[asked], 10) == straight.nearest(vectors[asked], 10)


def test_reloaded_from_bytes_it_answers_the_same() -> None:
    again = Weights.from_bytes(1, bytes(WEIGHTS.to_bytes()))
    reread = [vector(said(each["title"], each["body"]), again) for each in islice(Texts(7), 600)]
    assert reread == VECTORS
    copied = [Vector(bytes(bytearray(each.grams)), bytes(bytearray(each.weights))) for each in reread]
    one, two = index(range(600)), index(range(599, -1, -1), 1, copied)
    assert all(one.nearest(each, 5) == two.nearest(each, 5) for each in copied[::20])


def test_equals_come_by_incident_id_and_all_are_seen() -> None:
    built = Index(1)
    for each in random.Random(1).sample(range(600), 600):
        built.put(IDS[each], VECTORS[0], MOMENT)
    assert [near.incident_id for near in built.nearest(VECTORS[0], 5)] == IDS[:5]
    assert built.nearest(VECTORS[0], 600) == [Near(each, 1.0) for each in IDS]


def test_leaves_out_those_named_dropped_and_opened_before() -> None:
    built = index(range(600))
    assert built.nearest(VECTORS[9], 1, {IDS[9]})[0].incident_id != IDS[9]
    assert built.nearest(VECTORS[9], 1, since=MOMENT + timedelta(hours=9))[0].incident_id == IDS[9]
    later = built.nearest(VECTORS[9], 600, since=MOMENT + timedelta(hours=9, microseconds=1))
    assert later
    assert min(IDS.index(near.incident_id) for near in later) >= 10
    built.drop(IDS[9])
    built.drop(IDS[9])
    assert len(built) == 599
    assert IDS[9] not in {near.incident_id for near in built.nearest(VECTORS[9], 600)}


def test_several_threads_may_put_and_ask_at_once() -> None:
    built = Index(1)

    def some(first: int) -> None:
        for each in range(first, 600, 4):
            built.put(IDS[each], VECTORS[each], MOMENT)
            assert built.nearest(VECTORS[each], 1) == [Near(IDS[each], 1.0)]

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(some, range(4)))
    straight = index(range(600))
    assert all(built.nearest(each, 10) == straight.nearest(each, 10) for each in VECTORS[::30])


def test_a_vector_put_again_replaces_the_first() -> None:
    built = index(range(10))
    built.put(IDS[0], VECTORS[20], MOMENT)
    assert len(built) == 10
    assert built.nearest(VECTORS[20], 1) == [Near(IDS[0], 1.0)]
    assert Near(IDS[0], 1.0) not in built.nearest(VECTORS[0], 10)


def test_what_was_dropped_takes_no_memory_for_long() -> None:
    built = index(range(600))
    built.nearest(VECTORS[0], 1)
    once = built.nbytes
    for _ in range(12):
        for each in range(600):
            built.put(IDS[each], VECTORS[each], MOMENT)
        built.nearest(VECTORS[0], 1)
    assert len(built) == 600
    assert built.nbytes < 5 * once


def test_an_empty_index_and_an_empty_vector_have_nothing_near() -> None:
    nothing = vector(said("", "。"), WEIGHTS)
    for number in (0, 1):
        built = Index(number)
        assert built.nearest(VECTORS[0], 5) == []
        built.put(IDS[0], nothing, MOMENT)
        assert built.nearest(VECTORS[0], 5) == []
        assert built.nearest(nothing, 5) == []
        built.put(IDS[1], VECTORS[1], MOMENT)
        assert built.nearest(VECTORS[1], 5) == [Near(IDS[1], 1.0)]
        assert built.nearest(VECTORS[1], 0) == []
        assert len(built) == 2


def test_before_the_first_generation_what_all_say_weighs_little() -> None:
    common = "尊敬的领导您好，我想反映一个问题，希望有关部门能够重视并尽快解决，谢谢"
    built = Index()
    for number, matter in enumerate(["幸福小区电梯坏了", "菜市场污水横流", "公交线路取消", "幸福小区停电"]):
        built.put(IDS[number], vector(said("", f"{common}{matter}"), NO_WEIGHTS), MOMENT)
    near = built.nearest(vector(said("", "幸福小区的电梯又坏了"), NO_WEIGHTS), 4)
    assert [each.incident_id for each in near][:2] == [IDS[0], IDS[3]]
    asked = vector(said("", f"{common}电梯坏了没人修"), NO_WEIGHTS)
    assert built.nearest(asked, 1)[0].incident_id == IDS[0]
