"""`rulebook diff`: which duties and deadlines change from one rulebook to another."""

import argparse
import json

from services.grading.entry.cli.command import Parsers, parser_of
from services.grading.rulebook import load_rulebook
from services.grading.rulebook.trying.difference import difference
from services.grading.rulebook.trying.difference_pages import difference_dict, difference_text
from shared.calendar import official_calendar

EXAMPLES = """\
  python -m services.grading rulebook diff xuancheng-2015 my-draft.yaml          # 0: the same, 1: they differ
  python -m services.grading rulebook diff old.yaml new.yaml --json
"""


def add(parsers: Parsers) -> None:
    """The parser of `rulebook diff`."""
    about = (
        "which duties appear, vanish or change, and which deadlines get longer or shorter (0: the same, 1: they differ)"
    )
    parser = parser_of(parsers, "diff", about, EXAMPLES)
    parser.add_argument("old", metavar="OLD", help="a rulebook file or a shipped id")
    parser.add_argument("new", metavar="NEW", help="the same")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    found = difference(load_rulebook(options.old), load_rulebook(options.new), official_calendar())
    if options.json:
        print(json.dumps(difference_dict(found), ensure_ascii=False, indent=2))
    else:
        print(difference_text(found))
    return 0 if found.same else 1
