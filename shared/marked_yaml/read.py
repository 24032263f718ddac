"""Reading a text: event by event from libyaml's parser, so that what is refused is refused before it is built."""

from collections.abc import Callable
from typing import Any

from yaml._yaml import CParser
from yaml.error import MarkedYAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)
from yaml.reader import ReaderError

from shared.marked_yaml.document import Document
from shared.marked_yaml.faults import Fault, YamlError, explained, unreadable
from shared.marked_yaml.scalars import plain

LARGEST = 1_000_000
"""Bytes of UTF-8; beyond it the parser is not even started."""
DEEPEST = 32
MOST_PARTS = 50_000
MOST_FAULTS = 50


def read_yaml(text: str, name: str = "<text>") -> Document:
    """Plain data with lines. Raises YamlError with every fault found: a fault of the syntax ends the search.

    Refused: more than LARGEST bytes, MOST_PARTS parts or DEEPEST levels, anchors and aliases, tags, duplicate keys,
    keys that are no scalars, more than one document.
    """
    try:
        size = len(text) if len(text) > LARGEST else len(text.encode())
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        message = "not YAML: half a surrogate pair, which is no character: delete it"
        raise YamlError(name, [Fault(line, message)]) from error
    if size > LARGEST:
        raise YamlError(name, [Fault(1, f"{size:,} bytes is too large: at most {LARGEST:,}")])
    return _read(text, name)


def _read(text: str, name: str) -> Document:
    builder = _Builder(text)
    try:
        document = builder.document()
    except _StopError:
        document = None
    except MarkedYAMLError as error:
        builder.faults.append(explained(error, text))
    except ReaderError as error:
        builder.faults.append(unreadable(error, text))
    if builder.faults:
        raise YamlError(name, sorted(builder.faults, key=lambda fault: fault.line))
    assert document is not None
    return document


class _StopError(Exception):
    """Enough is wrong; the rest of the text is not read."""


class _Builder:
    """One text on its way to plain data."""

    def __init__(self, text: str) -> None:
        self._parser = CParser(text)
        self._next: Callable[[], Any] = self._parser.get_event
        self._lines: dict[int, dict[str, int] | list[int]] = {}
        self._parts = 0
        self.faults: list[Fault] = []

    def document(self) -> Document:
        """The only document of the text. Raises the parser's own errors, and _StopError."""
        self._next()
        begun = self._next()
        if isinstance(begun, StreamEndEvent):
            return Document(None, {})
        root = self._next()
        data = self._value(root, 1)
        self._next()
        more = self._next()
        if isinstance(more, DocumentStartEvent):
            self._stop(more, "a second document begins with '---': one file holds one document")
        return Document(data, self._lines, root.start_mark.line + 1)

    def _value(self, event: Any, depth: int) -> Any:
        self._parts += 1
        if self._parts > MOST_PARTS:
            self._stop(event, f"too many parts: at most {MOST_PARTS:,} keys and values")
        kind = type(event)
        if kind is AliasEvent:
            self._fault(event, f"the alias *{event.anchor} is not allowed: write the value out")
            return None
        if event.anchor or event.tag:
            self._refuse_marks(event)
        if kind is ScalarEvent:
            return event.value if event.style else plain(event.value)
        if depth > DEEPEST:
            self._stop(event, f"nested too deeply: more than {DEEPEST} levels")
        return self._mapping(depth + 1) if kind is MappingStartEvent else self._sequence(depth + 1)

    def _mapping(self, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        lines: dict[str, int] = {}
        following = self._next
        while type(event := following()) is not MappingEndEvent:
            key = self._key(event)
            if key in data:
                self._fault(event, f"duplicate key {key!r}, first on line {lines[key]}: write each key once")
            else:
                lines[key] = event.start_mark.line + 1
            data[key] = self._value(following(), depth)
        self._lines[id(data)] = lines
        return data

    def _key(self, event: Any) -> str:
        self._parts += 1
        if type(event) is not ScalarEvent:
            self._stop(event, "a key is an alias, a list or a mapping: a key must be a word")
        if event.anchor or event.tag:
            self._refuse_marks(event)
        return str(event.value)

    def _sequence(self, depth: int) -> list[Any]:
        data: list[Any] = []
        lines: list[int] = []
        following = self._next
        while type(event := following()) is not SequenceEndEvent:
            lines.append(event.start_mark.line + 1)
            data.append(self._value(event, depth))
        self._lines[id(data)] = lines
        return data

    def _refuse_marks(self, event: Any) -> None:
        if event.anchor is not None:
            self._fault(event, f"the anchor &{event.anchor} is not allowed: write the value out where it is needed")
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._fault(event, f"the tag {tag} is not allowed: quote what is to be text")

    def _fault(self, event: Any, message: str) -> None:
        self.faults.append(Fault(event.start_mark.line + 1, message))
        if len(self.faults) >= MOST_FAULTS:
            raise _StopError

    def _stop(self, event: Any, message: str) -> None:
        self.faults.append(Fault(event.start_mark.line + 1, message))
        raise _StopError
