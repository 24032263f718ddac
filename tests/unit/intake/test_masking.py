"""Masked text carries no phone, identity, card or account number, however it was written."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.masking import TITLE_LIMIT, mask, masked_title, shorten

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
PHONE = r"1[3-9]\d{9}"

phones = st.from_regex(PHONE, fullmatch=True).map(lambda phone: "".join(str(int(digit)) for digit in phone))
around = st.text(st.sampled_from("电话微信QQ是：: ,，。a1 9-_/\n\t(（@.·号皖A"), max_size=12)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话13812345678，多谢", "电话[手机号]，多谢"),
        ("电话１３８１２３４５６７８", "电话[手机号]"),
        ("+86 138-1234-5678", "+86 [手机号]"),
        ("138 1234 5678 2026-01-05", "[手机号] 2026-01-05"),
        ("2026-1-5 138.1234.5678", "2026-1-5 [手机号]"),
        ("138，1234，5678", "[手机号]"),
        ("幺三八一二三四五六七八", "[手机号]"),
        ("①③⑧①②③④⑤⑥⑦⑧", "[手机号]"),
        ("138\u200b1234\u200b5678", "[手机号]"),
        ("138\u200d1234\u200d5678", "[手机号]"),
        ("1\ufe0f\u20e33\ufe0f\u20e38\ufe0f\u20e31234\ufe0f\u20e35678", "[手机号]"),
        ("身份证44030119900101123X", "身份证[身份证号]"),
        ("440301 19900101 123x", "[身份证号]"),
        ("440301900101123", "[身份证号]"),
        ("卡号6222 0202 0001 1234 567", "卡号[银行卡号]"),
        ("6222020200011234", "[银行卡号]"),
        ("0551-62881234转8", "[电话]转8"),
        ("０７３６-７８１７３６９", "[电话]"),
        ("宅电6288123", "宅电[号码]"),
        ("写信到li.lei+a@mail.gov.cn吧", "写信到[邮箱]吧"),
        ("QQ12345678@qq.com", "[邮箱]"),
        ("皖A12345和粤B·D12345", "[车牌号]和[车牌号]"),
        ("鄂AP185挂", "[车牌号]"),
        ("订单20260105001", "订单[号码]"),
    ],
)
def test_private_things_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "2026年1月13日10:30停电，至今3天",
        "2026-01-05 13:45 12345热线 010-12345",
        "1971.12-1972.1，1974.10-1978.1",
        "二〇二六年一月 一二三四五",
        "T1、2号线，G1次，3.14%，1,200元",
        "皖ABCDEF，新ABCDEFG",
        "A3区B小区 👨‍👩‍👧 🇨🇳",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert mask(text) == text


@given(around, phones, around, st.sampled_from(["plain", "wide", "gaps", "spaces"]))
def test_no_mobile_number_survives(before: str, phone: str, after: str, form: str) -> None:
    written = {
        "plain": phone,
        "wide": phone.translate(WIDE),
        "gaps": f"{phone[:3]}-{phone[3:7]}-{phone[7:]}",
        "spaces": f"{phone[:3]} {phone[3:7]} {phone[7:]}",
    }[form]
    for result in (mask(f"{before}{written}{after}"), masked_title(f"{before}{written}{after}")):
        assert not re.search(PHONE, result)
        assert phone[3:] not in re.sub(r"\D", "", unicodedata.normalize("NFKC", result))


@given(st.text(), st.from_regex(r"\d{7,30}", fullmatch=True), st.text())
def test_no_run_of_seven_digits_survives(before: str, digits: str, after: str) -> None:
    assert not re.search(r"\d{7}", mask(before + digits + after))


@given(st.text())
def test_masking_twice_changes_nothing_and_storage_takes_it(text: str) -> None:
    masked = mask(text)
    assert mask(masked) == masked
    assert "\0" not in masked
    masked.encode()


@given(st.text(max_size=400))
def test_a_title_fits_on_one_line(text: str) -> None:
    title = masked_title(text)
    assert len(title) <= TITLE_LIMIT
    assert title == " ".join(title.split())
    assert len(shorten(mask(text))) <= TITLE_LIMIT


def test_a_number_broken_over_lines_is_masked_in_the_title() -> None:
    assert masked_title("请回电\n138\n1234\n5678") == "请回电 [手机号]"
    assert shorten(mask("请回电\n138\n1234\n5678")) == "请回电 [手机号]"


@pytest.mark.parametrize("cluster", ["👨‍👩‍👧‍👦", "🇨🇳", "👍🏽", "e\u0301", "🏴\U000e0067\U000e0062\U000e007f"])
def test_a_title_is_never_cut_within_a_character_as_read(cluster: str) -> None:
    for lead in range(60, 80):
        title = masked_title("字" * lead + cluster * 12)
        kept = title.removesuffix("…").removeprefix("字" * lead)
        assert title.endswith("…")
        assert kept == cluster * (len(kept) // len(cluster))


def test_marks_piled_up_beyond_reason_are_cut_all_the_same() -> None:
    assert len(masked_title("z" + "\u0301" * 500)) == TITLE_LIMIT


def test_long_hostile_text_is_masked_in_one_pass() -> None:
    # Any pattern that looked twice at what it has read would not come back from a megabyte of these.
    for piece in ("a", "a.", "1 ", "皖A", "1@", "1-", "1", "a@b.", "138,"):
        mask(piece * (200_000 // len(piece)))
