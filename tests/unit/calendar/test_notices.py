"""A year's notice laid over the calendar, looked over, and read from a file."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.grading.domain.holidays import Change, first_difference, laid_over, reasons
from services.grading.domain.notice import check_notice
from services.grading.entry.cli.command import UsageError
from services.grading.entry.cli.notice_file import read_notice
from shared.calendar import Correction, official_calendar

LINES = """# made up
来源: 测试用通知
2026-12-31..2027-01-03 元旦 休   # four days
2026-12-27 元旦调休上班 班
"""
CSV = """date,working,reason
2026-12-31..2027-01-03,休,元旦
2026-12-27,班,元旦调休上班
"""
YAML = """source: 测试用通知
days:
  - {from: 2026-12-31, to: 2027-01-03, working: false, reason: 元旦}
  - {date: 2026-12-27, working: true, reason: 元旦调休上班}
"""
JSON = """{"source": "测试用通知", "days": [
  {"from": "2026-12-31", "to": "2027-01-03", "working": false, "reason": "元旦"},
  {"date": "2026-12-27", "working": true, "reason": "元旦调休上班"}]}
"""
DAYS = (
    *(Correction(day, False, "元旦") for day in (date(2026, 12, 31), *(date(2027, 1, n) for n in (1, 2, 3)))),
    Correction(date(2026, 12, 27), True, "元旦调休上班"),
)


def file(folder: Path, name: str, text: str) -> Path:
    place = folder / name
    place.write_text(text, encoding="utf-8")
    return place


@pytest.mark.parametrize(("name", "text"), [("n.txt", LINES), ("n.csv", CSV), ("n.yaml", YAML), ("n.json", JSON)])
def test_the_same_notice_in_every_form(tmp_path: Path, name: str, text: str) -> None:
    read = read_notice(file(tmp_path, name, text))
    assert tuple(read.days) == DAYS
    assert read.source == (None if name == "n.csv" else "测试用通知")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("n.txt", "2027-01-01 元旦\n", "n.txt:1: '2027-01-01 元旦' is no line such as"),
        ("n.txt", "\n2027-02-30 春节 休\n", "n.txt:2: '2027-02-30' is no day or range"),
        ("n.txt", "2027-02-11..2027-02-05 春节 休\n", "n.txt:1: '2027-02-11..2027-02-05' ends before it begins"),
        ("n.csv", "day,off\n", "n.csv:1: no column date, reason, working"),
        ("n.csv", "date,working,reason\n2027-01-01,maybe,元旦\n", "n.csv:2: 'maybe' says neither"),
        ("n.yaml", "days:\n  - {date: 2027-01-01, working: false}\n", "n.yaml:2: without a reason"),
        ("n.yaml", "days:\n\t- x\n", "n.yaml"),
        ("n.json", "{", "n.json:1: not JSON"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_notice(file(tmp_path, name, text))
    assert said in str(refused.value)


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_states_own_notices_pass_without_an_error(year: int) -> None:
    official = official_calendar()
    days = [Correction(day, *said) for day, said in official.exceptions.items() if day.year == year]
    assert check_notice(year, days) == ([], [])


def test_a_notice_takes_the_place_of_what_was_reckoned() -> None:
    base = official_calendar()
    short = Change("notice", 2027, DAYS, "一")
    calendar = laid_over(base, [short])
    assert 2027 in calendar.notices
    assert calendar.is_working(date(2027, 10, 1)), "the notice does not name it"
    assert not base.is_working(date(2027, 10, 1))
    assert calendar.is_working(date(2026, 12, 27))
    assert not calendar.is_provisional(date(2026, 12, 30))
    again = laid_over(base, [short, Change("notice", 2027, DAYS[:1], "二")])
    assert not again.is_working(date(2026, 12, 27)), "what the earlier notice named of December is gone with it"


def test_single_days_stay_unless_a_notice_names_them() -> None:
    storm = Change("day", 2027, (Correction(date(2027, 7, 15), False, "台风停工"),), "台风停工")
    early = Change("day", 2027, (Correction(date(2027, 1, 1), True, "值守"),), "值守")
    calendar = laid_over(official_calendar(), [storm, early, Change("notice", 2027, DAYS, "通知")])
    assert (calendar.is_working(date(2027, 7, 15)), calendar.is_working(date(2027, 1, 1))) == (False, False)
    assert reasons([storm]) == "2027-07-15改为非工作日(台风停工)"


def test_the_first_day_that_differs() -> None:
    base = official_calendar()
    after = laid_over(base, [Change("notice", 2027, DAYS, "通知")])
    assert first_difference(base, after) == date(2026, 12, 25), "no longer provisional from here on"
    storm = Change("day", 2026, (Correction(date(2026, 11, 19), False, "台风停工"),), "台风停工")
    assert first_difference(base, laid_over(base, [storm])) == date(2026, 11, 19)
    assert first_difference(base, base) is None


@given(st.lists(st.tuples(st.dates(date(2027, 1, 1), date(2027, 12, 31)), st.booleans()), min_size=1, max_size=8))
def test_before_the_first_difference_two_calendars_count_alike(days: list[tuple[date, bool]]) -> None:
    base = official_calendar()
    changes = [Change("day", day.year, (Correction(day, working, "试"),), "试") for day, working in days]
    after = laid_over(base, changes)
    first = first_difference(base, after)
    named = {day for day, _ in days}
    differing = {day for day in named if base.is_working(day) != after.is_working(day)}
    assert first == min(differing, default=None)
    assert laid_over(base, [*changes, *changes]).version == after.version, "the same again is nothing"
