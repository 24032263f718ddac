"""`rulebook lint`: every finding with file, line, path and what was expected."""

# ruff: noqa: T201 — a command prints
import argparse
import sys

from services.grading.entry.cli.command import Parsers, parser_of
from services.grading.rulebook import RulebookError, load_rulebook

EXAMPLES = "  python -m services.grading rulebook lint my-rulebook.yaml\n"


def add(parsers: Parsers) -> None:
    """The parser of `rulebook lint`."""
    about = "check files; every finding names file, line, path and what was expected"
    parser = parser_of(parsers, "lint", about, EXAMPLES)
    parser.add_argument("files", nargs="+", metavar="FILE", help="a rulebook file or a shipped id")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
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
