"""What pydantic refuses, said so that the author of a rulebook can mend it: which key, what belongs there, an example."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from services.grading.rulebook.reading import suggest
from services.grading.rulebook.reading.schema import rulebook_schema
from services.grading.rulebook.written.findings import Finding
from services.grading.rulebook.written.vocabulary import SPECIAL_DEFAULTS, WITHOUT_NUMBER
from shared.marked_yaml import Place

_WORDS = {"within": WITHOUT_NUMBER, "default": SPECIAL_DEFAULTS}
_KINDS = {
    "model_type": "a mapping of `key: value` lines",
    "dict_type": "a mapping of `key: value` lines",
    "list_type": "a list: `[a, b]`, or lines that begin with '- '",
    "string_type": "text; put quotes round a number, or write something",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "date_from_datetime_parsing": "a date: 2026-01-31",
    "date_type": "a date in quotes: '2026-01-31'",
    "time_parsing": "a time of day in quotes: '08:30'",
    "time_type": "a time of day in quotes: '08:30'",
}


def refusals(error: ValidationError) -> list[Finding]:
    """Each refusal as a finding, with what was expected and, where it can be guessed, what was meant."""
    return [_REFUSALS.get(each["type"], _other)(each) for each in error.errors(include_url=False)]


def _extra(detail: ErrorDetails) -> Finding:
    *parents, key = detail["loc"]
    known = sorted(_part(tuple(parents)).get("properties", {}))
    suggestion = suggest.nearest(key, known)
    return Finding(detail["loc"], f"unknown key {key!r}; the keys here: {', '.join(known)}", suggestion)


def _missing(detail: ErrorDetails) -> Finding:
    place = detail["loc"]
    wanted = _part(place)
    example = f", such as {wanted['examples'][0]!r}" if wanted.get("examples") else ""
    return Finding(place, f"the key `{place[-1]}` is missing: {_expected(wanted)}{example}")


def _choice(detail: ErrorDetails) -> Finding:
    place: Place = _without_key(detail["loc"])
    known = _part(detail["loc"]).get("enum") or str(detail.get("ctx", {}).get("expected", "")).split("'")[1::2]
    message = f"expected one of {', '.join(map(repr, known))}{_found(detail)}"
    return Finding(place, message, suggest.nearest(detail["input"], known))


def _value(detail: ErrorDetails) -> Finding:
    """What a validator of the model says itself."""
    message, suggestion = str(detail["msg"]).removeprefix("Value error, "), ""
    if "no duration" in message:
        words = next((_WORDS[part] for part in detail["loc"][-1:] if part in _WORDS), frozenset[str]())
        suggestion = suggest.duration(detail["input"], words)
        message += f", or one of: {', '.join(sorted(words))}" if words else ""
    return Finding(detail["loc"], message, suggestion)


def _pattern(detail: ErrorDetails) -> Finding:
    lower = str(detail.get("ctx", {}).get("pattern", "")).startswith("^[a-z]")
    ids = "lower-case letters, digits and _, a letter first" if lower else "letters, digits, _ and -, at most 64"
    return Finding(_without_key(detail["loc"]), f"expected a short id: {ids}{_found(detail)}")


def _without_key(loc: Place) -> Place:
    """pydantic marks a key that is wrong itself."""
    return tuple(part for part in loc if part != "[key]")


def _other(detail: ErrorDetails) -> Finding:
    expected = _KINDS.get(detail["type"])
    message = f"expected {expected}" if expected else str(detail["msg"])
    return Finding(_without_key(detail["loc"]), message + _found(detail))


def _found(detail: ErrorDetails) -> str:
    found = detail["input"]
    return f" (found {found!r})" if found is None or isinstance(found, str | int | float | bool) else ""


_REFUSALS: Mapping[str, Callable[[ErrorDetails], Finding]] = {
    "extra_forbidden": _extra,
    "missing": _missing,
    "literal_error": _choice,
    "value_error": _value,
    "string_pattern_mismatch": _pattern,
}


def _expected(part: Mapping[str, Any]) -> str:
    if "enum" in part:
        return f"one of {', '.join(map(repr, part['enum']))}"
    kinds = {
        "string": "text",
        "array": "a list",
        "object": "a mapping",
        "integer": "a whole number",
        "boolean": "true or false",
    }
    return kinds.get(str(part.get("type")), "a value")


@cache
def _schema() -> Mapping[str, Any]:
    return rulebook_schema()


def _part(place: Place) -> Mapping[str, Any]:
    """The schema of a part; empty where the schema says nothing of it."""
    part = _schema()
    for step in place:
        if step == "[key]":
            part = part.get("propertyNames", {})
        elif isinstance(step, int):
            part = part.get("items", {})
        else:
            part = _entry(part, step)
        part = _resolved(part)
    return part


def _entry(part: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The schema of one key: its own, or the one that every value of a mapping (by id, by metric) has."""
    by_pattern: Mapping[str, Any] = part.get("patternProperties", {})
    choices = (part.get("properties", {}).get(key), part.get("additionalProperties"), *by_pattern.values())
    return next((each for each in choices if isinstance(each, Mapping)), {})


def _resolved(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without references; of several ways to write a part, all that any of them allows."""
    reference = part.get("$ref")
    if reference:
        return _resolved(_schema()["$defs"][reference.rpartition("/")[2]])
    merged: dict[str, Any] = dict(part)
    for choice in part.get("anyOf", ()):
        if choice.get("type") != "null":
            merged = {**_resolved(choice), **merged}
    return merged
