"""Results: one row a number, shown as a table and written to `bench.json`."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Result:
    """One number. `ratio` is to `floor`; `target` is what must be reached (of the ratio, where there is a floor);
    `spread` the lowest and highest round."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    ratio: float | None = None
    target: float | None = None
    met: bool | None = None
    spread: tuple[float, float] | None = None


def rounds(
    name: str, values: Sequence[float], unit: str, *, at_least: float | None = None, at_most: float | None = None
) -> Result:
    """The median of some rounds, judged where there is a target."""
    value = statistics.median(values)
    judged = [value >= at_least] if at_least is not None else [value <= at_most] if at_most is not None else []
    met = judged[0] if judged else None
    target = at_least if at_least is not None else at_most
    return Result(name, _short(value), unit, target=target, met=met, spread=_spread(values))


def against_floor(name: str, values: Sequence[float], floors: Sequence[float], unit: str, at_least: float) -> Result:
    """The median of some rounds beside the median of the floor's, which alternated with them."""
    value, floor = statistics.median(values), statistics.median(floors)
    ratio = value / floor
    return Result(
        name, _short(value), unit, _short(floor), round(ratio, 3), at_least, ratio >= at_least, _spread(values)
    )


def before_and_after(
    name: str, before: Sequence[float], after: Sequence[float], unit: str, at_most: float | None = None
) -> Result:
    """The median of some rounds beside the median of earlier ones (as the floor), judged by how much more it became."""
    value, was = statistics.median(after), statistics.median(before)
    ratio = value / was if was else 1.0
    met = None if at_most is None else ratio <= at_most
    return Result(name, _short(value), unit, _short(was), round(ratio, 3), at_most, met, _spread(after))


def write(file: Path, results: Sequence[Result]) -> None:
    """As the JSON that scripts read."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([asdict(each) for each in results], ensure_ascii=False, indent=2) + "\n", "utf-8")


def show(console: Console, results: Sequence[Result]) -> None:
    """As two tables: the judged numbers, and what explains them."""
    judged = _table("Numbers to reach", ("name", "value", "unit", "floor", "ratio", "target", "met", "spread"))
    for each in results:
        if each.target is not None:
            judged.add_row(*_cells(each))
    others = _table("What explains them", ("name", "value", "unit", "before", "ratio", "spread"))
    for each in results:
        if each.target is None:
            name, value, unit, floor, ratio, *_, spread = _cells(each)
            others.add_row(name, value, unit, floor, ratio, spread)
    console.print(judged, others)


def _table(title: str, headings: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in headings:
        # Numbers are never cut; a long name goes on in the next line.
        table.add_column(heading, justify="left" if heading in {"name", "unit"} else "right", no_wrap=heading != "name")
    return table


def _cells(each: Result) -> list[str]:
    spread = f"{each.spread[0]:g} - {each.spread[1]:g}" if each.spread else ""
    met = {None: "", True: "[green]yes[/]", False: "[red]no[/]"}[each.met]
    numbers = ["" if number is None else f"{number:g}" for number in (each.floor, each.ratio, each.target)]
    return [each.name, f"{each.value:g}", each.unit, *numbers, met, spread]


def _spread(values: Sequence[float]) -> tuple[float, float] | None:
    return (_short(min(values)), _short(max(values))) if len(values) > 1 else None


def _short(value: float) -> float:
    return round(value, 2 if abs(value) < 100 else 1)
