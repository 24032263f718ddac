"""The command line. A further command is one more function in COMMANDS that adds its parser and sets `run`."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from services.grading.rulebook import RulebookError, load_rulebook, shipped
from services.grading.rulebook.model import Rulebook
from services.grading.rulebook.timeline import TimelineError, timeline
from shared.calendar import official_calendar

Parsers = Any  # argparse's own type for it is private
_EXAMPLES = """examples:
  python -m services.grading timeline anhui-medical-security-2021 --level I \\
      --moment occurred=2026-02-13T20:00:00+08:00 --moment discovered=2026-02-13T21:30:00+08:00 --json
  python -m services.grading timeline xuancheng-2015 --level general --flag legacy_issue --moment claimed=2026-09-30T16:00
  python -m services.grading rulebook lint my-rulebook.yaml
  python -m services.grading rulebook schema > rulebook.schema.json
"""


class UsageError(ValueError):
    """An argument that can't be used; the message says what to write instead."""


def main(arguments: Sequence[str]) -> int:
    """Run one command; 0 when it went well, 2 when what was given can't be used."""
    parser = argparse.ArgumentParser(
        prog="python -m services.grading",
        description="Rulebooks and their timetables.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in COMMANDS:
        add(parsers)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except RulebookError as error:
        print("\n".join(error.problems), file=sys.stderr)
    except (TimelineError, UsageError) as error:
        print(error, file=sys.stderr)
    return 2


def _add_timeline(parsers: Parsers) -> None:
    parser = parsers.add_parser(
        "timeline",
        help="what a rulebook demands at a level, and when",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
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
    parser.set_defaults(run=_timeline)


def _timeline(options: argparse.Namespace) -> int:
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


def _moment(text: str, zone: Any) -> tuple[str, datetime]:
    name, equals, value = text.partition("=")
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise UsageError(
            f"--moment {text}: write NAME=ISO8601, such as discovered=2026-02-13T21:30:00+08:00"
        ) from error
    return name if equals else text, at if at.tzinfo else at.replace(tzinfo=zone)


def _add_rulebook(parsers: Parsers) -> None:
    parser = parsers.add_parser("rulebook", help="check a rulebook file, print the schema, list the shipped ones")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    lint = actions.add_parser("lint", help="check files; every finding names file, line, path and what was expected")
    lint.add_argument("files", nargs="+", metavar="FILE", help="a rulebook file or a shipped id")
    lint.set_defaults(run=_lint)
    actions.add_parser("schema", help="print the JSON Schema of a rulebook").set_defaults(run=_schema)
    actions.add_parser("list", help="list the shipped rulebooks").set_defaults(run=_list)


def _lint(options: argparse.Namespace) -> int:
    problems: list[str] = []
    for name in options.files:
        try:
            rulebook = load_rulebook(name)
        except RulebookError as error:
            problems.extend(error.problems)
            continue
        silent = [duty.id for duty in rulebook.duties if duty.time.budget is None and not duty.time.patrol]
        print(f"{name}: ok: {rulebook.id} {rulebook.version}, {len(rulebook.duty)} duties, sha256 {rulebook.hash}")
        print(f"  the text gives no number for {len(silent)}: {', '.join(silent)}")
    if problems:
        print("\n".join(problems), file=sys.stderr)
    return 2 if problems else 0


def _schema(options: argparse.Namespace) -> int:
    print(json.dumps(Rulebook.model_json_schema(by_alias=True), ensure_ascii=False, indent=2))
    return 0


def _list(options: argparse.Namespace) -> int:
    for name in shipped():
        print(f"{name}  {load_rulebook(name).title}")
    return 0


COMMANDS: tuple[Callable[[Parsers], None], ...] = (_add_timeline, _add_rulebook)
