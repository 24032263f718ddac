"""`rulebook backtest`: past incidents under a draft."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from services.grading.entry.cli.command import Parsers, UsageError, parser_of
from services.grading.rulebook import CompiledRulebook, load_rulebook, shipped
from services.grading.rulebook.trying.backtest import Difference, Totals, backtest
from services.grading.rulebook.trying.backtest_pages import difference_dict, difference_lines, totals_text
from services.grading.rulebook.trying.replay import Incident, IncidentError, read_incident
from shared.calendar import official_calendar
from shared.clock import SystemClock

EXAMPLES = """\
  python -m services.grading rulebook backtest my-draft.yaml --incidents incidents.jsonl
  python -m services.grading rulebook backtest my-draft.yaml --against old.yaml --incidents incidents.jsonl --json
  python -m services.grading rulebook backtest my-draft.yaml --incidents incidents.jsonl --now 2026-06-30T17:30:00+08:00
"""
_LINE = """a line of INCIDENTS.jsonl: {"id": "…", "rulebook"?: "xuancheng-2015", "rulebook_hash"?: "…",
  "facts": [{"id": "…", "kind": "moment", "at": "2026-03-09T10:00:00+08:00", "data": {"name": "discovered"}}, …]}
`rulebook export-incidents` writes such a file from the running product.
"""


def add(parsers: Parsers) -> None:
    """The parser of `rulebook backtest`."""
    about = "past incidents under a draft: what would have been graded, owed and missed differently"
    parser = parser_of(parsers, "backtest", about, f"{EXAMPLES}\n{_LINE}")
    parser.add_argument("rulebook", metavar="FILE", help="the draft: a rulebook file or a shipped id")
    parser.add_argument("--incidents", required=True, type=Path, metavar="INCIDENTS.jsonl", help="a line an incident")
    parser.add_argument(
        "--against", metavar="OLD", help="what to compare with; default: the shipped rulebook that each incident names"
    )
    parser.add_argument(
        "--layer", action="append", default=[], metavar="ID", help="a rulebook above the draft; may be repeated"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    parser.add_argument("--now", metavar="ISO8601", help="as things stood then: what is open past due counts as missed")
    parser.add_argument(
        "--show", type=int, default=100, metavar="N", help="show N incidents that differ (100; JSON has all)"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    draft = load_rulebook(options.rulebook, options.layer)
    now = _now(options.now, draft)
    known = Known(load_rulebook(options.against) if options.against else None)
    totals = Totals()
    found = _differences(options.incidents, draft, known, now, totals)
    if options.json:
        _print_json(draft, found, totals, now)
    else:
        _print_text(draft, found, totals, now, options.show)
    return 0


class Known:
    """Which rulebook each incident is compared against; each is loaded once."""

    def __init__(self, against: CompiledRulebook | None) -> None:
        self._against = against
        self._shipped = shipped()
        self._loaded: dict[str, CompiledRulebook] = {}

    def of(self, incident: Incident) -> CompiledRulebook:
        """Raises IncidentError where the incident names no shipped rulebook and `--against` isn't given."""
        if self._against is not None:
            return self._against
        name = incident.rulebook or ""
        found = self._loaded.get(name)
        if found is None:
            if name not in self._shipped:
                raise IncidentError(
                    f"incident {incident.id} names the rulebook {name!r}, which isn't shipped: give --against"
                )
            found = self._loaded[name] = load_rulebook(name)
        return found


def _differences(
    path: Path, draft: CompiledRulebook, known: Known, now: datetime, totals: Totals
) -> Iterator[Difference]:
    """Those of the file's incidents that differ, as they are read; `totals` grow meanwhile."""
    calendar = official_calendar()
    for number, line in _lines(path):
        try:
            incident = read_incident(line)
            found = backtest(draft, known.of(incident), calendar, incident, now)
        except IncidentError as error:
            raise UsageError(f"{path.name}:{number}: {error}") from error
        totals.add(found, incident)
        if not found.nothing:
            yield found


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Numbered lines that aren't blank; how far it has got is shown on stderr. Raises UsageError for no such file."""
    try:
        size = path.stat().st_size
        file = path.open("rb")
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from error
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with file, Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("回测 / backtest", total=size)
        pending = 0
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, line
            pending += len(line)
            if number % 64 == 0:
                progress.advance(task, pending)
                pending = 0
        progress.advance(task, pending)


def _print_text(draft: CompiledRulebook, found: Iterable[Difference], totals: Totals, now: datetime, most: int) -> None:
    differences = iter(found)
    shown = [difference_lines(draft, each) for each in islice(differences, max(0, most))]
    more = sum(1 for _ in differences)
    print(totals_text(draft, totals, now))
    for lines in shown:
        print("\n" + "\n".join(lines))
    if more:
        print(f"\n另有 {more} 件结果不同的未列出;--show N 列出更多,--json 列出全部")


def _print_json(draft: CompiledRulebook, found: Iterable[Difference], totals: Totals, now: datetime) -> None:
    """One object, written as it is found, so that a long file needs no memory."""
    head = {"draft": {"id": draft.id, "version": draft.version, "hash": draft.hash}, "now": now.isoformat()}
    sys.stdout.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "incidents": [')
    separator = "\n"
    for each in found:
        sys.stdout.write(separator + json.dumps(difference_dict(draft, each), ensure_ascii=False))
        separator = ",\n"
    sys.stdout.write('\n], "totals": ' + json.dumps(totals.as_dict(), ensure_ascii=False) + "}\n")


def _now(text: str | None, draft: CompiledRulebook) -> datetime:
    if text is None:
        return SystemClock().now()
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--now {text}: write a moment such as 2026-06-30T17:30:00+08:00") from error
    return at if at.tzinfo else at.replace(tzinfo=draft.hours.zone)
