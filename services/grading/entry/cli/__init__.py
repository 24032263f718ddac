"""The command line: a file a command. Each has `add(parsers)`, which adds its parser and sets `run`; one line here adds it."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence

from services.grading.entry.cli import backtest, diff, explain, export, holidays, lint, listing, schema, timeline
from services.grading.entry.cli.command import Parsers, UsageError
from services.grading.rulebook import RulebookError
from services.grading.rulebook.telling.timeline import TimelineError

COMMANDS: Mapping[str, tuple[Callable[[Parsers], None], ...]] = {
    "": (timeline.add,),
    "rulebook": (
        lint.add,
        explain.add,
        diff.add,
        backtest.add,
        export.add,
        holidays.add,
        schema.add,
        listing.add,
    ),
}
"""By the word that stands before the command; without one: `python -m services.grading timeline`."""

_GROUPS = {"rulebook": "check, explain, compare and try rulebooks, print the schema, list the shipped ones"}
_EXAMPLES = f"""examples:
{timeline.EXAMPLES}{lint.EXAMPLES}{explain.EXAMPLES}{diff.EXAMPLES}{backtest.EXAMPLES}{export.EXAMPLES}\
{holidays.EXAMPLES}{schema.EXAMPLES}"""


def main(arguments: Sequence[str]) -> int:
    """Run one command; 0 when it went well, 2 when what was given can't be used."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except RulebookError as error:
        print("\n".join(error.problems), file=sys.stderr)
    except (TimelineError, UsageError) as error:
        print(error, file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m services.grading",
        description="Rulebooks and their timetables.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parsers: Parsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for group, commands in COMMANDS.items():
        under = parsers if not group else _group(parsers, group)
        for add in commands:
            add(under)
    return parser


def _group(parsers: Parsers, name: str) -> Parsers:
    return parsers.add_parser(name, help=_GROUPS[name]).add_subparsers(required=True, metavar="ACTION")
