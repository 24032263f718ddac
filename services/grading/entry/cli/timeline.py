"""`timeline`: what a rulebook demands at a level, and when."""

import argparse
import json
import sys
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from rich.console import Console

from services.grading.entry.cli import chart_terminal
from services.grading.entry.cli.command import Parsers, UsageError, parser_of, write_file
from services.grading.rulebook import load_rulebook, shipped
from services.grading.rulebook.telling.chart import chart
from services.grading.rulebook.telling.chart_svg import as_svg
from services.grading.rulebook.telling.timeline import timeline
from shared.calendar import official_calendar

EXAMPLES = """\
  python -m services.grading timeline anhui-medical-security-2021 --level I \\
      --moment occurred=2026-02-13T20:00:00+08:00 --moment discovered=2026-02-13T21:30:00+08:00 --json
  python -m services.grading timeline xuancheng-2015 --level general --flag legacy_issue --moment claimed=2026-09-30T16:00
  python -m services.grading timeline xuancheng-2015 --level general --moment discovered=2026-02-14T10:00 --svg picture.svg
  python -m services.grading timeline anhui-medical-security-2021 --layer state-council-2016 --level I \\
      --moment occurred=2026-02-13T20:00:00+08:00
"""


def add(parsers: Parsers) -> None:
    """The parser of `timeline`."""
    parser = parser_of(parsers, "timeline", "what a rulebook demands at a level, and when", EXAMPLES)
    parser.add_argument("rulebook", help=f"a shipped id ({', '.join(shipped())}) or a file")
    parser.add_argument("--level", required=True, help="a level id of the rulebook")
    parser.add_argument(
        "--flag", action="append", default=[], metavar="NAME", help="a flag that is on; may be repeated"
    )
    parser.add_argument(
        "--moment",
        action="append",
        default=[],
        metavar="NAME=ISO8601",
        help="when something happened; without an offset, in the rulebook's zone; may be repeated",
    )
    parser.add_argument(
        "--layer",
        action="append",
        default=[],
        metavar="ID",
        help="a shipped rulebook that it stands on: the strictest time wins; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--svg", type=Path, metavar="OUT", help="write a picture instead: a bar a duty, days off shaded"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    rulebook = load_rulebook(options.rulebook, options.layer)
    moments = dict(_moment(text, rulebook.hours.zone) for text in options.moment)
    calendar = official_calendar()
    result = timeline(rulebook, calendar, options.level, options.flag, moments)
    if options.json:
        print(json.dumps(result, ensure_ascii=False, indent=2))
        return 0
    picture = chart(rulebook, calendar, result["duties"], options.level, options.flag, moments)
    if options.svg:
        write_file(options.svg, as_svg(picture))
        print(options.svg)
    elif sys.stdout.isatty():
        chart_terminal.show(picture, Console())
    else:
        _print_rows(result)
    return 0


def _print_rows(result: dict[str, Any]) -> None:
    for row in result["duties"]:
        within = row["within"] or "-"
        print(
            f"{row['due'] or '-':<26} {within:<16} {row['from'] or '-':<22} {row['owner']} → {', '.join(row['to']) or '-'}"
        )
        print(f"{'':<26} {row['id']} ({row['clause'] or row['source']})")
        for also in row.get("also", ()):
            print(f"{'':<26} + {also['within'] or '-'} {also['due'] or '-'} ({also['rulebook']} {also['clause']})")


def _moment(text: str, zone: tzinfo) -> tuple[str, datetime]:
    name, equals, value = text.partition("=")
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise UsageError(
            f"--moment {text}: write NAME=ISO8601, such as discovered=2026-02-13T21:30:00+08:00"
        ) from error
    return name if equals else text, at if at.tzinfo else at.replace(tzinfo=zone)
