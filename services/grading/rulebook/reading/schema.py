"""The JSON Schema of a rulebook as editors use it: every field with its title, what it is, examples, meanings of values."""

from collections.abc import Iterator
from typing import Any, Final

from services.grading.rulebook.reading.schema_words import BY_PART, EVERYWHERE, MEANINGS, Words
from services.grading.rulebook.telling.plain_words import KIND_NAMES
from services.grading.rulebook.written.model import Rulebook

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ABOUT: Final = "一部制度的规则文件 / one regulation as data"


def rulebook_schema() -> dict[str, Any]:
    """The whole schema, in the dialect it names. Always the same for the same code."""
    schema = Rulebook.model_json_schema(by_alias=True)
    for name, part in {**schema["$defs"], "Rulebook": schema}.items():
        for field, of_field in part.get("properties", {}).items():
            _say(of_field, BY_PART.get(name, {}).get(field) or EVERYWHERE.get(field))
    for values in _closed_lists(schema):
        values["enumDescriptions"] = [_meaning(value) for value in values["enum"]]
    return {"$schema": DIALECT, **schema, "title": "回应 Huiying rulebook", "description": _ABOUT}


def undescribed() -> list[str]:
    """The fields that an editor would show without a word, as `Part.field`."""
    schema = Rulebook.model_json_schema(by_alias=True)
    parts = {**schema["$defs"], "Rulebook": schema}
    return [
        f"{name}.{field}"
        for name, part in parts.items()
        for field in part.get("properties", {})
        if field not in EVERYWHERE and field not in BY_PART.get(name, {})
    ]


def _say(field: dict[str, Any], words: Words | None) -> None:
    if words is None:
        return
    field["title"] = words.title
    field["description"] = f"{words.chinese} / {words.english}"
    if words.examples:
        items = field.get("type") == "array"
        field["examples"] = [[each] for each in words.examples] if items else list(words.examples)


def _meaning(value: str) -> str:
    return MEANINGS.get(value) or KIND_NAMES.get(value, value)


def _closed_lists(part: Any) -> Iterator[dict[str, Any]]:
    """Every schema within `part` that lists its values."""
    if isinstance(part, dict):
        if isinstance(part.get("enum"), list):
            yield part
        for each in list(part.values()):
            yield from _closed_lists(each)
    elif isinstance(part, list):
        for each in part:
            yield from _closed_lists(each)
