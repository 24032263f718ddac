"""CloudEvents 1.0 over Kafka in binary mode: attributes as `ce_*` headers, the payload's JSON as the value."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.contracts.envelope import RawEvent

Headers = Sequence[tuple[str, bytes]]


def to_headers(event: RawEvent) -> list[tuple[str, bytes]]:
    """The headers of an event; `ce_sequence` is its dense number in `ce_shard`, `ce_organisationid` whose it is.

    `ce_traceparent` (CloudEvents' distributed tracing extension) is there only where traces are kept.
    """
    traced = [("ce_traceparent", event.traceparent.encode())] if event.traceparent else []
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(event.id).encode()),
        ("ce_source", event.source.encode()),
        ("ce_type", event.type.encode()),
        ("ce_subject", str(event.subject).encode()),
        ("ce_time", event.time.isoformat().encode()),
        ("ce_organisationid", event.organisation_id.encode()),
        ("ce_shard", str(event.shard).encode()),
        ("ce_sequence", str(event.seq).encode()),
        *traced,
        ("content-type", b"application/json"),
    ]


def from_message(topic: str, headers: Headers, value: bytes) -> RawEvent:
    """Read a message back. Raises `KeyError` or `ValueError` where it is not one of ours."""
    found = {name: content.decode() for name, content in headers}
    return RawEvent(
        producer=topic,
        shard=int(found["ce_shard"]),
        seq=int(found["ce_sequence"]),
        id=UUID(found["ce_id"]),
        type=found["ce_type"],
        organisation_id=found["ce_organisationid"],
        subject=UUID(found["ce_subject"]),
        time=datetime.fromisoformat(found["ce_time"]),
        data=value.decode(),
        source=found["ce_source"],
        traceparent=found.get("ce_traceparent"),
    )
