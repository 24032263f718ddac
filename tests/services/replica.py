"""One of several replicas, as a process of its own for tests that kill it: a relay, or a member of a consumer group.

`relay URL NAME` relays the journal of tasks over connections called NAME. `member KAFKA GROUP` says on standard output, a line each,
how many shards it has now (`shards 16`) and each event that it receives (`event SOURCE SHARD`).
"""

import asyncio
import sys

from shared.bus.address import KafkaAddress
from shared.bus.producer import Bus
from shared.bus.subscriber import Subscriber
from shared.db import Database
from shared.journal.relay import Relay

TOPIC = "tasks"


async def relay(url: str, name: str) -> None:
    """Relay until killed; the bus is nowhere."""
    print("begun", flush=True)
    await Relay(TOPIC, Database(url, name=name), Bus(KafkaAddress("127.0.0.1:1"))).run()


async def member(bootstrap: str, group: str) -> None:
    """Receive until killed."""
    subscriber = Subscriber(KafkaAddress(bootstrap), group, [TOPIC])
    before = -1
    while True:
        events = await subscriber.poll()
        owned = len((subscriber.shards() or {}).get(TOPIC, ()))
        if owned != before:
            before = owned
            print("shards", owned, flush=True)
        for event in events:
            print("event", event.source, event.shard, flush=True)


if __name__ == "__main__":
    asyncio.run({"relay": relay, "member": member}[sys.argv[1]](*sys.argv[2:]))
