"""Texts are compared by what they say, and the same comparison is made tomorrow."""

import random
from array import array
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.words import BANDS, bands, clean, comparable, find_words, grams, jaccard

STORY = "我们小区自上周三起每天夜里十一点到凌晨四点都有大型货车在楼下装卸建材，噪音严重，多次向物业反映无人处理，望有关部门尽快解决。"
GOLDEN = [-2_911_065_843_717_132_145, 4_044_958_034_406_735_801, 7_357_297_282_478_405_171]
chinese = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x4F00), max_size=60)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("//@张三:转发微博", ""),
        ("转发微博 看https://t.cn/A6xYz这里", "看这里"),
        ("HTTP://Example.COM/a?b=1 有图", "有图"),
        ("【紧急】#城东停水#！！", "紧急城东停水"),
        ("@平安 城东 停水了[泪][怒]😡👨‍👩‍👧", "城东停水了"),
        ("ＡＢＣ１２３ abc", "abc123abc"),
        ("电话[手机号]请回", "电话请回"),
        ("停\u3000水\n了 网页链接 ...展开全文", "停水了"),
        ("转发微博//@李四：同问", "同问"),
        ("", ""),
    ],
)
def test_cleaning_leaves_the_words(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text(max_size=300))
def test_cleaned_text_holds_letters_and_digits_only(text: str) -> None:
    cleaned = clean(text)
    assert cleaned == cleaned.strip()
    assert not set(cleaned) & set(" \n\t,.!?，。！？#【】@_")


@given(st.text(max_size=80))
def test_grams_are_the_sorted_set_of_neighbouring_pairs(text: str) -> None:
    found = array("I", grams(text))
    units = array("H", text.encode("utf-16", "surrogatepass")[2:])
    assert len(found) == len(set(pairwise(units)))
    assert list(found) == sorted(found)


def test_a_gram_tells_its_characters_apart() -> None:
    assert grams("甲乙") != grams("乙甲")
    assert len(grams("甲乙甲乙甲")) == 8
    assert grams("甲") == grams("") == b""


@given(chinese, chinese)
def test_jaccard_is_symmetric_and_within_bounds(left: str, right: str) -> None:
    ours, theirs = grams(left), grams(right)
    assert jaccard(ours, theirs) == jaccard(theirs, ours)
    assert 0.0 <= jaccard(ours, theirs) <= 1.0
    assert jaccard(ours, ours) == (1.0 if ours else 0.0)


@given(chinese)
def test_short_texts_have_no_bands(text: str) -> None:
    found = bands("a", grams(text))
    assert len(found) == (BANDS if comparable(grams(text)) else 0)
    assert all(-(2**63) <= band < 2**63 for band in found)


def test_bands_do_not_change_from_one_version_to_the_next() -> None:
    """Bands are stored. If this fails after an upgrade of rensa, all stored bands must be computed anew."""
    assert bands("a", grams(clean(STORY)))[:3] == GOLDEN


def test_alike_texts_share_a_band_and_strangers_do_not() -> None:
    words = random.Random(7)
    alike = strangers = 0
    for _ in range(200):
        units = [words.randrange(0x4E00, 0x9FA5) for _ in range(200)]
        text = "".join(map(chr, units))
        edited = "".join(map(chr, [*units[:30], *(words.randrange(0x4E00, 0x9FA5) for _ in range(20)), *units[50:]]))
        other = "".join(chr(words.randrange(0x4E00, 0x9FA5)) for _ in range(200))
        ours = set(bands("a", grams(text)))
        alike += bool(ours & set(bands("a", grams(edited))))
        strangers += bool(ours & set(bands("a", grams(other))))
    assert alike >= 198  # Jaccard about 0.8: 0.99998 each
    assert strangers == 0


def test_bands_of_two_organisations_never_meet() -> None:
    text_grams = grams(clean(STORY))
    assert not set(bands("a", text_grams)) & set(bands("b", text_grams))
    assert bands("a", text_grams) == bands("a", text_grams)


def test_watch_words_are_found_whatever_their_width_or_case_and_also_within_each_other() -> None:
    words = ("群体", "群体性事件", "ICU", "死亡", "  ", "一氧化碳CO")
    assert find_words("发生群体性事件，伤者入ｉｃｕ。一氧化碳ＣＯ", words) == [
        "群体",
        "群体性事件",
        "ICU",
        "一氧化碳CO",
    ]
    assert find_words("平安无事", words) == []
    assert find_words("平安无事", ()) == []


@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=4), max_size=5))
def test_every_found_word_was_asked_for_in_that_order(text: str, words: list[str]) -> None:
    found = find_words(text, tuple(words))
    assert found == [word for word in dict.fromkeys(words) if word in found]
