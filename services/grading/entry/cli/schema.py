"""`rulebook schema`: the JSON Schema of a rulebook, for editors."""

import argparse
import json

from services.grading.entry.cli.command import Parsers, parser_of
from services.grading.rulebook.reading.schema import rulebook_schema

EXAMPLES = "  python -m services.grading rulebook schema > rulebook.schema.json\n"


def add(parsers: Parsers) -> None:
    """The parser of `rulebook schema`."""
    parser_of(parsers, "schema", "print the JSON Schema of a rulebook", EXAMPLES).set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    print(json.dumps(rulebook_schema(), ensure_ascii=False, indent=2))
    return 0
