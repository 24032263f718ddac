"""Numbers of private persons are found by place, whatever the spelling; ordinary numbers are left alone."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.publishing.domain.personal_data import personal_data

# Numbers below are made up: test ranges and check digits computed for the purpose.
FOUND = [
    ("请拨打13800000000联系", "mobile", 3, 14),
    ("请拨打 138-0000-0000 联系", "mobile", 4, 17),
    ("请拨打 +86 13800000000", "mobile", 4, 19),
    ("电话1３８00000000", "mobile", 2, 13),
    ("身份证110101199001010000号", "identity", 3, 21),
    ("身份证11010119900101000X。", "identity", 3, 21),
    ("卡号 4111 1111 1111 1111 已退款", "card", 3, 22),
]


@pytest.mark.parametrize(("text", "kind", "start", "end"), FOUND)
def test_found(text: str, kind: str, start: int, end: int) -> None:
    found = list(personal_data(text))
    assert [place for _, place in found] == [(start, end)]
    assert kind in found[0][0]


@pytest.mark.parametrize(
    "text",
    [
        "监督电话 12345、0551-12345678",
        "宣政办秘〔2015〕1号",
        "金额 1234567890123456 元",
        "2026年2月17日 10:30 至 18:00",
        "https://weibo.com/1234567890/status",
        "统一社会信用代码 91340000MA2MXXXX00",
        "",
    ],
)
def test_left_alone(text: str) -> None:
    assert list(personal_data(text)) == []


@given(st.text(), st.integers(3, 9), st.integers(0, 10**9 - 1), st.text())
def test_a_mobile_number_is_never_missed(before: str, second: int, rest: int, after: str) -> None:
    if before[-1:].isdigit() or after[:1].isdigit() or before[-1:] in {"-", " "}:
        before, after = before + "、", "、" + after
    number = f"1{second}{rest:09}"
    start = len(before)
    assert any(since <= start + 2 and till >= start + 9 for _, (since, till) in personal_data(before + number + after))


@given(st.text(max_size=200))
def test_places_lie_in_the_text_and_apart(text: str) -> None:
    places = sorted(place for _, place in personal_data(text))
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(places))
