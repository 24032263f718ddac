"""The bus as an AsyncAPI 3.0 document: a channel a topic, a message an event type, who sends and who receives."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from pydantic.json_schema import models_json_schema

from deploy.documents.events import EventType, said_by
from deploy.documents.services import Service
from shared.contracts.envelope import TOPICS
from shared.ids import SHARDS
from shared.journal.subscriptions import Subscription

HEADERS: Mapping[str, Mapping[str, Any]] = {
    "ce_specversion": {"const": "1.0"},
    "ce_id": {"type": "string", "format": "uuid", "description": "Of the event; the same when it is sent again."},
    "ce_source": {"type": "string", "description": "The journal it stands in: /huiying/<producer>/<journal id>."},
    "ce_type": {"type": "string", "description": "The event type, with its version at the end."},
    "ce_subject": {"type": "string", "format": "uuid", "description": "The incident, organisation or account."},
    "ce_time": {"type": "string", "format": "date-time", "description": "When it was decided, UTC."},
    "ce_organisationid": {"type": "string", "description": "Whose it is."},
    "ce_shard": {
        "type": "string",
        "pattern": "^(1[0-5]|[0-9])$",
        "description": "The subject's shard, fixed for good.",
    },
    "ce_sequence": {"type": "string", "pattern": "^[1-9][0-9]*$", "description": "Dense within producer and shard."},
    "ce_traceparent": {
        "type": "string",
        "description": "Only where traces are kept: the work it came of (W3C Trace Context).",
    },
    "content-type": {"const": "application/json"},
}
"""The Kafka headers of every event; CloudEvents 1.0 in binary mode."""

_ABOUT = """\
Every event is a decision with all that it orders: CloudEvents 1.0 in binary mode over the Kafka protocol.

Fields that have their default value are left out of the payload. Consumers ignore fields they do not know; a type only ever
gains fields with a default, anything else is a new type. An event type that a consumer has no row for is set aside, never
skipped. What the bus loses is pulled from the producer's `GET /internal/journal`; `ce_shard` and `ce_sequence` say the place.
No event carries the body of a complaint or personal data."""


def asyncapi(types: Sequence[EventType], services: Sequence[Service]) -> dict[str, Any]:
    """The document."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "回应 Huiying: events", "version": "1", "description": _ABOUT},
        "defaultContentType": "application/json",
        "servers": {"bus": {"host": "{bootstrap}", "protocol": "kafka", "variables": {"bootstrap": _BOOTSTRAP}}},
        "channels": {topic: _channel(topic, types) for topic in TOPICS},
        "operations": _operations(types, services),
        "components": {
            "messages": {event.name: _message(event) for event in types},
            "schemas": {"EventHeaders": _headers(), **_schemas(types)},
        },
    }


def as_yaml(document: Mapping[str, Any]) -> str:
    """The document's text; the same document gives the same text."""
    text: str = yaml.dump(document, Dumper=_Dumper, width=120, indent=2, sort_keys=False, allow_unicode=True)
    return text


class _Dumper(yaml.SafeDumper):
    """Lists indented below their key, every part written out, text of several lines as a block: a line changed is a line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)
_BOOTSTRAP = {"default": "127.0.0.1:9092", "description": "KAFKA_BOOTSTRAP_SERVERS"}


def _ref(*steps: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(steps)}


def _channel(topic: str, types: Sequence[EventType]) -> dict[str, Any]:
    names = [event.name for event in types if event.producer == topic]
    return {
        "address": topic,
        "description": said_by(topic),
        "messages": {name: _ref("components", "messages", name) for name in names},
        "bindings": {"kafka": {"partitions": SHARDS, "bindingVersion": "0.5.0"}},
    }


def _message(event: EventType) -> dict[str, Any]:
    own = {"type": "object", "properties": {"ce_type": {"const": event.name}}}
    message: dict[str, Any] = {
        "name": event.name,
        "title": event.payload.__name__,
        "contentType": "application/json",
        "headers": {"allOf": [_ref("components", "schemas", "EventHeaders"), own]},
        "payload": _ref("components", "schemas", event.payload.__name__),
        "bindings": {"kafka": {"key": _KEY, "bindingVersion": "0.5.0"}},
    }
    if event.readings:
        message["x-readings"] = [_ref("components", "schemas", reading.__name__) for reading in event.readings]
    return message


_KEY = {"type": "string", "format": "uuid", "description": "ce_subject."}


def _operations(types: Sequence[EventType], services: Sequence[Service]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for service in services:
        names = [event.name for event in types if event.producer == service.producer]
        summary = f"What {service.producer} decided, from {service.name}'s process."
        found[f"{service.name}-sends-{service.producer}"] = _operation("send", service.producer, names, summary)
    for service in services:
        for producer, rows in service.subscriptions.items():
            found[f"{service.name}-receives-{producer}"] = _receiving(service.name, producer, rows, types)
    return found


def _operation(action: str, topic: str, names: Sequence[str], summary: str) -> dict[str, Any]:
    return {
        "action": action,
        "channel": _ref("channels", topic),
        "summary": summary,
        "messages": [_ref("channels", topic, "messages", name) for name in names],
    }


def _receiving(service: str, producer: str, rows: Sequence[Subscription], types: Sequence[EventType]) -> dict[str, Any]:
    heard = [row for row in rows if row.handler is not None]
    ignored = sorted(row.payload.TYPE for row in rows if row.handler is None)
    operation = _operation(
        "receive", producer, sorted(row.payload.TYPE for row in heard), f"{service} acts on what {producer} says."
    )
    readings = {reading for event in types for reading in event.readings}
    if partly := {row.payload.TYPE: row.payload.__name__ for row in heard if row.payload in readings}:
        operation["x-reads"] = partly
    if ignored:
        operation["x-ignores"] = ignored
    return operation


def _headers() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "CloudEvents 1.0 attributes; every value is text.",
        "required": [name for name in HEADERS if name != "ce_traceparent"],
        "properties": {name: dict(schema) for name, schema in HEADERS.items()},
    }


def _schemas(types: Sequence[EventType]) -> dict[str, Any]:
    models = [model for event in types for model in (event.payload, *event.readings)]
    _, found = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    return {name: _draft_7(found["$defs"][name]) for name in sorted(found["$defs"])}


def _draft_7(schema: Any) -> Any:
    """AsyncAPI's own dialect is draft 7, where the places of a tuple are called `items`."""
    if isinstance(schema, dict):
        return {"items" if key == "prefixItems" else key: _draft_7(value) for key, value in schema.items()}
    return [_draft_7(each) for each in schema] if isinstance(schema, list) else schema
