"""Grams, weights and vectors: what a text says, how much each gram tells, and what is kept of it."""

import random
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain import words
from services.intake.domain.likeness import NO_WEIGHTS, Weights, said, vector
from services.intake.domain.likeness.grams import hashed
from services.intake.domain.likeness.vector import CUT
from tests.bench.texts import Texts

TEXTS = [(each["title"], each["body"]) for each in islice(Texts(3), 300)]
TEN_LANGUAGES = [
    "小区电梯坏了没人修",
    "社區電梯壞了沒人修",
    "The lift has been out of order for weeks",
    "L'ascenseur est en panne depuis des semaines",
    "エレベーターが故障しています",
    "엘리베이터가 고장났습니다",
    "Лифт не работает уже месяц",
    "المصعد معطل منذ أسابيع",
    "लिफ्ट कई हफ्तों से खराब है",
    "ลิฟต์เสียมาหลายสัปดาห์แล้ว",
]


def test_pairs_are_even_and_triples_odd() -> None:
    grams = hashed("幸福小区")
    assert [int(each) & 1 for each in grams] == [0, 0, 0, 1, 1]
    assert len(set(grams.tolist())) == 5


@pytest.mark.parametrize("text", ["", "。", "转发微博", "好", "[泪]", "https://example.org/a"])
def test_what_says_nothing_has_no_grams(text: str) -> None:
    grams = said("", text)
    assert len(grams) == 0
    assert vector(grams, NO_WEIGHTS).grams == vector(grams, NO_WEIGHTS).weights == b""


def test_the_title_counts_double_and_does_not_run_into_the_body() -> None:
    one = said("路灯", "灯坏")
    assert sorted(one.counts.tolist()) == [1, 2]
    assert len(said("路", "灯")) == 0


@pytest.mark.parametrize("text", TEN_LANGUAGES)
def test_every_language_finds_itself(text: str) -> None:
    weights = Weights.counted(1, [said("", each) for each in TEN_LANGUAGES])
    assert len(vector(said("", text), weights)) > 5


def test_a_text_of_20_000_characters_and_a_repeated_one_fit() -> None:
    dice = random.Random(1)
    long = "".join(chr(dice.randrange(0x4E00, 0x9FA0)) for _ in range(20_000))
    assert len(said("", long)) <= 2 * words.LONGEST_CLEANED
    repeated = said("", "啊" * 20_000)
    assert repeated.counts.tolist() == [255, 255]
    assert len(vector(said("", long), Weights.counted(1, [repeated]))) == CUT


@given(st.text(max_size=60), st.text(max_size=200))
def test_any_text_has_grams_in_order_and_weights_from_1_to_255(title: str, body: str) -> None:
    grams = said(title, body)
    assert np.all(np.diff(grams.hashes.astype(np.int64)) > 0)
    assert np.all(grams.counts >= 1)
    for weights in (NO_WEIGHTS, Weights.counted(1, [grams])):
        kept = vector(grams, weights)
        assert len(kept.grams) == 4 * len(kept.weights)
        assert (max(kept.weights) == 255) if len(grams) else not kept.weights
        assert len(kept) == (len(grams) if not weights.number else min(len(grams), CUT))


def test_weights_do_not_depend_on_the_order_and_survive_their_bytes() -> None:
    grams = [said(*each) for each in TEXTS]
    weights = Weights.counted(4, grams)
    assert Weights.counted(4, reversed(grams)).to_bytes() == weights.to_bytes()
    again = Weights.from_bytes(4, weights.to_bytes())
    assert (again.number, again.once) == (4, weights.once)
    assert [vector(each, again) for each in grams] == [vector(each, weights) for each in grams]


def test_what_many_say_weighs_less_and_what_none_said_as_much_as_what_one_did() -> None:
    weights = Weights.counted(1, [said("", f"希望解决{chr(0x4E00 + 3 * number)}号") for number in range(300)])
    common, once, never = weights.of(hashed("希望")), weights.of(hashed("决一")), weights.of(hashed("鲲鹏"))
    assert int(common[0]) < 5
    assert int(once[0]) == int(never[0]) == weights.once > 90


def test_weights_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="generation 1 of 0 documents"):
        Weights.counted(1, [])
    with pytest.raises(ValueError, match="generation 0"):
        Weights.counted(0, [said("", "路灯坏了")])
    with pytest.raises(ValueError, match="3 bytes"):
        Weights.from_bytes(1, b"abc")


def test_the_table_grows_with_the_documents_up_to_four_megabytes() -> None:
    grams = said("", "路灯坏了")
    assert len(Weights.counted(1, [grams] * 256).to_bytes()) == 1 << 17
    assert len(Weights.counted(1, [grams] * 20_000).to_bytes()) == 1 << 22
