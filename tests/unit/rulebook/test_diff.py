"""What changes between two rulebooks: rules, duties, deadlines for example starts."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from services.grading.entry.cli import main
from services.grading.rulebook import load_rulebook, shipped
from services.grading.rulebook.trying.difference import Difference, difference
from services.grading.rulebook.trying.difference_pages import difference_dict, difference_text
from shared.calendar import official_calendar
from tests.unit.rulebook.test_load import SMALL

SECOND = """  - id: answer
    name: 答复
    kind: respond
    clause: Art. 3
    phrase: 三个工作日内答复
    owner: office
    to: [public]
    due: {from: discovered, within: 3 working days}
approval_chains:"""


def compare(old: str, new: str) -> Difference:
    return difference(load_rulebook(old), load_rulebook(new), official_calendar())


def edit(old: str, new: str) -> str:
    assert old in SMALL
    return SMALL.replace(old, new, 1)


@pytest.mark.parametrize("name", shipped())
def test_a_rulebook_does_not_differ_from_itself(name: str) -> None:
    found = compare(name, name)
    assert found.same
    assert (found.duties, found.deadlines, found.rules) == ((), (), ())


def test_layout_and_comments_are_no_difference() -> None:
    assert compare(SMALL, f"# a comment\n{SMALL}").same


def test_a_shorter_time_shortens_every_example() -> None:
    found = compare(SMALL, edit("within: 1 h}", "within: 30 min}"))
    (change,) = found.duties
    assert (change.id, change.change, dict(change.aspects)) == ("report", "changed", {"time": ("1小时内", "30分钟内")})
    assert {each.level for each in found.deadlines} == {"low", "high"}
    assert {each["minutes"] for each in difference_dict(found)["deadlines"]} == {-30}
    text = difference_text(found)
    assert "报告(report),一般、重大" in text
    assert "2026年3月9日 11:00 → 2026年3月9日 10:30,缩短30分钟" in text


def test_working_days_are_counted_over_the_spring_festival() -> None:
    old = SMALL.replace("approval_chains:", SECOND)
    found = compare(old, old.replace("3 working days", "5 working days"))
    shown = {each.example: (each.old, each.new) for each in found.deadlines if each.level == "low"}
    was, becomes = shown["2026年春节放假前一日 16:00"]
    assert was is not None
    assert becomes is not None
    assert (was.isoformat(), becomes.isoformat()) == ("2026-02-26T17:30:00+08:00", "2026-02-28T17:30:00+08:00")


def test_duties_appear_and_vanish() -> None:
    more = SMALL.replace("approval_chains:", SECOND)
    assert [(each.id, each.change) for each in compare(SMALL, more).duties] == [("answer", "added")]
    assert [(each.id, each.change) for each in compare(more, SMALL).duties] == [("answer", "removed")]
    assert "新增 答复(answer)" in difference_text(compare(SMALL, more))


@pytest.mark.parametrize(
    ("change", "aspect"),
    [
        (lambda: edit("owner: office", "owner: chief"), "owner"),
        (lambda: edit("    to: [chief]", "    to: [chief, public]"), "to"),
        (lambda: edit("from: discovered", "from: occurred"), "anchor"),
        (lambda: edit("    due:", "    when: {levels: [high]}\n    due:"), "condition"),
        (lambda: edit("    due:", "    chain: reply\n    due:"), "chain"),
        (lambda: edit("    due:", "    hand_in: [情况]\n    due:"), "hand_in"),
        (lambda: edit("    due:", "    reminders: [1/3]\n    due:"), "watch"),
        (lambda: edit("一小时内报告", "于一小时内报告"), "words"),
        (lambda: edit("    due:", "    marks: reported\n    due:"), "completion"),
    ],
)
def test_each_aspect_is_told_apart(change: Callable[[], str], aspect: str) -> None:
    (duty,) = compare(SMALL, change()).duties
    assert list(duty.aspects) == [aspect]


@pytest.mark.parametrize(
    ("old", "new", "subject"),
    [
        ("name: 重大, approver: [chief]", "name: 特大, approver: [chief]", "level high"),
        ("name: 重大, approver: [chief]", "name: 重大, approver: [office]", "level high"),
        ("when: {metrics: {reads: 1000}}", "when: {metrics: {reads: 500}}", "criterion loud"),
        ("name: 审批, roles: [chief]", "name: 审批, roles: [office]", "chain reply"),
        ("calmed_by: [office]", "calmed_by: [chief]", "closing"),
        ('version: "1"', 'version: "2"', "version"),
    ],
)
def test_rules_that_are_no_duties(old: str, new: str, subject: str) -> None:
    assert subject in [rule.subject for rule in compare(SMALL, edit(old, new)).rules]


def test_the_command_ends_like_diff(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(SMALL, encoding="utf-8")
    new.write_text(edit("within: 1 h}", "within: 2 h}"), encoding="utf-8")
    assert main(["rulebook", "diff", str(old), str(old)]) == 0
    assert "两者内容完全相同" in capsys.readouterr().out
    assert main(["rulebook", "diff", str(old), str(new), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["same"] is False
    assert told["deadlines"][0]["minutes"] == 60
    assert main(["rulebook", "diff", str(old), str(tmp_path / "none.yaml")]) == 2


def test_a_layer_shortens_what_it_bounds() -> None:
    name = "anhui-medical-security-2021"
    alone, under = load_rulebook(name), load_rulebook(name, ["state-council-2016"])
    found = difference(alone, under, official_calendar())
    assert "state-council-2016:press_conference" in [each.id for each in found.duties if each.change == "added"]
    told = [
        each for each in difference_dict(found)["deadlines"] if (each["duty"], each["level"]) == ("first_release", "I")
    ]
    assert {each["minutes"] for each in told if each["flag"] is None} == {-19 * 60}


@pytest.mark.parametrize("name", shipped())
def test_any_two_rulebooks_can_be_compared(name: str) -> None:
    assert difference_text(compare("xuancheng-2015", name))
