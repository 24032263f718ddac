"""`rulebook lint`: every finding with file, line, path and what was expected."""

import argparse
import json
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.grading.entry.cli.command import Parsers, UsageError, parser_of
from services.grading.rulebook import (
    CompiledRulebook,
    Finding,
    Linted,
    Problem,
    check_holders,
    lint,
    shipped_model,
)
from services.grading.rulebook.reading.layers_compared import layer_notes
from services.grading.rulebook.written.model import Rulebook
from shared.marked_yaml import YamlError, read_yaml

EXAMPLES = """\
  python -m services.grading rulebook lint my-rulebook.yaml
  python -m services.grading rulebook lint my-rulebook.yaml --organisation deploy/organisations/yichun-market.yaml
  python -m services.grading rulebook lint my-rulebook.yaml --json      # for an editor
  python -m services.grading rulebook lint my-rulebook.yaml --layer state-council-2016
"""


def add(parsers: Parsers) -> None:
    """The parser of `rulebook lint`."""
    about = "check files; every finding names file, line, path and what was expected. Exit 2 on errors, 0 on warnings"
    parser = parser_of(parsers, "lint", about, EXAMPLES)
    parser.add_argument("files", nargs="+", metavar="FILE", help="a rulebook file or a shipped id")
    parser.add_argument("--json", action="store_true", help="print every finding as JSON")
    parser.add_argument(
        "--organisation",
        type=Path,
        metavar="FILE",
        help="also check that an account of this organisation holds every role that must act",
    )
    parser.add_argument(
        "--layer",
        action="append",
        default=[],
        metavar="ID",
        help="also note where the text is silent or laxer than this shipped rulebook above it; may be repeated",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    held = None if options.organisation is None else _held(options.organisation)
    looked = [_look(name, held, options.layer) for name in options.files]
    if options.json:
        problems = [_entry(problem) for each in looked for problem in each.problems]
        print(json.dumps(problems, ensure_ascii=False, indent=2))
    else:
        for name, each in zip(options.files, looked, strict=True):
            _tell(name, each)
    return 2 if any(each.rulebook is None for each in looked) else 0


def _look(name: str, held: Collection[str] | None, layers: Sequence[str]) -> Linted:
    def holders(model: Rulebook) -> Iterable[Finding]:
        return () if held is None else check_holders(model, held)

    def above(model: Rulebook) -> Iterable[Finding]:
        return layer_notes(model, shipped_model, layers)

    return lint(name, [holders, above])


def _tell(name: str, looked: Linted) -> None:
    """A sound file's warnings below what it is; a broken one's problems all on stderr."""
    if looked.rulebook is None:
        print("\n".join(map(str, looked.problems)), file=sys.stderr)
        return
    print(_sound(name, looked.rulebook))
    for problem in looked.problems:
        print(problem)


def _sound(name: str, rulebook: CompiledRulebook) -> str:
    silent = [duty.id for duty in rulebook.duties if not (duty.time.budget or duty.time.patrol or duty.by_level)]
    said = f"{name}: ok: {rulebook.id} {rulebook.version}, {len(rulebook.duty)} duties, sha256 {rulebook.hash}"
    return f"{said}\n  the text gives no number for {len(silent)}: {', '.join(silent)}" if silent else said


def _entry(problem: Problem) -> dict[str, Any]:
    entry = asdict(problem)
    entry["severity"] = "warning" if entry.pop("warning") else "error"
    return entry


def _held(file: Path) -> frozenset[str]:
    """The roles that the accounts of an organisation's file hold."""
    try:
        data = read_yaml(file.read_text(encoding="utf-8"), str(file)).data
        return frozenset(str(role) for account in data["accounts"] for role in account["roles"])
    except (OSError, YamlError) as error:
        raise UsageError(f"--organisation {file}: can't be read: {error}") from error
    except (KeyError, TypeError) as error:
        raise UsageError(f"--organisation {file}: expected `accounts:`, each with `roles: [...]`") from error
