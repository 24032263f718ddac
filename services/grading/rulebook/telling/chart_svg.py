"""A chart as one SVG: an axis in the rulebook's zone, days off shaded and named, a bar a duty. Everything is escaped."""

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from html import escape
from typing import Final

from services.grading.rulebook.telling.chart import Bar, Chart, OffDays, moment

WIDTH, LEFT, RIGHT, ROW, TOP = 1480, 480, 40, 44, 150
_PLOT: Final = WIDTH - LEFT - RIGHT
_TICKS: Final = (
    timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=3), timedelta(hours=6),
    timedelta(hours=12), timedelta(days=1), timedelta(days=2), timedelta(days=7), timedelta(days=28),
    timedelta(days=91), timedelta(days=364),
)  # fmt: skip
_MOST_TICKS: Final = 14
# Distinguishable with any colour vision (Okabe and Ito), dark enough beside white.
COLOURS: Final = ("#0072b2", "#b34700", "#00795a", "#a3477f", "#7a6a00", "#3b6e8f", "#4d4d4d", "#6b4fa0")
_ILLEGAL: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STYLE: Final = (
    "text{font-family:'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif;font-size:15px;fill:#1c2733}"
    ".title{font-size:22px;font-weight:600}.small{font-size:13px;fill:#43525f}.halo{paint-order:stroke;stroke:#fff;stroke-width:4px}"
    ".off{fill:#e6eaee}.made-up{fill:#fdf3d7}.grid{stroke:#c6d0da}.moment{stroke:#a01414;stroke-dasharray:4 3}"
)


def as_svg(chart: Chart) -> str:
    """The whole picture; its title and description tell the same in words."""
    body = "\n".join(_body(chart))
    height = _height(chart)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'role="img" aria-labelledby="chart-title chart-desc" lang="zh-CN">\n'
        f'<title id="chart-title">{_text(chart.title)} 时限图</title>\n'
        f'<desc id="chart-desc">{_text(_described(chart))}</desc>\n<style>{_STYLE}</style>\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n{body}\n</svg>\n'
    )


def _described(chart: Chart) -> str:
    return "。".join([chart.about, *(bar.spoken() for bar in chart.bars)]) + "。"


def _body(chart: Chart) -> Iterator[str]:
    yield f'<text class="title" x="24" y="40">{_text(chart.title)}</text>'
    yield f'<text x="24" y="68">{_text(chart.about)}</text>'
    yield from _legend(chart)
    if chart.bars:
        yield from _days(chart)
        yield from _axis(chart)
        yield from _moments(chart)
        yield from (line for index, bar in enumerate(chart.bars) for line in _bar(chart, index, bar))
    yield from _without(chart)


def _height(chart: Chart) -> int:
    lines = sum(len(rows) for _, rows in chart.without)
    return _bottom(chart) + 40 + 24 * lines + 44 * len(chart.without)


def _bottom(chart: Chart) -> int:
    return TOP + ROW * len(chart.bars) + 30 if chart.bars else 110


def _x(chart: Chart, at: datetime) -> float:
    share = (at - chart.start) / (chart.end - chart.start)
    return round(LEFT + _PLOT * min(1.0, max(0.0, share)), 1)


def _days(chart: Chart) -> Iterator[str]:
    bottom = _bottom(chart) - 30
    for days in chart.days:
        left, right = _x(chart, _midnight(chart, days, 0)), _x(chart, _midnight(chart, days, 1))
        kind = "made-up" if days.worked else "off"
        yield f'<rect class="{kind}" x="{left}" y="{TOP}" width="{max(0.0, round(right - left, 1))}" height="{bottom - TOP}">'
        yield f"<title>{_text(days.spoken())}</title></rect>"
        room = right - left
        name = days.name if len(days.name) * 13 < room else "班" if days.worked else "休"
        if room > 15:
            yield f'<text class="small" x="{(left + right) / 2}" y="{TOP - 32}" text-anchor="middle">{_text(name)}</text>'


def _midnight(chart: Chart, days: OffDays, end: int) -> datetime:
    day = days.last + timedelta(days=1) if end else days.first
    return datetime.combine(day, time(0), chart.zone)


def _axis(chart: Chart) -> Iterator[str]:
    bottom = _bottom(chart) - 30
    step = next((tick for tick in _TICKS if (chart.end - chart.start) / tick <= _MOST_TICKS), _TICKS[-1])
    for at in ticks(chart.start, chart.end, step):
        x = _x(chart, at)
        label = f"{at:%-m月%-d日}" if step >= timedelta(days=1) or at.time() == time(0) else f"{at:%H:%M}"
        yield f'<line class="grid" x1="{x}" y1="{TOP - 6}" x2="{x}" y2="{bottom}"/>'
        yield f'<text class="small" x="{x}" y="{TOP - 12}" text-anchor="middle">{label}</text>'


def ticks(start: datetime, end: datetime, step: timedelta) -> Iterator[datetime]:
    """Round moments on the wall clock, a step apart, inside the window."""
    at = datetime.combine(start.date(), time(0), start.tzinfo)
    while at <= end:
        if at >= start:
            yield at
        at += step


def _moments(chart: Chart) -> Iterator[str]:
    """A line each, its name below; names that would collide go one line lower, and to the left at the right edge."""
    bottom, free, row = _bottom(chart) - 30, 0.0, 0
    for name, at in chart.moments:
        x, room = _x(chart, at), 14.0 * len(name)
        row = row + 1 if x < free else 0
        free = x + room
        end = ' text-anchor="end"' if x + room > WIDTH else ""
        yield f'<line class="moment" x1="{x}" y1="{TOP}" x2="{x}" y2="{bottom + 6 + 16 * row}"/>'
        yield f'<text class="small halo" x="{x}" y="{bottom + 18 + 16 * row}"{end}>{_text(name)}<title>{_text(moment(at))}</title></text>'


def _bar(chart: Chart, index: int, bar: Bar) -> Iterator[str]:
    y = TOP + ROW * index + 8
    left, right = _x(chart, bar.start), _x(chart, bar.due)
    width = max(5.0, round(right - left, 1))
    colour = COLOURS[chart.owners.index(bar.owner) % len(COLOURS)]
    dashed = ' stroke-dasharray="5 4" fill-opacity="0.45"' if bar.provisional else ""
    yield f"<g><title>{_text(bar.spoken())}</title>"
    yield f'<text x="24" y="{y + 10}">{_text(_shortened(bar.name, 28))}</text>'
    under = f"{bar.clause or '本单位设定'} · {bar.owner}"
    yield f'<text class="small" x="24" y="{y + 28}">{_text(_shortened(under, 34))}</text>'
    yield (
        f'<rect x="{left}" y="{y + 2}" width="{width}" height="20" rx="3" fill="{colour}" stroke="{colour}" '
        f'stroke-width="1.5"{dashed}/>'
    )
    said = f"{bar.within} → {moment(bar.due).partition('年')[2]}{'(暂定)' if bar.provisional else ''}"
    if bar.above:
        said += f",从严:{bar.above}"
    room = LEFT + _PLOT - (left + width) > len(said) * 12
    place = f'x="{left + width + 8}"' if room else f'x="{right - 8}" text-anchor="end" style="fill:#fff"'
    if not room and width < len(said) * 12:
        place = f'x="{left - 8}" text-anchor="end"'
    halo = "" if "#fff" in place else ' class="halo"'
    yield f'<text {place}{halo} y="{y + 17}">{_text(said)}</text></g>'


def _legend(chart: Chart) -> Iterator[str]:
    x = 24.0
    for index, owner in enumerate(chart.owners):
        shown = _shortened(owner, 16)
        yield f'<rect x="{x}" y="82" width="14" height="14" fill="{COLOURS[index % len(COLOURS)]}"/>'
        yield f'<text class="small" x="{x + 20}" y="94">{_text(shown)}</text>'
        x += 44 + 13 * len(shown)


def _without(chart: Chart) -> Iterator[str]:
    y = _bottom(chart) + 20
    for name, lines in chart.without:
        y += 34
        yield f'<text x="24" y="{y}" font-weight="600">{_text(name)}</text>'
        for line in lines:
            y += 24
            yield f'<text class="small" x="40" y="{y}">{_text(_shortened(line, 105))}<title>{_text(line)}</title></text>'
        y += 10


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _text(text: str) -> str:
    return escape(_ILLEGAL.sub("�", text))
