"""The results as one picture, `bench.svg`: how far each number is from what was asked, and where an incident's time goes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from tests.bench.results import Result

WIDTH = 1180
LEFT, BAR, RIGHT = 420, 480, 280
ROW, HEAD = 44, 118
REACH = 2.0
"""A bar's whole length, in targets: what is beyond is cut with an arrow."""
INK, FAINT, LINE, PAPER = "#1d2733", "#67737f", "#d9dee3", "#fbfaf7"
GOOD, BAD, FLOOR, ZONE = "#2f8f6b", "#c8553d", "#b9c2cb", "#e6f2ec"
SHADES = ("#34657f", "#6f9eb3", "#c99846", "#8a6f9e", "#7fa05f", "#b7796b", "#9aa4ad", "#5a6b7b", "#c4b28a")
CHINESE = (
    ("advance, ten facts, largest rulebook", "规则引擎：推进一步"),
    ("loading all", "规则引擎：载入全部规则"),
    ("start to ready", "启动到就绪"),
    ("memory idle (PSS), whole product", "空闲内存，整个产品"),
    ("complaints kept, downstream running", "受理诉求，全部服务运行"),
    ("complaints kept, intake alone", "受理诉求，仅受理服务"),
    ("complaint p99 at half that load", "半载受理时延 p99"),
    ("complaints not answered 2xx", "未受理的请求"),
    ("report to visible tasks, sustained", "诉求到任务可见，持续"),
    ("end to end p95 at half load", "半载端到端 p95"),
    ("CPU of an incident at", "一百万件时每件 CPU"),
    ("vendor", "监测推送"),
    ("overload", "过载"),
    ("clocks/s due", "到期计时"),
    ("kill of one replica", "杀掉一个副本"),
)
PARTS = {
    "CPU of an incident: ": "每件 CPU，按进程 / CPU of an incident by process",
    "CPU of an incident, in PostgreSQL: ": "其中 PostgreSQL，按连接 / within PostgreSQL, by whom it works for",
}


@dataclass(slots=True)
class Sheet:
    """SVG elements under one another."""

    elements: list[str] = field(default_factory=list)
    y: float = HEAD

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = 13,
        colour: str = INK,
        anchor: str = "start",
        bold: bool = False,
    ) -> None:
        """Words at a place; `y` is the line they stand on."""
        weight = ' font-weight="600"' if bold else ""
        self.elements.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}"{weight}>{escape(words)}</text>'
        )

    def box(self, x: float, y: float, width: float, height: float, colour: str, *, round_: float = 3) -> None:
        """A filled rectangle."""
        self.elements.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(0.0, width):.1f}" height="{height:.1f}" rx="{round_}" fill="{colour}"/>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1.0) -> None:
        """A straight line."""
        self.elements.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"/>'
        )

    def whole(self, height: float) -> str:
        """The file's text."""
        fonts = "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei','WenQuanYi Micro Hei',sans-serif"
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" height="{height:.0f}" '
            f'font-family="{escape(fonts)}">'
        )
        return "\n".join([head, f'<rect width="100%" height="100%" fill="{PAPER}"/>', *self.elements, "</svg>", ""])


def wants_more(each: Result) -> bool:
    """Whether a higher value is better: told by whether it met its target on this side of it."""
    if each.target is None:
        return True
    number = measured(each)
    return bool(each.met) if number > each.target else not each.met


def measured(each: Result) -> float:
    """What is compared with the target: the ratio, where there is a floor."""
    return each.value if each.ratio is None else each.ratio


def draw(results: Sequence[Result]) -> str:
    """The picture as text."""
    sheet = Sheet()
    judged = [each for each in results if each.target is not None]
    reached = sum(bool(each.met) for each in judged)
    sheet.text(28, 46, "回应 Huiying：实测 / measured", size=24, bold=True)
    sheet.text(
        28,
        74,
        f"{len(judged)} 项目标，达到 {reached} 项 / {reached} of {len(judged)} targets met",
        size=14,
        colour=FAINT,
    )
    sheet.text(
        LEFT,
        100,
        "绿色区域为达标；竖线为目标 / green is where it should end, the line is the target",
        size=12,
        colour=FAINT,
    )
    for each in judged:
        _row(sheet, each)
    for prefix, title in PARTS.items():
        _stack(sheet, title, [each for each in results if each.name.startswith(prefix)], prefix)
    return sheet.whole(sheet.y + 26)


def write(file: Path, results: Sequence[Result]) -> None:
    """Into a file."""
    file.write_text(draw(results), "utf-8")


def _row(sheet: Sheet, each: Result) -> None:
    assert each.target is not None
    y, middle = sheet.y, sheet.y + ROW / 2
    scale = BAR / (REACH * each.target) if each.target else 0.0
    more, number = wants_more(each), measured(each)
    at_target = LEFT + (BAR / REACH if each.target else 0.0)
    colour = GOOD if each.met else BAD
    sheet.line(28, y, WIDTH - 28, y, LINE)
    chinese = next((words for start, words in CHINESE if start in each.name), "")
    sheet.text(28, middle - 3 if chinese else middle + 4, chinese or each.name, size=14)
    if chinese:
        sheet.text(28, middle + 14, _shortened(each.name), size=10.5, colour=FAINT)
    zone = (at_target, LEFT + BAR) if more else (LEFT, at_target)
    sheet.box(zone[0], y + 4, zone[1] - zone[0], ROW - 8, ZONE)
    if each.ratio is not None and scale:
        sheet.box(LEFT, middle - 3, min(BAR, scale), 6, FLOOR)
    length = number * scale if scale else (BAR * 0.9 if number else 3.0)
    sheet.box(LEFT, middle - 9, min(BAR, max(3.0, length)), 18, colour)
    if length > BAR:
        sheet.text(LEFT + BAR - 6, middle + 5, "»", size=15, colour=PAPER, anchor="end", bold=True)
    _whisker(sheet, each, scale, middle)
    sheet.line(at_target, y + 4, at_target, y + ROW - 4, INK, 1.6)
    sheet.text(
        LEFT + BAR + 14,
        middle - 2,
        f"{'✓' if each.met else '✗'} {_number(each.value)} {each.unit}",
        size=14,
        colour=colour,
        bold=True,
    )
    sheet.text(LEFT + BAR + 14, middle + 14, _beside(each, more), size=10.5, colour=FAINT)
    sheet.y += ROW


def _whisker(sheet: Sheet, each: Result, scale: float, middle: float) -> None:
    if each.spread is None or not scale:
        return
    per = scale / each.floor if each.ratio is not None and each.floor else scale
    low, high = (LEFT + min(BAR, edge * per) for edge in each.spread)
    sheet.line(low, middle, high, middle, INK, 1.2)
    for x in (low, high):
        sheet.line(x, middle - 4, x, middle + 4, INK, 1.2)


def _beside(each: Result, more: bool) -> str:
    sign = "≥" if more else "≤"
    if each.ratio is None:
        return f"目标 target {sign} {_number(each.target or 0.0)} {each.unit}"
    return f"{each.ratio:g} × {_number(each.floor or 0.0)}，目标 target {sign} {_number(each.target or 0.0)} ×"


def _stack(sheet: Sheet, title: str, parts: Sequence[Result], prefix: str) -> None:
    named = sorted(((each.name.removeprefix(prefix), each.value) for each in parts), key=lambda each: -each[1])
    named = [each for each in named if each[0] not in {"all", "generator"} and each[1] >= 0.005]
    total = sum(value for _, value in named)
    if not total:
        return
    sheet.y += 40
    sheet.text(28, sheet.y, f"{title}：{total:.2f} ms", size=15, bold=True)
    x, whole = 28.0, WIDTH - 56.0
    for number, (name, value) in enumerate(named):
        width = whole * value / total
        sheet.box(x, sheet.y + 12, width - 1.5, 30, SHADES[number % len(SHADES)])
        if width > 74:
            sheet.text(x + 7, sheet.y + 25, _cut(name, width), size=11, colour="#ffffff", bold=True)
            sheet.text(x + 7, sheet.y + 38, f"{value:.2f} ms", size=10.5, colour="#ffffff")
        x += width
    small = [f"{name} {value:.2f}" for name, value in named if whole * value / total <= 74]
    if small:
        sheet.text(28, sheet.y + 60, f"{'、'.join(small)} ms", size=11, colour=FAINT)
    sheet.y += 62


def _shortened(name: str) -> str:
    return name if len(name) <= 68 else f"{name[:67]}…"


def _cut(name: str, width: float) -> str:
    most = int(width / 6.6)
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:g}"
