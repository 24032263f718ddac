"""`timeline`: what a rulebook demands at a level, and when."""

# ruff: noqa: T201 — a command prints
import argparse
import json
from datetime import datetime, tzinfo

from services.grading.entry.cli.command import Parsers, UsageError, parser_of
from services.grading.rulebook import load_rulebook, shipped
from services.grading.rulebook.timeline import timeline
from shared.calendar import official_calendar

EXAMPLES = """\
  python -m services.grading timeline anhui-medical-security-2021 --level I \\
      --moment occurred=2026-02-13T20:00:00+08:00 --moment discovered=2026-02-13T21:30:00+08:00 --json
  python -m services.grading timeline xuancheng-2015 --level general --flag legacy_issue --moment claimed=2026-09-30T16:00
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
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    rulebook = load_rulebook(options.rulebook)
    moments = dict(_moment(text, rulebook.hours.zone) for text in options.moment)
    result = timeline(rulebook, official_calendar(), options.level, options.flag, moments)
    if options.json:
        print(json.dumps(result, ensure_ascii=False, indent=2))
        return 0
    for row in result["duties"]:
        within = row["within"] or "-"
        print(
            f"{row['due'] or '-':<26} {within:<16} {row['from'] or '-':<22} {row['owner']} → {', '.join(row['to']) or '-'}"
        )
        print(f"{'':<26} {row['id']} ({row['clause'] or row['source']})")
    return 0


def _moment(text: str, zone: tzinfo) -> tuple[str, datetime]:
    name, equals, value = text.partition("=")
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise UsageError(
            f"--moment {text}: write NAME=ISO8601, such as discovered=2026-02-13T21:30:00+08:00"
        ) from error
    return name if equals else text, at if at.tzinfo else at.replace(tzinfo=zone)
