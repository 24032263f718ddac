"""What was once said can still be read, and says the same; a type only ever gains."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from deploy.documents.events import EventType, event_types
from shared.contracts.envelope import Payload
from tests.contracts.additive import breaches
from tests.contracts.golden_files import FOLDER, KEEP, example, example_file, schema_file

EVENTS = event_types()
FREE = {"hand_in", "extension", "slices", "roles", "levels"}
"""Fields whose keys are the rulebook's or a form's, not the contract's."""
PERSONAL = {"body", "text", "phone", "contact", "identity_number", "id_number", "address", "complainant", "password"}


def each(event: EventType) -> str:
    return event.name


def written(payload: Payload) -> Any:
    """As a journal writes it."""
    return json.loads(payload.model_dump_json(exclude_defaults=True))


def with_unknown(value: Any) -> Any:
    """The same with a field that nobody knows yet in every object of the contract."""
    if isinstance(value, dict):
        return {key: field if key in FREE else with_unknown(field) for key, field in value.items()} | {"later": [1]}
    return [with_unknown(item) for item in value] if isinstance(value, list) else value


def field_names(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from field_names(part)


@pytest.mark.parametrize("event", EVENTS, ids=each)
class TestEveryType:
    def test_has_its_example_and_its_kept_schema(self, event: EventType) -> None:
        assert example_file(event).exists(), (
            f"write tests/contracts/golden/{event.name}.json, an example of {event.name}"
        )
        assert schema_file(event).exists(), f"keep the schema of {event.name}: {KEEP}"

    def test_is_written_back_as_it_was_read(self, event: EventType) -> None:
        assert written(event.payload.model_validate_json(example_file(event).read_text())) == example(event)

    def test_the_example_shows_every_field(self, event: EventType) -> None:
        assert example(event).keys() == event.payload.model_fields.keys()

    def test_unknown_fields_are_passed_over_at_every_depth(self, event: EventType) -> None:
        for model in (event.payload, *event.readings):
            plain, later = model.model_validate(example(event)), model.model_validate(with_unknown(example(event)))
            assert plain == later

    def test_what_may_be_left_out_is_left_out_and_nothing_else(self, event: EventType) -> None:
        required = {name for name, field in event.payload.model_fields.items() if field.is_required()}
        least = {name: value for name, value in example(event).items() if name in required}
        assert written(event.payload.model_validate(least)) == least
        for name in required:
            with pytest.raises(ValidationError, match=name):
                event.payload.model_validate({key: value for key, value in least.items() if key != name})

    def test_partial_readings_read_the_same_event(self, event: EventType) -> None:
        whole = event.payload.model_validate(example(event)).model_dump()
        for reading in event.readings:
            assert_part_of(reading.model_validate(example(event)).model_dump(), whole)

    def test_only_gained_since_it_was_kept(self, event: EventType) -> None:
        found = breaches(json.loads(schema_file(event).read_text()), event.payload.model_json_schema())
        assert not found, f"{event.name} is not the same type any more, make a new one: {found}"

    def test_the_kept_schema_has_all_there_is(self, event: EventType) -> None:
        kept = json.loads(schema_file(event).read_text())
        assert set(field_names(kept)) == set(field_names(event.payload.model_json_schema())), (
            f"keep what is new: {KEEP}"
        )

    def test_carries_no_personal_data(self, event: EventType) -> None:
        assert not PERSONAL & set(field_names(event.payload.model_json_schema()))


def assert_part_of(part: Any, whole: Any) -> None:
    if isinstance(part, dict):
        for name, value in part.items():
            assert_part_of(value, whole[name])
    else:
        assert part == whole


def test_no_file_is_left_of_a_type_that_is_gone() -> None:
    names = {event.name for event in EVENTS}
    assert {file.stem for file in FOLDER.glob("*.json")} == names
    assert {file.stem for file in (FOLDER / "schemas").glob("*.json")} == names


def test_every_type_names_its_version_and_its_one_producer() -> None:
    names = [event.name for event in EVENTS]
    assert len(names) == len(set(names))
    assert all(name.rpartition(".v")[2].isdigit() for name in names)
