"""Nobody can be told what it has no row for: an unknown type is set aside, and everything after it on that incident."""

from deploy.documents.events import event_types
from deploy.documents.services import Service
from shared.contracts.envelope import TOPICS

HEARD = {
    "intake": {"grading", "publishing", "directory"},
    "grading": {"intake", "tasks", "publishing", "directory"},
    "tasks": {"grading", "publishing", "directory"},
    "publishing": {"grading", "directory"},
    "console": set(TOPICS),
}


def test_every_service_has_a_row_for_all_that_its_producers_say(assembled: list[Service]) -> None:
    said = {topic: {event.name for event in event_types() if event.producer == topic} for topic in TOPICS}
    for service in assembled:
        for producer, rows in service.subscriptions.items():
            known = [row.payload.TYPE for row in rows]
            assert set(known) == said[producer], f"services/{service.name}/entry/subscriptions.py, {producer}"
            assert len(known) == len(set(known)), f"{service.name} has two rows for one type of {producer}"


def test_rows_stand_under_the_producer_that_says_them(assembled: list[Service]) -> None:
    models = {model: event.producer for event in event_types() for model in (event.payload, *event.readings)}
    for service in assembled:
        for producer, rows in service.subscriptions.items():
            assert {models[row.payload] for row in rows} == {producer}


def test_who_hears_whom(assembled: list[Service]) -> None:
    assert {service.name: set(service.subscriptions) for service in assembled} == HEARD
    assert {service.producer for service in assembled} == set(TOPICS)


def test_every_service_hears_of_disabled_accounts(assembled: list[Service]) -> None:
    for service in assembled:
        rows = {row.payload.TYPE: row.handler for row in service.subscriptions["directory"]}
        assert rows["account.changed.v1"] is not None
