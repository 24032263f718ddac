"""Reading a rulebook file: every refusal names file, line, path in the document, what was found and what was expected."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from services.grading.rulebook.engine.compiled import CompiledRulebook
from services.grading.rulebook.layers.compose import compose, layers_above
from services.grading.rulebook.reading import suggest
from services.grading.rulebook.reading.check import check, doubts
from services.grading.rulebook.reading.layers_named import layer_problems
from services.grading.rulebook.reading.partly import names_of_the_rest
from services.grading.rulebook.reading.refused import refusals
from services.grading.rulebook.written.findings import Check, Problem, RulebookError, in_file
from services.grading.rulebook.written.model import Rulebook
from shared.marked_yaml import LARGEST, Document, YamlError, read_yaml

SHIPPED = Path(__file__).resolve().parents[2] / "rulebooks"


def shipped() -> dict[str, Path]:
    """The rulebooks that come with the product: id to file."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.yaml"))}


def load_rulebook(source: Path | str, layers: Sequence[str] = ()) -> CompiledRulebook:
    """A rulebook from a shipped id, a file, or the YAML text itself, under the layers it names and these shipped ones.

    Raises RulebookError with all that is wrong.
    """
    text, name = _read(source)
    document = _parsed(text, name)
    model = _model(document, name)
    findings = [*check(model), *layer_problems(model, shipped_model)]
    if findings:
        raise RulebookError(in_file(findings, document, name))
    return compose(model, layers_above(model, shipped_model, layers))


@cache
def shipped_model(name: str) -> Rulebook:
    """A shipped rulebook as its file states it, for those that stand on it. Raises LookupError for one that isn't shipped."""
    place = shipped().get(name)
    if place is None:
        raise LookupError(f"shipped: {', '.join(shipped())}")
    text, file = _read(place)
    return _model(_parsed(text, file), file)


@dataclass(frozen=True, slots=True)
class Linted:
    """What lint says of one file: its problems in the order of the file, and the rulebook if it can run."""

    name: str
    problems: tuple[Problem, ...]
    rulebook: CompiledRulebook | None

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems for which it can't run."""
        return tuple(problem for problem in self.problems if not problem.warning)


def lint(source: Path | str, checks: Sequence[Check] = ()) -> Linted:
    """Everything wrong and everything doubtful; `checks` are run beside the engine's own. Raises nothing for a bad file."""
    try:
        text, name = _read(source)
        document = _parsed(text, name)
        model = _model(document, name)
    except RulebookError as error:
        return Linted(error.found[0].file, error.found, None)
    findings = [*check(model), *layer_problems(model, shipped_model), *doubts(model)]
    findings += [finding for each in checks for finding in each(model)]
    problems = tuple(in_file(findings, document, name))
    refused = any(not problem.warning for problem in problems)
    return Linted(name, problems, None if refused else compose(model, layers_above(model, shipped_model)))


def _model(document: Document, name: str) -> Rulebook:
    try:
        return Rulebook.model_validate(document.data)
    except ValidationError as error:
        findings = [*refusals(error), *names_of_the_rest(document.data, error)]
        raise RulebookError(in_file(findings, document, name)) from error


def _read(source: Path | str) -> tuple[str, str]:
    """The text and the name to tell its lines by: a file as it was given, a shipped one by its own name."""
    if isinstance(source, str):
        if "\n" in source:
            return source, "<text>"
        source = shipped().get(source) or Path(source)
    name = source.name if source.parent == SHIPPED else str(source)
    try:
        size = source.stat().st_size
        if size > LARGEST:
            raise RulebookError([Problem(name, 1, "", f"{size:,} bytes is too large: at most {LARGEST:,}")])
        return source.read_text(encoding="utf-8-sig"), name
    except FileNotFoundError as error:
        message = f"no such file, and no shipped rulebook of that id; shipped: {', '.join(shipped())}"
        raise RulebookError([Problem(name, 1, "", message, suggest.nearest(name, shipped()))]) from error
    except UnicodeDecodeError as error:
        line = source.read_bytes().count(b"\n", 0, error.start) + 1
        message = f"not UTF-8 text: {error.reason}; save it as UTF-8"
        raise RulebookError([Problem(name, line, "", message)]) from error
    except OSError as error:
        raise RulebookError([Problem(name, 1, "", f"can't be read: {error.strerror or error}")]) from error


def _parsed(text: str, name: str) -> Document:
    try:
        document = read_yaml(text, name)
    except YamlError as error:
        raise RulebookError([Problem(name, fault.line, "", fault.message) for fault in error.faults]) from error
    if not isinstance(document.data, dict):
        raise RulebookError([Problem(name, 1, "", "a rulebook is a mapping that starts with `id:`")])
    return document
