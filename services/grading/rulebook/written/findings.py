"""What is wrong, or doubtful, in a rulebook: where in its structure, in plain words, and what to write instead."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from services.grading.rulebook.written.model import Rulebook
from shared.errors import InvalidError
from shared.marked_yaml import Document, Place, YamlError, read_yaml


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. A warning doesn't keep the rulebook from running. `suggestion` may be empty.

    `related` are the other parts it speaks of, told with their lines.
    """

    place: Place
    message: str
    suggestion: str = ""
    warning: bool = False
    related: tuple[Place, ...] = ()


Check = Callable[[Rulebook], Iterable[Finding]]
"""Looks at a model that is well formed and says what it finds."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding with the file and line (from 1) it is on."""

    file: str
    line: int
    path: str
    message: str
    suggestion: str = ""
    warning: bool = False

    def __str__(self) -> str:
        """`file:line: path: what was expected; suggestion`."""
        path = f"{self.path}: " if self.path else ""
        mark = "warning: " if self.warning else ""
        suggestion = f"; {self.suggestion}" if self.suggestion else ""
        return f"{self.file}:{self.line}: {mark}{path}{self.message}{suggestion}"


class RulebookError(InvalidError):
    """A rulebook that can't be used; `problems` lists every finding as 'file:line: path: what'."""

    type, title = "invalid-rulebook", "规则文件有误 / Invalid rulebook"

    def __init__(self, problems: Sequence[str | Problem]) -> None:
        self.found = tuple(each for each in problems if isinstance(each, Problem))
        self.problems = tuple(str(each) for each in problems)
        super().__init__("\n".join(self.problems), errors=[_entry(each) for each in problems])


def _entry(problem: str | Problem) -> dict[str, str | int]:
    """As an entry of a problem document's `errors`."""
    if isinstance(problem, str):
        return {"where": "(whole file)", "what": problem}
    return {"where": problem.path or "(whole file)", "what": str(problem), "line": problem.line}


def path_of(place: Place) -> str:
    """The place as a path: `duties.3.due.within`."""
    return ".".join(str(part) for part in place) or "(whole file)"


def in_file(findings: Iterable[Finding], document: Document, file: str) -> list[Problem]:
    """Each finding with its line, in the order of the file."""
    problems = [
        Problem(
            file,
            document.line(each.place),
            path_of(each.place),
            each.message + _related(each, document),
            each.suggestion,
            each.warning,
        )
        for each in findings
    ]
    return sorted(problems, key=lambda problem: problem.line)


def _related(finding: Finding, document: Document) -> str:
    lines = list(dict.fromkeys(document.line(place) for place in finding.related))
    return f" (see line{'s' * (len(lines) > 1)} {', '.join(map(str, lines))})" if lines else ""


def locate(text: str, findings: Iterable[Finding], name: str = "<text>") -> list[str]:
    """The findings as 'file:line: path: what', in the order of the YAML (or canonical JSON) text they were made on.

    A text that can't be read any more gives every finding the line 1.
    """
    try:
        document = read_yaml(text, name)
    except YamlError:
        document = Document(None, {})
    return [str(problem) for problem in in_file(findings, document, name)]
