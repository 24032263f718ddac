"""A chart in the terminal: a bar a duty, days off shaded."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.grading.rulebook.telling.chart import Bar, Chart, moment

_COLOURS = ("blue", "red", "green", "magenta", "yellow", "cyan", "bright_blue", "bright_red")
_NARROWEST, _WIDEST = 20, 60


def show(chart: Chart, console: Console) -> None:
    """Print it at the console's width."""
    console.print(drawn(chart, max(_NARROWEST, min(_WIDEST, console.width - 90))))


def drawn(chart: Chart, cells: int) -> RenderableType:
    """The chart with bars of at most so many characters."""
    parts: list[RenderableType] = [Text(chart.title, style="bold"), Text(chart.about)]
    if chart.bars:
        table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
        table.add_column("职责", max_width=40)
        table.add_column("责任岗位", max_width=20)
        table.add_column(_header(chart, cells), no_wrap=True, min_width=cells)
        table.add_column("时限", no_wrap=True)
        table.add_column("届满", no_wrap=True)
        for bar in chart.bars:
            colour = _COLOURS[chart.owners.index(bar.owner) % len(_COLOURS)]
            table.add_row(
                Text(f"{bar.name} {bar.clause}".strip()),
                Text(bar.owner, style=colour),
                _line(chart, bar, cells, colour),
                Text(f"{bar.within}{'〔本单位设定〕' if bar.operator else ''}"),
                Text(
                    f"{moment(bar.due)}{'(暂定)' if bar.provisional else ''}{f' 从严:{bar.above}' if bar.above else ''}"
                ),
            )
        parts.append(table)
        parts += [Text(line, style="dim") for line in _days(chart)]
    for name, lines in chart.without:
        parts += [Text(""), Text(name, style="bold"), *(Text(f"  {line}") for line in lines)]
    return Group(*parts)


def _header(chart: Chart, cells: int) -> Text:
    first, last = f"{chart.start:%-m/%-d %H:%M}", f"{chart.end:%-m/%-d %H:%M}"
    return Text(first + " " * max(1, cells - len(first) - len(last)) + last)


def _line(chart: Chart, bar: Bar, cells: int, colour: str) -> Text:
    step = (chart.end - chart.start) / cells
    text = Text()
    for sign, run in groupby(_sign(chart, bar, chart.start + step * cell, step) for cell in range(cells)):
        text.append(sign * len(list(run)), style="dim" if sign in "░·" else colour)
    return text


def _sign(chart: Chart, bar: Bar, start: datetime, step: timedelta) -> str:
    if (start < bar.due and start + step > bar.start) or start <= bar.start < start + step:
        return "▒" if bar.provisional else "█"
    return "░" if _off(chart, start + step / 2) else "·"


def _off(chart: Chart, at: datetime) -> bool:
    return any(days.first <= at.date() <= days.last and not days.worked for days in chart.days)


def _days(chart: Chart) -> Iterator[str]:
    """What the shading stands for: holidays, and weekend days that are worked."""
    for days in chart.days:
        if days.worked or days.name != "周末":
            yield f"{'·' if days.worked else '░'} {days.spoken()}"
