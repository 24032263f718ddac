"""Our headers against the CloudEvents SDK, both ways, for every event type."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from deploy.documents.asyncapi import HEADERS
from deploy.documents.events import EventType, event_types
from shared.bus.cloudevents import from_message, to_headers
from shared.contracts.envelope import RawEvent
from tests.contracts.golden_files import example_file


def each(event: EventType) -> str:
    return event.name


def raw(event: EventType) -> RawEvent:
    return RawEvent(
        producer=event.producer,
        shard=5,
        seq=1234567890123,
        id=UUID("019c6b1e-4a70-7c3e-9f51-2b8d0e6a7c0f"),
        type=event.name,
        organisation_id="anhui-medical",
        subject=UUID("019c6b1e-4a70-7c3e-9f51-2b8d0e6a7c05"),
        time=datetime(2026, 2, 13, 13, 30, 5, 250000, UTC),
        data=json.dumps(json.loads(example_file(event).read_text()), ensure_ascii=False),
        source=f"/huiying/{event.producer}/7d0e2c58-70d4-4a43-9c2f-6b1f0a9d3e11",
    )


@pytest.mark.parametrize("event", event_types(), ids=each)
def test_the_sdk_reads_what_we_write(event: EventType) -> None:
    ours = raw(event)
    message = KafkaMessage(headers=dict(to_headers(ours)), key=str(ours.subject).encode(), value=ours.data.encode())
    read = from_binary(message, JSONFormat())
    assert isinstance(read, CloudEvent)
    assert read.get_specversion() == "1.0"
    assert (read.get_id(), read.get_source(), read.get_type()) == (str(ours.id), ours.source, ours.type)
    assert (read.get_subject(), read.get_time()) == (str(ours.subject), ours.time)
    assert read.get_datacontenttype() == "application/json"
    extensions = {name: read.get_extension(name) for name in ("organisationid", "shard", "sequence")}
    assert extensions == {"organisationid": "anhui-medical", "shard": "5", "sequence": "1234567890123"}
    assert read.get_data() == json.loads(ours.data)


@pytest.mark.parametrize("event", event_types(), ids=each)
def test_we_read_what_the_sdk_writes(event: EventType) -> None:
    ours = raw(event)
    attributes = {
        "specversion": "1.0",
        "id": str(ours.id),
        "source": ours.source,
        "type": ours.type,
        "subject": str(ours.subject),
        "time": ours.time,
        "datacontenttype": "application/json",
        "organisationid": ours.organisation_id,
        "shard": str(ours.shard),
        "sequence": str(ours.seq),
    }
    theirs = to_binary(CloudEvent(attributes, json.loads(ours.data)), JSONFormat())
    assert theirs.headers.keys() == dict(to_headers(ours)).keys()
    read = from_message(event.producer, list(theirs.headers.items()), theirs.value)
    assert event.payload.model_validate_json(read.data) == event.payload.model_validate_json(ours.data)
    assert [getattr(read, name) for name in RawEvent.__slots__ if name != "data"] == [
        getattr(ours, name) for name in RawEvent.__slots__ if name != "data"
    ]


def test_there_and_back() -> None:
    ours = raw(event_types()[0])
    assert from_message(ours.producer, to_headers(ours), ours.data.encode()) == ours


def test_the_document_describes_exactly_the_headers_that_are_sent() -> None:
    event = raw(event_types()[0])
    assert [name for name, _ in to_headers(event)] == [name for name in HEADERS if name != "ce_traceparent"]
    traced = replace(event, traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    assert [name for name, _ in to_headers(traced)] == list(HEADERS)
    assert from_message(traced.producer, to_headers(traced), traced.data.encode()) == traced


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ce_id", b"7"),
        ("ce_subject", b""),
        ("ce_time", b"yesterday"),
        ("ce_shard", b"one"),
        ("ce_sequence", b"1.5"),
        ("ce_type", b"\xff"),
        *((name, None) for name in ("ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_organisationid")),
    ],
)
def test_a_message_that_is_not_ours_is_refused(name: str, content: bytes | None) -> None:
    ours = raw(event_types()[0])
    headers = [(key, value) for key, value in to_headers(ours) if key != name]
    if content is not None:
        headers.append((name, content))
    with pytest.raises((KeyError, ValueError)):
        from_message(ours.producer, headers, ours.data.encode())
