"""What every command shares: how its parser is added, and how it says that an argument can't be used."""

import argparse
from pathlib import Path
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


def write_file(path: Path, text: str) -> None:
    """Write a whole text. Raises `UsageError` where that can't be."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: can't be written: {error.strerror}") from error
