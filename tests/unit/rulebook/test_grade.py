"""Proposals: which criteria are met, on what evidence."""

import pytest

from services.grading.rulebook import Fact, load_rulebook
from tests.unit.rulebook.cases import ANHUI, XUANCHENG, YICHUN, complaint, flag, moment, post, run
from tests.unit.rulebook.test_load import SMALL

FOUND = moment("discovered")


@pytest.mark.parametrize(
    ("rulebook", "facts", "level"),
    [
        (ANHUI, [complaint()], "III"),
        (ANHUI, [post(9_999)], "III"),
        (ANHUI, [post(10_000)], "II"),
        (ANHUI, [post(60_000, source="a"), post(60_000, source="b")], "I"),
        (ANHUI, [post(60_000, 0), post(50_000, 5)], "II"),
        (ANHUI, [post(60_000, author_types=["media"])], "I"),
        (ANHUI, [complaint(), flag("sensitive")], "II"),
        (ANHUI, [complaint(), flag("sensitive"), flag("sensitive", 5, on=False)], "III"),
        (ANHUI, [complaint(), flag("urgent")], None),
        (ANHUI, [], None),
        (XUANCHENG, [complaint()], "general"),
        (XUANCHENG, [post(50_000)], "major_sensitive"),
        (YICHUN, [complaint()], "general"),
        (YICHUN, [complaint(), flag("grave_emergency")], "extra_major"),
        (YICHUN, [complaint(), flag("response_demanded")], "major"),
        (YICHUN, [post(1, author_types=["media"])], "sensitive"),
    ],
)
def test_proposals(rulebook: object, facts: list[Fact], level: str | None) -> None:
    grade = run(rulebook, [FOUND, *facts]).grade
    assert (grade.level, grade.state) == (level, "proposed" if level else "none")


def test_reasons_carry_the_clause_its_words_and_what_was_seen() -> None:
    reasons = run(ANHUI, [FOUND, post(12_000), flag("sensitive")]).grade.reasons
    assert [(reason.rule, reason.evidence) for reason in reasons] == [
        ("ii_attention", ("阅读 12000 ≥ 10000",)),
        ("ii_flagged", ("标记:敏感",)),
    ]
    assert {(reason.clause, reason.source) for reason in reasons} == {("Art. 10", "operator")}


def test_words_platforms_and_author_types_are_looked_for() -> None:
    signs = "{words: [停药, 断供], platforms: 2, author_types: [media]}"
    rulebook = load_rulebook(SMALL.replace("{metrics: {reads: 1000}}", signs))
    assert rulebook.words == ("停药", "断供")
    one = post(1, source="a", words=["停药"], platforms=["weibo"], author_types=["media"])
    two = post(1, source="b", platforms=["douyin"])
    assert run(rulebook, [FOUND, one]).grade.level != "high"
    grade = run(rulebook, [FOUND, one, two]).grade
    assert grade.level == "high"
    assert grade.reasons[0].evidence == ("平台数 2 ≥ 2", "词语:停药", "发布者类型:media")
