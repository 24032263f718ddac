"""What every command shares: how its parser is added, and how it says that an argument can't be used."""

import argparse
from typing import Any

Parsers = Any  # argparse's own type for it is private


class UsageError(ValueError):
    """An argument that can't be used; the message says what to write instead."""


def parser_of(parsers: Parsers, name: str, about: str, examples: str) -> argparse.ArgumentParser:
    """The parser of one more command; `examples` are whole lines, shown below its help as they stand."""
    parser: argparse.ArgumentParser = parsers.add_parser(
        name,
        help=about,
        description=about,
        epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return parser
