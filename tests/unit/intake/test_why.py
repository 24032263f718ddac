"""The joining rules held against pairs: the verdict is what a batch decides, and the sentence says which rule it was."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain import saying_why
from services.intake.domain.joining import Post
from services.intake.domain.reports import Arrival
from services.intake.domain.why import Compared, Retold, arriving, compare, in_turn

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
WINDOW = timedelta(days=30)
LETTER = "青石里小区三号楼从上周四起没有自来水，加压泵坏了，供水公司说要等配件，物业不管，请协调修好水泵，恢复供水。"
OTHER = "地铁二号线早高峰拥挤不堪，建议增加班次并延长运营时间到晚上十一点半，方便下夜班的人回家。"


def told(
    text: str,
    *,
    days: float = 0,
    id_: str | None = None,
    root: str | None = None,
    url: str | None = None,
    region: str | None = None,
    organisation: str = "anhui",
) -> Arrival:
    post = Post("v", id_ or "none", url, root) if id_ or root or url else None
    return arriving(organisation, WINDOW, Retold("post", "", text, START + timedelta(days=days), post, region))


def pair(earlier: Arrival, later: Arrival) -> Compared:
    return compare(earlier, later)


CASES = [
    ("text", told(LETTER), told(f"//@某人：{LETTER} 转发微博 http://t.cn/abc")),
    ("words", told(LETTER), told(f"{LETTER}谢谢！")),
    ("root", told(LETTER, id_="1"), told("转发微博", id_="2", root="1")),
    (
        "url",
        told(LETTER, id_="1", url="https://example.org/a?id=7"),
        told("", id_="2", url="http://example.org/a?id=7&utm_source=x"),
    ),
    ("event", told(LETTER, id_="1"), told(OTHER, id_="1")),
    ("short", told("停水了"), told("停水了")),
    ("short", told(""), told("转")),
    ("unlike", told(LETTER), told(OTHER)),
    ("window", told(LETTER), told(LETTER, days=31)),
    ("window", told(LETTER), told(f"{LETTER}谢谢！", days=31)),
    ("region", told(LETTER, region="城东"), told(LETTER, region="城西")),
    ("differs", told(LETTER), told(LETTER.replace("青石里", "白杨里"))),
    ("differs", told(LETTER), told(LETTER.replace("三号楼", "四号楼"))),
]


@pytest.mark.parametrize(
    ("verdict", "earlier", "later"), CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_the_rule_that_decided_is_named(verdict: str, earlier: Arrival, later: Arrival) -> None:
    found = pair(earlier, later)
    assert found.verdict == verdict
    assert found.joins == (verdict in {"event", "url", "root", "text", "words"})
    said = saying_why.verdict(found)
    assert said.chinese
    assert said.english


def test_numbers_stand_in_the_sentence() -> None:
    unlike = pair(told(LETTER), told(OTHER))
    assert f"{unlike.jaccard:.2f}" in saying_why.verdict(unlike).chinese
    assert "0.60" in saying_why.verdict(unlike).chinese
    late = pair(told(LETTER), told(LETTER, days=31))
    assert "31.0 天" in saying_why.verdict(late).chinese
    assert "30.0 days" in saying_why.verdict(late).english
    short = pair(told("停水了"), told(LETTER))
    assert "2 个不同字对" in saying_why.verdict(short).chinese
    regions = pair(told(LETTER, region="城东"), told(LETTER, region="城西"))
    assert "城东、城西" in saying_why.verdict(regions).chinese


def test_what_differs_is_shown_as_a_reader_finds_it() -> None:
    found = pair(told(LETTER), told(LETTER.replace("青石里", "白杨里")))
    assert [tuple(each) for each in found.differs] == [("青石", "白杨")]
    assert "“青石”" in saying_why.verdict(found).chinese
    assert "“白杨”" in saying_why.verdict(found).english
    assert found.jaccard >= 0.6


def test_the_same_difference_is_said_once() -> None:
    found = pair(told(f"{LETTER}青石里的人。"), told(f"{LETTER}青石里的人。".replace("青石里", "白杨里")))
    assert saying_why.verdict(found).chinese.count("“白杨”") == 1


def test_a_region_within_another_is_no_other_place() -> None:
    found = pair(told(LETTER, region="示范市城东区"), told(LETTER, region="城东区"))
    assert (found.joins, found.verdict) == (True, "text")


def test_numbers_that_only_punctuation_parts_are_two() -> None:
    found = pair(told(f"{LETTER}3-1-502室"), told(f"{LETTER}31-502室"))
    assert (found.joins, found.verdict) == (False, "differs")


def test_shared_marks_are_told_even_where_another_decided() -> None:
    found = pair(
        told(LETTER, id_="1", url="https://example.org/1"), told(LETTER, id_="2", root="1", url="https://example.org/1")
    )
    assert found.verdict == "url"
    assert list(found.keys) == ["url", "root", "text"]


def test_organisations_never_meet() -> None:
    found = pair(told(LETTER, id_="1"), told(LETTER, id_="1", organisation="yichun"))
    assert (found.joins, found.verdict, list(found.keys)) == (False, "unmet", [])


def test_told_in_turn_only_the_leading_text_is_compared() -> None:
    outcomes = in_turn([told(LETTER, id_="1"), told(OTHER), told(f"{LETTER}！！"), told("转发微博", id_="9", root="1")])
    first, second, third, fourth = (each.incident_id for each in outcomes)
    assert first == third == fourth != second
    assert [each.why for each in outcomes] == ["new", "new", "text", "root"]


@pytest.mark.parametrize("why", ["new", "event", "url", "root", "text", "words", "likeness", "from a later version"])
def test_everything_kept_beside_a_report_has_words(why: str) -> None:
    said = saying_why.joined(why, 0.71 if why in {"words", "likeness"} else None)
    assert said.chinese != said.english
    assert ("0.71" in said.chinese) == (why in {"words", "likeness"})


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.text(max_size=400), st.floats(-40, 40))
def test_any_two_texts_get_a_verdict(one: str, other: str, days: float) -> None:
    found = pair(told(one), told(other, days=days))
    again = pair(told(one), told(other, days=days))
    assert (found.verdict, found.jaccard, found.joins) == (again.verdict, again.jaccard, again.joins)
    assert 0 <= found.jaccard <= 1
    assert saying_why.verdict(found).chinese
    for each in found.differs:
        assert max(map(len, each)) <= 40
