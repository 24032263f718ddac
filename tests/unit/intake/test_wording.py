"""Texts read together say what each says by itself, whatever stands in them."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain import masking, words
from services.intake.domain.characters import Texts
from services.intake.domain.wording import TITLED, Wording, wordings

WATCHED = ("停水", "ICU", "死亡", "一氧化碳CO")
PIECES = [
    *("http://", "HTTPS://a.b/c?d=1", "www.", "WWW.x", "hTTp", "ht", "w"),
    *("转发微博", "轉發微博", "快转微博", "网页链接", "展开全文", "收起全文", "查看图片", "转", "网", "查看"),
    *("[泪]", "［手机号］", "[", "]", "@", "@张三", "＠a·b-c", "//@某人:", "#城东停水#", "【紧急】"),
    *(
        "13812345678",
        "138",
        "１３８",
        "一二三四五六七",
        "①③⑧",
        "京A12345",
        "a.b@c.de",
        "0551-6288",
        "-",
        ".",
        "，",
        ",",
    ),
    *("停水", "icu", "ＩＣＵ", "死", "亡", "城", "东", "小", "区", "的", "。", "_", "·"),
    *(" ", "\n", "\t", "\u3000", "\u2028", "\u200b", "\u200d", "\ufe0f", "\xad"),
    *(
        "👍🏽",
        "🇨🇳",
        "👨‍👩‍👧",
        "①",
        "½",
        "Ａ",
        "ſ",
        "İ",
        "Σ",
        "ς",
        "ß",
        "ｶﾞ",
        "カ",
        "\u3099",
        "ﾞ",
        "각",
        "ᄀ",
        "ᅡ",
        "é",
        "e\u0301",
    ),
    *("𠀀", "𝟘", "𝟙𝟚", "豈", "㐀", "А", "ي", "ไ", "हि", "Ώ"),
]
pieced = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
texts = st.lists(pieced | st.text(max_size=40), min_size=1, max_size=8)


def by_itself(text: str) -> Wording:
    masked = masking.mask(text)
    cleaned = words.clean(masked)
    grams = words.grams(cleaned)
    return Wording(
        masked,
        masking.masked_title(text[:TITLED]),
        cleaned,
        grams,
        tuple(words.bands("anhui", grams)),
        tuple(words.find_words(text, WATCHED)),
    )


@given(texts)
def test_read_together_is_read_by_itself(some: list[str]) -> None:
    assert wordings("anhui", some, WATCHED) == [by_itself(text) for text in some]


def test_of_no_texts_there_is_nothing_to_say() -> None:
    assert wordings("anhui", [], WATCHED) == []


def test_long_texts_and_repeated_ones_are_read_like_others() -> None:
    some = [
        "城东停水三天了" * 1000,
        "",
        "转发微博",
        "转发微博",
        "a" * 20_000,
        "城" * 5000 + "Ａ",
        "城东停水三天了" * 1000,
    ]
    assert wordings("anhui", some, WATCHED) == [by_itself(text) for text in some]


@pytest.mark.parametrize("around", ["{}", "城{}东", "Ａ{}", "ｶ{}é"])
def test_every_character_is_read_alike(around: str) -> None:
    """A part of all code points in each surrounding; all of them in all of these were tried once."""
    some = [around.format(chr(point)) for point in range(len(around), sys.maxunicode + 1, 43)]
    cleaned = [words.clean(text) for text in some]
    seen = Texts(some)
    folded = [
        words.clean(text) if noisy or form is None else form
        for text, noisy, form in zip(some, seen.noisy(), seen.folded(words.LONGEST_CLEANED), strict=True)
    ]
    assert folded == cleaned
    unmasked = [text for text, private in zip(some, seen.to_be_masked(), strict=True) if not private]
    assert [masking.mask(text) for text in unmasked] == unmasked
    small = [text for text, shaped in zip(some, seen.shaped(), strict=True) if not shaped]
    assert [words.plain_form(text) for text in small] == small


def test_what_is_mostly_written_takes_the_short_way() -> None:
    seen = Texts(["城东停水三天了，物业电话打不通！😡", "转发微博", "请尽快恢复供水。"])
    assert seen.to_be_masked() == [False] * 3
    assert seen.shaped() == [False] * 3
    assert seen.noisy() == [False, True, False]
    assert seen.folded(10) == ["城东停水三天了物业电", "转发微博", "请尽快恢复供水"]
    assert unicodedata.is_normalized("NFKC", "城东停水")
