"""`rulebook list`: the rulebooks that come with the product."""

import argparse

from services.grading.entry.cli.command import Parsers, parser_of
from services.grading.rulebook import load_rulebook, shipped

EXAMPLES = "  python -m services.grading rulebook list\n"


def add(parsers: Parsers) -> None:
    """The parser of `rulebook list`."""
    parser_of(parsers, "list", "list the shipped rulebooks", EXAMPLES).set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    for name in shipped():
        print(f"{name}  {load_rulebook(name).title}")
    return 0
