"""A rulebook that can't be used is refused with file, line, path and what was expected."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from services.grading.rulebook import RulebookError, canonical, load_canonical, load_rulebook, shipped

SMALL = """\
id: small
title: 小规则
issuer: 某局
in_force: 2020-01-01
version: "1"
roles:
  office: {name: 办公室}
  chief: {name: 主要负责同志}
  public: {name: 公众, external: true}
levels:
  - {id: low, name: 一般, approver: [chief], clause: Art. 1, phrase: 一般}
  - {id: high, name: 重大, approver: [chief], clause: Art. 1, phrase: 重大}
criteria:
  - {id: loud, level: high, name: 传播广, source: operator, when: {metrics: {reads: 1000}}}
  - {id: quiet, level: low, name: 传播不广, source: operator, when: {below: {reads: 1000}}}
duties:
  - id: report
    name: 报告
    kind: report
    clause: Art. 2
    phrase: 一小时内报告
    owner: office
    to: [chief]
    due: {from: discovered, within: 1 h}
approval_chains:
  reply: {name: 审批, source: operator, steps: [{name: 审批, roles: [chief]}]}
release:
  channels:
    site: {name: 网站}
  rules:
    - {chain: reply}
closing: {calmed_by: [office], closed_by: [office]}
"""


def broken(edit: Callable[[str], str]) -> list[str]:
    """What is said of the small rulebook after an edit."""
    with pytest.raises(RulebookError) as caught:
        load_rulebook(edit(SMALL))
    return list(caught.value.problems)


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def replace(old: str, new: str) -> Callable[[str], str]:
    assert old in SMALL
    return lambda text: text.replace(old, new, 1)


def test_the_small_one_is_sound() -> None:
    assert load_rulebook(SMALL).id == "small"


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("    due: {from: discovered, within: 1 h}", "    due: {from: noon, within: 1 h}", "from: noon", "unknown moment 'noon'"),
        ("within: 1 h}", "within: 0 h}", "within: 0 h", "longer than zero and at most 3650 days"),
        ("within: 1 h}", "within: 4000 days}", "4000 days", "at most 3650 days"),
        ("within: 1 h}", "within: soon}", "soon", "write '30 min'"),
        ("    owner: office", "    owner: nobody", "owner: nobody", "unknown role 'nobody'"),
        ("    to: [chief]", "    to: [boss]", "to: [boss]", "unknown role 'boss'"),
        ("    clause: Art. 2\n", "", "- id: report", "clause and phrase, or `source: operator`"),
        ("    kind: report", "    kind: shout", "kind: shout", "'report'"),
        ("    kind: report", "    kind: report\n    colour: red", "colour: red", "unknown key 'colour'"),
        ("level: high, name", "level: top, name", "level: top", "unknown level 'top'"),
        ("{id: high,", "{id: low,", "重大, approver", "used 2 times"),
        ("approver: [chief], clause: Art. 1, phrase: 一般", "approver: [], clause: Art. 1, phrase: 一般", "name: 一般", "at least 1 item"),
        ("metrics: {reads: 1000}", "metrics: {views: 1000}", "views", "'reads'"),
        ("metrics: {reads: 1000}", "flags: [loud]", "flags: [loud]", "unknown flag 'loud'"),
        ("    - {chain: reply}", "    - {chain: nobody}", "chain: nobody", "unknown approval chain 'nobody'"),
        ("    - {chain: reply}", "    - {chain: reply, when: {levels: [low]}}", "    - {chain: reply", "must hold always"),
        ("version: \"1\"", "version: \"1\"\nversion: \"2\"", 'version: "2"', "duplicate key"),
        ("title: 小规则", "title: &t 小规则\nissuer2: *t", "issuer2", "alias *t is not allowed"),
        ("title: 小规则", "title: [小规则", "issuer: 某局", "not YAML"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, line: str, told: str) -> None:
    edit = replace(old, new)
    problems = broken(edit)
    assert any(told in problem for problem in problems), problems
    number = line_of(edit(SMALL), line)
    found = [int(problem.split(":")[1]) for problem in problems if told in problem]
    # YAML's own errors are told where the parser noticed, which is at or after the cause.
    assert found[0] >= number if "not YAML" in told else found[0] == number, problems


def test_every_finding_is_told_at_once() -> None:
    problems = broken(lambda text: text.replace("owner: office", "owner: a").replace("to: [chief]", "to: [b, c]"))
    assert len(problems) == 3


@pytest.mark.parametrize("text", ["- 1\n- 2\n", "just words\nand more\n", "\n", "id: x\n", "{\n"])
def test_other_documents_are_refused(text: str) -> None:
    with pytest.raises(RulebookError):
        load_rulebook(text)


def test_too_large_missing_and_not_text(tmp_path: Path) -> None:
    large, binary = tmp_path / "large.yaml", tmp_path / "binary.yaml"
    large.write_text("#" * 1_000_001)
    binary.write_bytes(b"\xff\xfe\x00")
    for path, told in ((large, "too large"), (binary, "UTF-8"), (tmp_path / "none", "no such file")):
        with pytest.raises(RulebookError, match=told):
            load_rulebook(path)


@pytest.mark.parametrize(
    "text",
    ["a: " + "[" * 20_000 + "\n", "a:\n  " + "- " * 20_000 + "x\n", "".join(f"{' ' * n}a:\n" for n in range(900))],
    ids=["brackets", "dashes", "indentation"],
)
def test_deep_nesting_is_refused_early(text: str) -> None:
    with pytest.raises(RulebookError, match="deep"):
        load_rulebook(text)


def test_an_alias_bomb_is_refused_before_it_is_built() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    with pytest.raises(RulebookError, match="alias"):
        load_rulebook(bomb)


def test_fifteen_load_in_150_ms() -> None:
    """75 ms on a machine of its own; where others share its cores up to twice as much CPU time for the same work."""

    def taken() -> float:
        begun = time.process_time()
        for name in shipped():
            load_rulebook(name)
        return time.process_time() - begun

    taken()
    assert min(taken() for _ in range(5)) * 15 / len(shipped()) < 2 * 0.150


def test_the_hash_is_of_the_meaning_not_of_the_text() -> None:
    plain = load_rulebook(SMALL)
    again = load_rulebook("# a comment\n" + SMALL.replace("{name: 办公室}", "\n    name: 办公室"))
    other = load_rulebook(SMALL.replace("within: 1 h", "within: 2 h"))
    assert plain.hash == again.hash != other.hash


@pytest.mark.parametrize("name", shipped())
def test_shipped_rulebooks_survive_the_database(name: str) -> None:
    rulebook = load_rulebook(name)
    assert rulebook.id == name
    assert load_canonical(canonical(rulebook.model)).hash == rulebook.hash
