"""The Chinese guide is true: its example is the file beside it, follows its text, and its dates are what is counted."""

import re
from datetime import datetime
from pathlib import Path

import pytest

from services.grading.rulebook import lint, load_rulebook
from services.grading.rulebook.telling.beside import lay_beside
from services.grading.rulebook.telling.plain_chinese import plain_chinese
from shared.calendar import deadline, official_calendar, parse_budget

DOCS = Path(__file__).parents[3] / "docs"
EXAMPLE = DOCS / "examples" / "banfa.yaml"
GUIDE = (DOCS / "rulebooks.zh-CN.md").read_text(encoding="utf-8")
STARTS = ("2026-03-13T16:30", "2026-09-30T16:00", "2026-02-13T20:00")
DATES = re.findall(r"^\| \S+ \| `([^`]+)` \| (\d+月.+) \|$", GUIDE, re.MULTILINE)


def test_the_example_loads_without_a_finding() -> None:
    looked = lint(EXAMPLE)
    assert looked.rulebook is not None
    assert looked.problems == ()


def test_the_guide_shows_the_file_and_its_hash() -> None:
    shown = re.findall(r"^```yaml\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    assert shown == [EXAMPLE.read_text(encoding="utf-8")]
    assert f"sha256 {load_rulebook(EXAMPLE).hash}\n" in GUIDE


def test_every_phrase_stands_in_the_three_articles() -> None:
    original = re.search(r"^第一条.*?^第三条[^\n]*", GUIDE, re.MULTILINE | re.DOTALL)
    assert original is not None
    beside = lay_beside(plain_chinese(load_rulebook(EXAMPLE)), original[0])
    assert not beside.missing
    whole = [side.passages[0].text for side in beside.sides if side.section.clause]
    assert [text.strip() for text in whole] == original[0].splitlines()


@pytest.mark.parametrize(("within", "shown"), DATES)
def test_the_worked_dates(within: str, shown: str) -> None:
    hours = load_rulebook(EXAMPLE).hours
    ends = [
        deadline(
            datetime.fromisoformat(start).replace(tzinfo=hours.zone), parse_budget(within), official_calendar(), hours
        )
        for start in STARTS
    ]
    assert [_moment(text) for text in shown.split(" | ")] == [end.at.timestamp() for end in ends]


def test_all_worked_dates_are_read() -> None:
    assert len(DATES) == 9


def _moment(text: str) -> float:
    """3月13日 24:00, in 2026, as a timestamp."""
    month, day, hour, minute = map(int, re.findall(r"\d+", text))
    zone = load_rulebook(EXAMPLE).hours.zone
    return datetime(2026, month, day, tzinfo=zone).timestamp() + hour * 3600 + minute * 60
