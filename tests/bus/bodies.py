"""Events for the bus, as a journal would have numbered them, and gathering what arrives."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import uuid4

from shared.bus.subscriber import Subscriber
from shared.contracts.envelope import RawEvent
from shared.ids import SHARDS, new_id

PATIENCE = 30.0


def told(count: int, *, topic: str = "intake", source: str = "", first: int = 1) -> list[RawEvent]:
    """`count` numbered events in every shard, the shards taking turns; `source` marks them as this test's own."""
    return [
        RawEvent(
            producer=topic,
            shard=shard,
            seq=seq,
            id=new_id(),
            type="told.v1",
            organisation_id="org",
            subject=new_id(),
            time=datetime.now(UTC),
            data=f'{{"n":{seq}}}',
            source=source,
        )
        for seq in range(first, first + count)
        for shard in range(SHARDS)
    ]


def fresh_name(what: str) -> str:
    """A name that no earlier test on the same bus has used."""
    return f"{what}-{uuid4().hex[:8]}"


async def gather(
    members: Sequence[Subscriber], source: str, enough: Callable[[Sequence[list[RawEvent]]], bool]
) -> list[list[RawEvent]]:
    """Poll all members, side by side, until what each has received of `source` is enough. Fails after half a minute."""
    received: list[list[RawEvent]] = [[] for _ in members]

    async def listen(number: int) -> None:
        while not enough(received):
            received[number] += [event for event in await members[number].poll() if event.source == source]

    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(listen(number) for number in range(len(members))))
    return received
