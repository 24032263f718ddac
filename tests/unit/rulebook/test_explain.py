"""A rulebook told back in plain Chinese: nothing left out, nothing of the operator's passed off as the text's."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from services.grading.entry.cli import main
from services.grading.rulebook import load_rulebook, shipped
from services.grading.rulebook.engine.compile import compile_rulebook
from services.grading.rulebook.telling.beside import Original, lay_beside
from services.grading.rulebook.telling.plain_chinese import plain_chinese
from services.grading.rulebook.telling.plain_duties import duty_statement
from services.grading.rulebook.telling.plain_pages import as_html, as_text
from services.grading.rulebook.telling.plain_words import KIND_NAMES, OPERATOR, budget
from services.grading.rulebook.telling.statements import Statement
from services.grading.rulebook.written.duties import Duty
from services.grading.rulebook.written.vocabulary import WITHOUT_NUMBER, Kind
from tests.unit.rulebook.test_load import SMALL

ORIGINAL = """某局办法

第一章 总则

第一条 舆情分为一般和
重大两级。
第二条 办公室发现舆情,应当于一小时 内报告主要负责同志。
第三条 本办法自印发之日起施行。
"""


def statements(rulebook: str) -> dict[str, Statement]:
    """By subject."""
    return {
        each.subject: each for section in plain_chinese(load_rulebook(rulebook)).sections for each in section.statements
    }


def quotations(node: Any) -> Iterator[tuple[str, str]]:
    """Every clause with its phrase anywhere in a rulebook."""
    if isinstance(node, Mapping):
        if node.get("clause") and node.get("phrase"):
            yield node["clause"], node["phrase"]
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from quotations(each)


@pytest.mark.parametrize("name", shipped())
def test_everything_a_rulebook_says_is_told(name: str) -> None:
    book = load_rulebook(name)
    told = statements(name)
    model = book.model
    for kind, ids in (
        ("duty", [each.id for each in model.duties]),
        ("level", [each.id for each in model.levels]),
        ("criterion", [each.id for each in model.criteria]),
        ("routine", [each.id for each in model.routines]),
        ("chain", list(model.approval_chains)),
        ("channel", list(model.release.channels)),
        ("standing_rule", [each.id for each in model.standing_rules]),
        ("suspension", [each.id for each in model.suspension.reasons]),
    ):
        assert {f"{kind} {each}" for each in ids} <= told.keys()
    assert {"release", "closing", "time", "defaults", "joining", "stability", "roles"} <= told.keys()
    cited = {(cite.clause, cite.phrase) for each in told.values() for cite in each.cites}
    assert set(quotations(model.model_dump())) <= cited


@pytest.mark.parametrize("name", shipped())
def test_it_is_chinese_throughout(name: str) -> None:
    book = load_rulebook(name)
    names = {above.rulebook for above in book.model.stands_on}
    for statement in statements(name).values():
        for text in (statement.text, *statement.notes):
            words = set(
                re.findall(r"[a-zA-Z_]{3,}", re.sub(r"\([^()]*“|Art\. [^:]*:|Plan [^:]*:|Asia/Shanghai", "", text))
            )
            assert words - names <= {"Art", "Plan", "iii"}, text


@pytest.mark.parametrize("name", shipped())
def test_a_duty_without_number_says_so(name: str) -> None:
    book, told = load_rulebook(name), statements(name)
    for duty in book.model.duties:
        text = told[f"duty {duty.id}"].text
        silent = duty.due.within in WITHOUT_NUMBER and not duty.due.by_level
        assert ("原文未规定" in text) == silent
        assert duty.source == "regulation" or OPERATOR in text


def test_kinds_are_all_named() -> None:
    assert set(KIND_NAMES) == set(get_args(Kind))


def test_words_without_number_are_all_known() -> None:
    assert all(not re.search("[a-z]", budget(word)) for word in WITHOUT_NUMBER - {"silent"})


def test_one_sentence_as_an_official_would_write_it() -> None:
    told = statements("xuancheng-2015")
    assert told["duty report_with_proposal"].text == (
        "舆情定为一般性的,市政府相关部门(认领单位)应当自发现舆情之时起〔本单位设定〕2小时内"
        "向部门主要负责同志、部门分管负责同志、市信息办报送舆情及处置建议。(Art. 8:“于2小时内将相关舆情及处置建议,报送”)"
    )
    assert told["duty investigate"].text.startswith(
        "市政府相关部门(认领单位)应当自认领之日起5个工作日内形成核实调查报告。"
    )
    assert "舆情属于“历史遗留问题”的,时限为15个工作日内。" in "".join(told["duty investigate"].notes)


PLAIN: dict[str, Any] = {
    "id": "report", "name": "报送情况", "kind": "report", "clause": "Art. 2", "phrase": "一小时内报告", "owner": "office",
    "to": ["chief"], "due": {"from": "discovered", "within": "1 h"},
}  # fmt: skip
CHANGES: tuple[dict[str, Any], ...] = (
    {"name": "呈送情况"}, {"clause": "Art. 3"}, {"phrase": "报告"}, {"source": "operator"}, {"owner": "chief"},
    {"owner_source": "operator"}, {"jointly": ["public"]}, {"to": ["public"]}, {"to_source": "operator"},
    {"desk": "publishing"}, {"when": {"levels": ["high"]}}, {"when": {"flags": ["sensitive"]}},
    {"when": {"any_flags": ["sensitive"]}}, {"when": {"without_flags": ["sensitive"]}}, {"when": {"after": ["reported"]}},
    {"when": {"before": ["reported"]}}, {"when_source": "operator"}, {"found_by": ["office"]},
    {"due": {"from": "occurred", "within": "1 h"}}, {"due": {"from": ["discovered", "occurred"], "within": "1 h"}},
    {"due": {"from": "discovered", "from_source": "operator", "within": "1 h"}}, {"due": {"from": "discovered"}},
    {"due": {"from": "discovered", "within": "in time"}}, {"due": {"from": "discovered", "within": "2 h"}},
    {"due": {"from": "discovered", "within": "in time", "default": "1 h"}},
    {"due": {"from": "discovered", "within": "in time", "target": "1 h"}},
    {"due": {"from": "discovered", "within": "1 h", "by_level": {"high": "30 min"}}},
    {"due": {"from": "discovered", "within": "1 h", "variants": [
        {"when": {"flags": ["sensitive"]}, "within": "30 min", "clause": "Art. 3", "phrase": "敏感"}]}},
    {"recurring": True}, {"each": True}, {"until": "calmed"}, {"until": "closed"}, {"optional": True},
    {"hand_in": ["情况"]}, {"marks": "reported"}, {"marks": "reported", "hand_in": ["甲"], "marks_if": {"甲": "是"}},
    {"fulfilled_by": "reported"}, {"chain": "reply"}, {"reminders": ["15 min before"]}, {"reminders": []},
    {"extension": {"request_within": "1 h", "from": "discovered", "to": "chief", "source": "operator"}},
    {"warn": {"from": "occurred", "within": "1 h"}}, {"escalate": [{"after": "at once", "to": "chief"}]}, {"escalate": []},
    {"bounds": ["respond"]},
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_every_field_of_a_duty_is_heard(change: dict[str, Any]) -> None:
    book = load_rulebook(SMALL)
    plain = duty_statement(book, Duty.model_validate(PLAIN))
    changed = duty_statement(book, Duty.model_validate(PLAIN | change))
    assert (plain.clause, plain.text, plain.notes) != (changed.clause, changed.text, changed.notes)


def test_the_list_of_changes_covers_the_duty() -> None:
    assert {key for change in CHANGES for key in change} | {"id", "kind"} == set(Duty.model_fields)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1 h", "1小时"), ("30 min", "30分钟"), ("5 working days", "5个工作日"), ("3 days", "3日"), ("same day", "当日"),
        ("at once", "立即"), ("1 half day", "半个工作日"), ("3 half days", "3个工作半日"), ("2 business hours", "2个工作小时"),
    ],
)  # fmt: skip
def test_durations(text: str, shown: str) -> None:
    assert budget(text) == shown


def test_articles_stand_in_the_order_of_the_text() -> None:
    headings = [section.clause for section in plain_chinese(load_rulebook("anhui-medical-security-2021")).articles]
    assert headings.index("Art. 8") < headings.index("Art. 10") < headings.index("Art. 21") < headings.index("Plan 3.1")


def test_phrases_are_found_whatever_the_spaces_and_the_width() -> None:
    original = Original("第一条 应当于1小时\n内,报告。")
    spans = original.find("1小时内，报告")
    assert [original.text[span.start : span.end] for span in spans] == ["1小时\n内,报告"]
    assert original.find("应当……报告") != ()
    assert original.find("报告……应当") == ()


def test_an_article_is_found_whichever_way_the_clause_names_it() -> None:
    original = Original("第一条 甲。\n第二条 乙。\n丙。\n第三条 丁。")
    span = original.article("第二条第一款")
    assert span is not None
    assert span == original.article("Art. 2")
    assert original.text[span.start : span.end].rstrip() == "第二条 乙。\n丙。"


def test_a_time_by_level_in_hours_and_days_begins_with_neither() -> None:
    book = load_rulebook(SMALL.replace("within: 1 h", "by_level: {low: 3 days, high: 1 h}"))
    assert "自发现舆情起按等级规定的时限" in duty_statement(book, book.model.duties[0]).text


def test_the_original_beside_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rulebook, original = tmp_path / "small.yaml", tmp_path / "original.txt"
    rulebook.write_text(SMALL, encoding="utf-8")
    original.write_bytes(ORIGINAL.encode("gb18030"))
    assert main(["rulebook", "explain", str(rulebook), "--beside", str(original)]) == 0
    out = capsys.readouterr().out
    assert "原文│ 第二条 办公室发现舆情,应当于〖一小时 内报告〗主要负责同志。" in out
    assert "引用原文 3 处,全部与原文相符。" in out


def test_a_phrase_that_is_not_in_the_original_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rulebook, original = tmp_path / "small.yaml", tmp_path / "original.txt"
    rulebook.write_text(SMALL.replace("一小时内报告", "两小时内报告"), encoding="utf-8")
    original.write_text(ORIGINAL, encoding="utf-8")
    page = tmp_path / "both.html"
    assert main(["rulebook", "explain", str(rulebook), "--beside", str(original), "--html", str(page)]) == 1
    out = capsys.readouterr().out
    assert "其中 1 处在原文中未逐字找到" in out
    assert "Art. 2:“两小时内报告”" in out
    assert "<mark>重大</mark>两级" in page.read_text(encoding="utf-8")


def test_an_original_without_articles_is_told_by_its_paragraphs() -> None:
    beside = lay_beside(plain_chinese(load_rulebook(SMALL)), "一般和重大\n应一小时内报告。\n完")
    passages = {side.section.clause: [passage.text for passage in side.passages] for side in beside.sides}
    assert passages["Art. 2"] == ["应一小时内报告。"]
    assert not beside.missing


def test_beside_the_original_articles_follow_the_original() -> None:
    beside = lay_beside(plain_chinese(load_rulebook(SMALL)), "应一小时内报告。\n一般和重大\n")
    assert [side.section.clause for side in beside.sides][:2] == ["Art. 2", "Art. 1"]


def test_an_unreadable_original_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "original.pdf"
    picture.write_bytes(b"%PDF-1.7\xff\xfe\x00\xff")
    assert main(["rulebook", "explain", "xuancheng-2015", "--beside", str(picture)]) == 2
    assert "save it as plain text" in capsys.readouterr().err
    assert main(["rulebook", "explain", "xuancheng-2015", "--beside", str(tmp_path / "none.txt")]) == 2
    assert main(["rulebook", "explain", "xuancheng-2015", "--html", str(tmp_path)]) == 2
    assert main(["timeline", "xuancheng-2015", "--level", "general", "--svg", str(tmp_path)]) == 2
    assert "can't be written" in capsys.readouterr().err


def test_the_page_escapes_what_it_shows() -> None:
    book = load_rulebook(SMALL.replace("title: 小规则", "title: <script>alert(1)</script>"))
    beside = lay_beside(plain_chinese(book), "第二条 <b>一小时内报告</b>")
    for page in (as_html(plain_chinese(book)), as_html(plain_chinese(book), beside)):
        assert "<script>" not in page
        assert "<b>" not in page


def test_the_same_rulebook_is_told_the_same_way() -> None:
    book = load_rulebook("xuancheng-2015")
    assert as_text(plain_chinese(book)) == as_text(plain_chinese(compile_rulebook(book.model)))
