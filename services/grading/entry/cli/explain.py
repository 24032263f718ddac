"""`rulebook explain`: the regulation back in plain Chinese, alone or beside its original."""

import argparse
from pathlib import Path

from services.grading.entry.cli.command import Parsers, UsageError, parser_of, write_file
from services.grading.rulebook import load_rulebook
from services.grading.rulebook.telling.beside import Beside, lay_beside
from services.grading.rulebook.telling.plain_chinese import plain_chinese
from services.grading.rulebook.telling.plain_pages import as_html, as_text, beside_as_text, missing_lines

EXAMPLES = """\
  python -m services.grading rulebook explain xuancheng-2015
  python -m services.grading rulebook explain my-rulebook.yaml --html my-rulebook.html
  python -m services.grading rulebook explain my-rulebook.yaml --beside original.txt      # 1 when a phrase isn't in it
  python -m services.grading rulebook explain my-rulebook.yaml --beside original.txt --html both.html
"""
LARGEST = 5_000_000


def add(parsers: Parsers) -> None:
    """The parser of `rulebook explain`."""
    about = "the regulation back in plain Chinese, article by article, to be read beside the original"
    parser = parser_of(parsers, "explain", about, EXAMPLES)
    parser.add_argument("rulebook", metavar="FILE|ID", help="a rulebook file or a shipped id")
    parser.add_argument(
        "--layer", action="append", default=[], metavar="ID", help="a rulebook above it; may be repeated"
    )
    parser.add_argument("--html", type=Path, metavar="OUT", help="write one HTML page instead of printing")
    parser.add_argument(
        "--beside",
        type=Path,
        metavar="ORIGINAL.txt",
        help="the original text: both sides are shown, and phrases that it doesn't have word for word are listed",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    explanation = plain_chinese(load_rulebook(options.rulebook, options.layer))
    beside = lay_beside(explanation, read_original(options.beside)) if options.beside else None
    if options.html:
        write_file(options.html, as_html(explanation, beside))
        print("\n".join([str(options.html), *(missing_lines(beside) if beside else [])]))
    else:
        print(beside_as_text(explanation, beside) if beside else as_text(explanation))
    return _status(beside)


def _status(beside: Beside | None) -> int:
    return 1 if beside is not None and beside.missing else 0


def read_original(path: Path) -> str:
    """A text file in UTF-8 or GB 18030. Raises UsageError for anything else."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from error
    if len(data) > LARGEST:
        raise UsageError(f"{path}: {len(data)} bytes is too large for a regulation; at most {LARGEST}")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UsageError(f"{path}: neither UTF-8 nor GB 18030: save it as plain text (.txt)")
