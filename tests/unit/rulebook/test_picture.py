"""The timetable as a picture: complete, readable, well formed whatever the names."""

from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from services.grading.entry.cli import main
from services.grading.entry.cli.chart_terminal import drawn
from services.grading.rulebook import CompiledRulebook, load_rulebook, shipped, timeline
from services.grading.rulebook.telling.chart import Chart, chart, moment
from services.grading.rulebook.telling.chart_svg import COLOURS, as_svg
from shared.calendar import official_calendar
from tests.unit.rulebook.test_load import SMALL

CALENDAR = official_calendar()
SHANGHAI = ZoneInfo("Asia/Shanghai")
SVG = "{http://www.w3.org/2000/svg}"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def picture(book: CompiledRulebook, level: str, **moments: str) -> Chart:
    known = {name: at(text) for name, text in moments.items()}
    rows = timeline(book, CALENDAR, level, [], known)["duties"]
    return chart(book, CALENDAR, rows, level, [], known)


def texts(svg: str) -> str:
    return "\n".join(ElementTree.fromstring(svg).itertext())  # noqa: S314 — our own


SPRING = {"discovered": "2026-02-13T10:00", "claimed": "2026-02-13T15:00"}


@pytest.mark.parametrize("name", shipped())
def test_every_duty_of_the_timetable_is_in_the_picture(name: str) -> None:
    book = load_rulebook(name)
    for level in book.ranks:
        rows = timeline(book, CALENDAR, level, [], {"discovered": at("2026-02-13T10:00")})["duties"]
        shown = picture(book, level, discovered="2026-02-13T10:00")
        assert len(shown.bars) + sum(len(lines) for _, lines in shown.without) == len(rows)
        said = texts(as_svg(shown))
        assert all(bar.name[:20] in said for bar in shown.bars)


def test_a_bar_says_from_when_to_when_and_by_which_clause() -> None:
    shown = picture(load_rulebook("xuancheng-2015"), "general", **SPRING)
    bar = next(bar for bar in shown.bars if bar.id == "investigate")
    assert bar.spoken() == (
        "形成核实调查报告(Art. 8):市政府相关部门(认领单位),自认领(2026年2月13日 15:00)起5个工作日,2026年2月27日 17:30届满"
    )


def test_days_off_are_one_block_with_the_name_of_the_holiday() -> None:
    shown = picture(load_rulebook("xuancheng-2015"), "general", **SPRING)
    assert [(days.first, days.last, days.name, days.worked) for days in shown.days][:2] == [
        (date(2026, 2, 14), date(2026, 2, 14), "春节调休上班", True),
        (date(2026, 2, 15), date(2026, 2, 23), "春节", False),
    ]  # fmt: skip
    assert "春节" in texts(as_svg(shown))


def test_the_picture_is_well_formed_and_accessible() -> None:
    svg = as_svg(picture(load_rulebook("xuancheng-2015"), "general", **SPRING))
    root = ElementTree.fromstring(svg)  # noqa: S314 — our own
    assert root.get("role") == "img"
    ids = (root.get("aria-labelledby") or "").split()
    assert [child.get("id") for child in root if child.tag in (f"{SVG}title", f"{SVG}desc")] == ids
    assert "形成核实调查报告" in (root.findtext(f"{SVG}desc") or "")
    assert len(set(COLOURS)) == len(COLOURS)
    assert "font-size:1" in svg  # nothing under ten
    assert all(size not in svg for size in ("font-size:8", "font-size:9"))


def test_names_are_escaped() -> None:
    hostile = SMALL.replace("name: 报告", 'name: "<script>\\u0001&]]>\\""').replace("小规则", '"<svg onload=1>"')
    svg = as_svg(picture(load_rulebook(hostile), "high", discovered="2026-02-13T10:00"))
    assert "<script>" not in svg
    assert "<script>" in texts(svg)
    assert "<svg onload" not in svg


def test_without_any_moment_there_is_a_list_and_no_axis() -> None:
    shown = picture(load_rulebook("xuancheng-2015"), "general")
    assert shown.bars == ()
    assert dict(shown.without)["起算时间未给出"]
    assert "grid" not in as_svg(shown).split("</style>")[1]


def test_a_century_is_still_a_picture() -> None:
    shown = picture(
        load_rulebook("xuancheng-2015"), "general", discovered="2000-01-02T10:00", claimed="2098-01-01T10:00"
    )
    assert len(as_svg(shown)) < 100_000


def test_the_end_of_a_day_is_24_hours() -> None:
    assert moment(at("2026-03-01T00:00")) == "2026年2月28日 24:00"
    assert moment(datetime(2026, 3, 1, 9, 5, tzinfo=UTC)) == "2026年3月1日 09:05"


def test_the_same_day_ends_on_that_day() -> None:
    book = load_rulebook("ethnic-religious-affairs-city")
    known = {"discovered": at("2026-09-30T10:00")}
    rows = timeline(book, CALENDAR, "general", ["category_1"], known)["duties"]
    said = texts(as_svg(chart(book, CALENDAR, rows, "general", ["category_1"], known)))
    assert "当日 → 9月30日 24:00" in said


def test_a_goal_that_is_no_deadline_is_listed_as_such() -> None:
    shown = picture(load_rulebook("county-online-incidents"), "major", discovered="2026-09-30T10:00")
    assert any("(目标24小时内,不是时限)" in line for _, lines in shown.without for line in lines)


def test_a_layer_that_decides_is_named() -> None:
    book = load_rulebook("anhui-medical-security-2021", ["state-council-2016"])
    bar = next(bar for bar in picture(book, "I", discovered="2026-02-13T21:30").bars if bar.id == "first_release")
    assert (bar.within, bar.above, moment(bar.due)) == ("24小时", "国办发〔2016〕80号 5小时", "2026年2月14日 02:30")
    assert "从严:国办发〔2016〕80号 5小时" in bar.spoken()


def test_a_provisional_deadline_says_so() -> None:
    shown = picture(load_rulebook("xuancheng-2015"), "general", claimed="2031-03-03T15:00")
    assert "暂定" in texts(as_svg(shown))


def test_the_terminal_shows_bars_and_holidays() -> None:
    shown = picture(load_rulebook("xuancheng-2015"), "general", **SPRING)
    console = Console(width=160, record=True, file=None, force_terminal=False, quiet=False)
    with console.capture() as capture:
        console.print(drawn(shown, 40))
    said = capture.get()
    assert "形成核实调查报告 Art. 8" in said
    assert "█" in said
    assert "░ 2月15日至2月23日 春节、春节调休(不上班)" in said


def test_the_command_writes_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "picture.svg"
    moments = ["--moment", "discovered=2026-02-13T10:00", "--svg", str(out)]
    assert main(["timeline", "xuancheng-2015", "--level", "general", "--flag", "legacy_issue", *moments]) == 0
    assert capsys.readouterr().out.strip() == str(out)
    assert "标记:历史遗留问题" in out.read_text(encoding="utf-8")
