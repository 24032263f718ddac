"""The generated documents tell every event, route and sender, the same each time, and the command says what differs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.documents.__main__ import main
from deploy.documents.events import event_types
from deploy.documents.services import Service
from deploy.documents.written import documents
from shared.contracts.envelope import TOPICS
from shared.marked_yaml import read_yaml


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return documents()


@pytest.fixture(scope="module")
def bus(made: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(made["events.asyncapi.yaml"]).data
    return found


def refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for part in value.values():
            yield from refs(part)
    elif isinstance(value, list):
        for part in value:
            yield from refs(part)


def resolves(document: dict[str, Any], ref: str) -> bool:
    at: Any = document
    for step in ref.removeprefix("#/").split("/"):
        at = at.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(at, dict) else None
    return at is not None


def test_the_same_code_gives_the_same_text(made: dict[str, str]) -> None:
    assert documents() == made


def test_every_payload_is_in_the_document_of_the_bus(bus: dict[str, Any]) -> None:
    assert list(bus["channels"]) == list(TOPICS)
    for event in event_types():
        assert event.name in bus["channels"][event.producer]["messages"]
        message = bus["components"]["messages"][event.name]
        assert message["payload"]["$ref"] == f"#/components/schemas/{event.payload.__name__}"
        for model in (event.payload, *event.readings):
            assert bus["components"]["schemas"][model.__name__]["properties"].keys() == model.model_fields.keys()


def test_the_document_says_who_sends_and_who_receives(bus: dict[str, Any], assembled: list[Service]) -> None:
    sends = {name for name, each in bus["operations"].items() if each["action"] == "send"}
    receives = {name for name, each in bus["operations"].items() if each["action"] == "receive"}
    assert sends == {f"{service.name}-sends-{service.producer}" for service in assembled}
    assert receives == {
        f"{service.name}-receives-{producer}" for service in assembled for producer in service.subscriptions
    }
    assert bus["operations"]["console-receives-intake"]["x-ignores"] == ["original.shown.v1"]
    assert bus["operations"]["intake-receives-grading"]["x-reads"] == {"procedure.advanced.v1": "ProcedureStanding"}


def test_every_reference_leads_somewhere(made: dict[str, str], bus: dict[str, Any]) -> None:
    found = {name: json.loads(text) for name, text in made.items() if name.endswith(".json")} | {"bus": bus}
    broken = [(name, ref) for name, document in found.items() for ref in refs(document) if not resolves(document, ref)]
    assert broken == []


def test_every_route_is_in_its_document(made: dict[str, str], assembled: list[Service]) -> None:
    for service in assembled:
        paths = json.loads(made[f"{service.name}.openapi.json"])["paths"]
        told = {f"{method.upper()} {path}" for path, operations in paths.items() for method in operations}
        assert {key for key in service.wiring.access if key.split(" ")[1].startswith("/v1/")} <= told


def test_the_check_names_what_differs_and_what_mends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = ["--folder", str(tmp_path / "api")]
    assert main(folder) == 0
    assert main(["--check", *folder]) == 0
    (tmp_path / "api" / "tasks.openapi.json").write_text("{}")
    (tmp_path / "api" / "events.asyncapi.yaml").unlink()
    capsys.readouterr()
    assert main(["--check", *folder]) == 1
    said = capsys.readouterr().err
    assert "tasks.openapi.json" in said
    assert "events.asyncapi.yaml" in said
    assert "intake.openapi.json" not in said
    assert "python -m deploy.documents" in said
    assert (tmp_path / "api" / "tasks.openapi.json").read_text() == "{}"


def test_a_folder_that_cannot_be_used_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.write_text("")
    assert main(["--folder", str(file / "api")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_every_whole_number_of_a_query_has_bounds_that_the_database_can_keep(made: dict[str, str]) -> None:
    for name, text in made.items():
        if not name.endswith(".openapi.json"):
            continue
        for path, methods in json.loads(text)["paths"].items():
            for asked in [each for method in methods.values() for each in method.get("parameters", [])]:
                for shape in (asked["schema"], *asked["schema"].get("anyOf", [])):
                    assert shape.get("type") != "integer" or shape["maximum"] < 2**63, f"{name} {path} {asked['name']}"
