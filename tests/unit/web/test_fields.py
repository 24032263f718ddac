"""JSON bodies are taken as the document says them: nothing that merely resembles a number, a truth or a time."""

from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from services.grading.rulebook.written.findings import Problem, RulebookError
from services.intake.entry.key_models import NewKey, Rotation
from services.intake.entry.monitoring import _read
from services.tasks.entry.bodies import HandIn
from shared.errors import InvalidError
from shared.web.fields import LocalMoment, Moment, Truth, Version


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Version, True),
        (Version, "3"),
        (Version, -1),
        (Version, 2**31),
        (Truth, 1),
        (Truth, "true"),
        (Moment, 1_700_000_000),
        (Moment, "2026-01-01T00:00:00"),
        (LocalMoment, 1_700_000_000.5),
        (LocalMoment, False),
    ],
)
def test_what_only_resembles_it_is_refused(kind: Any, value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value)


def test_what_the_document_says_is_taken() -> None:
    assert TypeAdapter(Version).validate_python(3) == 3
    assert TypeAdapter(Version).validate_python(3.0) == 3, "in JSON a number without a fraction is an integer"
    assert TypeAdapter(LocalMoment).validate_python("2026-01-01T08:00:00").hour == 8
    assert TypeAdapter(Version).json_schema() == {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}


def _property(model: type[BaseModel], name: str) -> dict[str, Any]:
    found: dict[str, Any] = model.model_json_schema()["properties"][name]
    return found


def test_documents_say_what_is_taken() -> None:
    assert _property(Rotation, "grace_hours")["maximum"] == 168, "a check before others does not hide their bounds"
    assert _property(NewKey, "scopes")["uniqueItems"] is False, "the same scope twice is taken, as once"
    assert _property(HandIn, "hand_in")["additionalProperties"] is False, "no names but those of the pattern"


def test_errors_are_entries_as_the_problem_document_says() -> None:
    refused = RulebookError(["unknown layer", Problem("a.yaml", 7, "duties.0", "no owner")])
    assert refused.extra["errors"] == [
        {"where": "(whole file)", "what": "unknown layer"},
        {"where": "duties.0", "what": "a.yaml:7: duties.0: no owner", "line": 7},
    ]
    with pytest.raises(InvalidError) as push:
        _read(b'{"organisation": "office", "events": []}')
    assert [entry["where"] for entry in push.value.extra["errors"]] == ["events"]
