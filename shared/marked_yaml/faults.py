"""What can be wrong with a text before its meaning is asked for, in words that someone who writes YAML by hand can use."""

from collections.abc import Sequence
from typing import NamedTuple

from yaml.error import MarkedYAMLError
from yaml.reader import ReaderError


class Fault(NamedTuple):
    """One thing wrong: the line (from 1) and what to do about it."""

    line: int
    message: str


class YamlError(ValueError):
    """A text that can't be read; `faults` in the order of the text, never empty."""

    def __init__(self, name: str, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(f"{name}:{line}: {message}" for line, message in faults))
        self.name = name
        self.faults = tuple(faults)


_WORDS = (
    (
        "mapping values are not allowed",
        "a second ': ' in one value: put the text in quotes, or the key on its own line",
    ),
    ("did not find expected key", "indented differently from the other keys of its part{since}: bring them in line"),
    ("could not find expected ':'", "a key without ': ' after it{since}"),
    ("did not find expected ',' or ']'", "the list opened with '['{since} lacks a ',' or its ']'"),
    ("did not find expected ',' or '}'", "the mapping opened with '{{'{since} lacks a ',' or its '}}'"),
    ("did not find expected '-'", "indented like the items of a list{since}, but without '- '"),
    ("block sequence entries are not allowed", "a list begins with '- ' on a line of its own, below its key"),
    ("unexpected end of stream", "the quoted text{since} is never closed: add its quote"),
    ("did not find expected node content", "a value is missing here, or a bracket closes that was never opened"),
    ("unknown escape character", "a backslash in double quotes begins an escape: use single quotes"),
    ("cannot start any token", "a value can't begin with this character: put it in quotes"),
)
_TAB = "a tab: YAML is indented with spaces; put spaces in its place"


def explained(error: MarkedYAMLError, text: str) -> Fault:
    """The parser's own complaint in plain words."""
    line = error.problem_mark.line + 1 if error.problem_mark else 1
    problem = str(error.problem or error)
    if "tab" in problem or _begins_with_tab(text, line):
        return Fault(line, _TAB)
    context = error.context_mark
    since = f" (begun on line {context.line + 1})" if context and context.line + 1 != line else ""
    for part, words in _WORDS:
        if part in problem:
            return Fault(line, f"not YAML: {words.format(since=since)}")
    return Fault(line, f"not YAML: {problem}{since}")


def unreadable(error: ReaderError, text: str) -> Fault:
    """A character that no YAML text may hold."""
    number = int(error.character)
    line = text[: text.find(chr(number))].count("\n") + 1
    return Fault(line, f"not YAML: the control character U+{number:04X}: delete it")


def _begins_with_tab(text: str, line: int) -> bool:
    lines = text.splitlines()
    whole = lines[line - 1] if line <= len(lines) else ""
    return "\t" in whole[: len(whole) - len(whole.lstrip())]
