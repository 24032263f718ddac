"""Reading a rulebook file: every refusal names file, line, path in the document, what was found and what was expected."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

from services.grading.rulebook.check import Place, check
from services.grading.rulebook.compile import compile_rulebook
from services.grading.rulebook.compiled import CompiledRulebook
from services.grading.rulebook.model import Rulebook
from shared.errors import InvalidError

LARGEST = 1_000_000
DEEPEST = 32
_BRACKETS = re.compile(r"[\[\]{}]")
_DEEP_BLOCKS = re.compile(r"^(?: {65}|\s*(?:[-?:] ){8})", re.MULTILINE)
SHIPPED = Path(__file__).resolve().parent.parent / "rulebooks"


class RulebookError(InvalidError):
    """A rulebook that can't be used; `problems` lists every finding as 'file:line: path: what'."""

    type, title = "invalid-rulebook", "规则文件有误 / Invalid rulebook"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems), errors=list(problems))
        self.problems = tuple(problems)


def shipped() -> dict[str, Path]:
    """The rulebooks that come with the product: id to file."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.yaml"))}


def load_rulebook(source: Path | str) -> CompiledRulebook:
    """A rulebook from a shipped id, a file, or the YAML text itself. Raises RulebookError with all that is wrong."""
    text, name = _read(source)
    document = _parse(text, name)
    try:
        model = Rulebook.model_validate(_bare(document))
    except ValidationError as error:
        raise RulebookError(_located(_explained(error), document, name)) from error
    findings = check(model)
    if findings:
        raise RulebookError(_located(findings, document, name))
    return compile_rulebook(model)


def load_canonical(data: bytes | str) -> CompiledRulebook:
    """A rulebook from its canonical JSON, as kept in the database (checked before it got there)."""
    return compile_rulebook(Rulebook.model_validate_json(data))


def _read(source: Path | str) -> tuple[str, str]:
    if isinstance(source, str):
        if "\n" in source:
            _refuse_large(len(source.encode()), "<text>")
            return source, "<text>"
        source = shipped().get(source) or Path(source)
    try:
        _refuse_large(source.stat().st_size, source.name)
        return source.read_text(encoding="utf-8"), source.name
    except FileNotFoundError as error:
        known = ", ".join(shipped())
        raise RulebookError(
            [f"{source}: no such file, and no shipped rulebook of that id; shipped: {known}"]
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise RulebookError([f"{source}: can't be read as UTF-8 text: {error}"]) from error


def _refuse_large(size: int, name: str) -> None:
    if size > LARGEST:
        raise RulebookError([f"{name}: {size} bytes is too large; a rulebook is at most {LARGEST} bytes"])


def _parse(text: str, name: str) -> Any:
    try:
        _refuse_traps(text, name)
        document = YAML(typ="rt").load(text)
    except DuplicateKeyError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RulebookError([f"{name}:{line}: {str(error.problem).splitlines()[0]}; write each key once"]) from error
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        where = f"{name}:{mark.line + 1}" if mark else name
        problem = error.problem if isinstance(error, MarkedYAMLError) else error
        raise RulebookError([f"{where}: not YAML: {problem}"]) from error
    if not isinstance(document, Mapping):
        raise RulebookError([f"{name}:1: a rulebook is a mapping that starts with `id:`"])
    return document


def _refuse_traps(text: str, name: str) -> None:
    """A few lines of aliases stand for gigabytes, deep nesting for minutes: found before anything is built.

    Reading the events costs as much as loading, so a text that shows no sign of either is spared it.
    """
    _refuse_deep_brackets(text, name)
    if "*" not in text and not _DEEP_BLOCKS.search(text):
        return
    depth = 0
    for event in YAML(typ="rt").parse(text):
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent):
            raise RulebookError([f"{name}:{line}: the alias *{event.anchor} is not allowed: write the value out"])
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > DEEPEST:
            raise RulebookError([f"{name}:{line}: nested too deeply to be a rulebook (more than {DEEPEST} levels)"])


def _refuse_deep_brackets(text: str, name: str) -> None:
    """Without the parser, whose time grows with the square of them."""
    depth = 0
    for bracket in _BRACKETS.finditer(text):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > DEEPEST:
            line = text.count("\n", 0, bracket.start()) + 1
            raise RulebookError(
                [f"{name}:{line}: brackets nested too deeply for a rulebook (more than {DEEPEST} levels)"]
            )


def _bare(node: Any) -> Any:
    """Plain containers and scalars: ruamel's keep positions, pydantic in strict places wants the plain ones."""
    if isinstance(node, Mapping):
        return {str(key): _bare(value) for key, value in node.items()}
    if isinstance(node, str):
        return str(node)
    if isinstance(node, Sequence):
        return [_bare(value) for value in node]
    return node


def _explained(error: ValidationError) -> list[tuple[Place, str]]:
    findings = []
    for detail in error.errors(include_url=False):
        message = str(detail["msg"]).removeprefix("Value error, ")
        found = detail["input"]
        shown = f" (found {found!r})" if isinstance(found, str | int | float | bool) else ""
        findings.append((tuple(detail["loc"]), message + shown))
    return findings


def _located(findings: Iterable[tuple[Place, str]], document: Any, name: str) -> list[str]:
    """Each finding with its line, in the order of the file."""
    lines = [(_line(document, place), place, message) for place, message in findings]
    lines.sort(key=lambda item: item[0])
    return [f"{name}:{line}: {_path(place)}: {message}" for line, place, message in lines]


def _path(place: Place) -> str:
    return ".".join(str(part) for part in place) or "(whole file)"


def _line(document: Any, place: Place) -> int:
    """The line of the deepest part of `place` that the file has."""
    node, line = document, 1
    for part in place:
        positions = getattr(node, "lc", None)
        if positions is None:
            break
        try:
            line = (positions.key(part) if isinstance(node, Mapping) else positions.item(part))[0] + 1
            node = node[part]
        except (KeyError, IndexError, TypeError):
            break
    return line
