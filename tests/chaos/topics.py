"""Every message that the bus still holds against the journals: each names one event of one, in its very bytes."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.bench.stillness import Connection, schemas_with
from tests.chaos.findings import Finding, some

EMPTY_POLLS = 3
POLL_MS = 700
READ_WITHIN = 240.0
_SAID = ("ce_id", "ce_type", "ce_organisationid", "ce_subject")

Place = tuple[int, int]
"""A shard and a number in it."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it lies on the bus."""

    topic: str
    partition: int
    key: bytes
    headers: Mapping[str, str]
    value: bytes


@dataclass(slots=True)
class Carried:
    """What the bus held: messages, repeats of one, and such as came after a higher number of their shard for the first time.

    Being late is no finding: the bus may lose, repeat and reorder, consumers go by numbers (shared/journal/README.md).
    """

    messages: int = 0
    repeated: int = 0
    late: int = 0
    findings: list[Finding] = field(default_factory=list)


async def check_topics(connection: Connection, bootstrap: str, *, fresh: bool) -> Carried:
    """Of all producers. To be called at rest. `fresh`: the bus began empty, so that other journals' events are no legacy."""
    producers = await schemas_with(connection, "heads")
    messages = await read_topics(bootstrap, producers)
    carried = Carried(messages=len(messages))
    for producer in producers:
        source = f"/huiying/{producer}/{await connection.fetchval(f'SELECT journal_id FROM {producer}.identity')}"
        ours = [message for message in messages if message.topic == producer and (fresh or _is_of(message, source))]
        account(carried, ours, await journal_events(connection, producer), source)
    return carried


def account(carried: Carried, messages: Sequence[Message], events: Mapping[Place, bytes], source: str) -> None:
    """One topic's messages, in the order of each partition, against its journal's events by place (see `digest`)."""
    wrong: dict[str, list[str]] = {"unreadable": [], "stranger": [], "different": [], "astray": []}
    seen: dict[int, set[int]] = {}
    partitions: dict[int, int] = {}
    for message in messages:
        try:
            place, found = _read(message)
        except (KeyError, ValueError) as error:
            wrong["unreadable"].append(f"{message.topic}/{message.partition}: {error!r}")
            continue
        named = f"{place} {message.headers['ce_id']}"
        if not _is_of(message, source) or place not in events:
            wrong["stranger"].append(f"{named} of {message.headers['ce_source']}")
        elif events[place] != found:
            wrong["different"].append(named)
        shard, seq = place
        if partitions.setdefault(shard, message.partition) != message.partition:
            wrong["astray"].append(f"{named}: partitions {partitions[shard]} and {message.partition}")
        before = seen.setdefault(shard, set())
        carried.repeated += seq in before
        carried.late += seq not in before and seq < max(before, default=0)
        before.add(seq)
    topic = messages[0].topic if messages else "?"
    carried.findings += [
        *some("broken", f"topic {topic} (not one of ours)", wrong["unreadable"]),
        *some("doubled", f"topic {topic} (no event of the journal)", wrong["stranger"]),
        *some("broken", f"topic {topic} (not as the journal has it)", wrong["different"]),
        *some("broken", f"topic {topic} (one shard on two partitions)", wrong["astray"]),
    ]


def digest(event_id: UUID, kind: str, organisation: str, subject: UUID, time: datetime, data: bytes) -> bytes:
    """What an event is, in sixteen bytes."""
    said = "\n".join([str(event_id), kind, organisation, str(subject), time.isoformat()])
    return sha256(said.encode() + b"\n" + data).digest()[:16]


def _is_of(message: Message, source: str) -> bool:
    return message.headers.get("ce_source") == source


def _read(message: Message) -> tuple[Place, bytes]:
    said = message.headers
    event_id, kind, organisation, subject = (said[name] for name in _SAID)
    if message.key.decode() != subject:
        raise ValueError(f"key {message.key!r} of an event about {subject}")
    found = digest(
        UUID(event_id), kind, organisation, UUID(subject), datetime.fromisoformat(said["ce_time"]), message.value
    )
    return (int(said["ce_shard"]), int(said["ce_sequence"])), found


async def journal_events(connection: Connection, producer: str) -> dict[Place, bytes]:
    """What the journal says was stamped, by place."""
    found: dict[Place, bytes] = {}
    async with connection.transaction():
        async for row in connection.cursor(
            f"SELECT s.shard, s.seq, j.event_id, j.type, j.organisation_id, j.subject, j.time, j.data "
            f"FROM {producer}.stamps s JOIN {producer}.journal j ON j.id = s.journal_id",
            prefetch=500,
        ):
            found[row["shard"], row["seq"]] = digest(
                row["event_id"], row["type"], row["organisation_id"], row["subject"], row["time"], row["data"].encode()
            )
    return found


async def read_topics(bootstrap: str, topics: Iterable[str]) -> list[Message]:
    """Everything that these topics hold, from their beginnings until nothing more comes."""
    # Not by end offsets: the embedded broker's are wrong.
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    messages: list[Message] = []
    await consumer.start()
    try:
        consumer.assign([place for topic in topics for place in await _partitions(consumer, topic)])
        await consumer.seek_to_beginning()
        empty = 0
        async with asyncio.timeout(READ_WITHIN):
            while empty < EMPTY_POLLS:
                found = await consumer.getmany(timeout_ms=POLL_MS, max_records=2000)
                empty = 0 if found else empty + 1
                messages += [_message(place, one) for place, several in found.items() for one in several]
    finally:
        await consumer.stop()
    return messages


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> list[TopicPartition]:
    await consumer._client.force_metadata_update()
    await consumer._client._wait_on_metadata(topic)
    return [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]


def _message(place: TopicPartition, one: object) -> Message:
    headers = {name: content.decode() for name, content in one.headers}  # type: ignore[attr-defined]  # untyped library
    return Message(place.topic, place.partition, one.key or b"", headers, one.value or b"")  # type: ignore[attr-defined]  # the same
