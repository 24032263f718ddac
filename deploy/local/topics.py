"""The product's topics: made where they are missing, and each seen to have its partitions."""

import asyncio
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    InvalidReplicationFactorError,
    TopicAlreadyExistsError,
    for_code,
)

from deploy.local.errors import StartError
from shared.bus.address import KafkaAddress

TOPICS: Final = ("intake", "grading", "tasks", "publishing", "directory")
PARTITIONS: Final = 16  # on Apache Kafka: one a shard, so that replicas can share the work
EMBEDDED_PARTITIONS: Final = 1  # see shared/bus/partitions.py
COPIES: Final = 3  # where there are as many brokers
ROUNDS: Final = 60
PAUSE: Final = 0.25
_HERE: Final = 0, TopicAlreadyExistsError.errno
_LATER: Final = InvalidReplicationFactorError.errno


async def create_topics(
    kafka: KafkaAddress | str,
    *,
    partitions: int = EMBEDDED_PARTITIONS,
    replication: int | None = 1,
    replace: bool = False,
) -> None:
    """Make each topic that is missing, and see that each has its partitions. `replication` None: three, or one a broker.

    Tansu makes a topic with 4 partitions for any client that merely asks about it, so clients that reconnect to a
    broker come up empty may be faster than we are. With `replace` (right only for a broker that has just come up
    empty: what is in the topic is lost, the journals fill the gap) such a topic is deleted and made again.
    Brokers that are just coming up are waited for, fifteen seconds. Raises StartError for a topic of another size or where
    there are too few brokers, the KafkaError of the first topic that the broker refuses.
    """
    address = KafkaAddress(kafka) if isinstance(kafka, str) else kafka
    admin = AIOKafkaAdminClient(**address.client(), client_id="huiying-topics")
    await admin.start()
    try:
        for _ in range(ROUNDS):
            copies = await _copies(admin, address) if replication is None else replication
            missing = await _create(admin, partitions, copies) or await _not_led(admin)
            wrong = [] if missing else await _wrongly_sized(admin, partitions)
            if not missing and not wrong:
                return
            if wrong and not replace:
                break
            if wrong:
                await admin.delete_topics(wrong)
            else:
                await asyncio.sleep(PAUSE)
    finally:
        await admin.close()
    if missing:
        raise StartError(f"{address.bootstrap} has too few brokers for {copies} copies of {', '.join(missing)}")
    raise StartError(
        f"topics {', '.join(wrong)} on {address.bootstrap} do not have {partitions} partitions: make them again"
    )


async def _copies(admin: AIOKafkaAdminClient, address: KafkaAddress) -> int:
    """Three, or as many as there are brokers: those that are up, or those named, of which one may still be starting."""
    up = len((await admin.describe_cluster())["brokers"])
    return min(COPIES, max(up, len(address.bootstrap.split(","))))


async def _create(admin: AIOKafkaAdminClient, partitions: int, replication: int) -> list[str]:
    """Ask for all of them; answers those for which there are too few brokers yet."""
    answer = await admin.create_topics([NewTopic(name, partitions, replication) for name in TOPICS])
    for name, code, *_ in answer.topic_errors:
        if code not in {*_HERE, _LATER}:
            raise for_code(code)(f"topic {name}")
    return [str(name) for name, code, *_ in answer.topic_errors if code == _LATER]


async def _wrongly_sized(admin: AIOKafkaAdminClient, partitions: int) -> list[str]:
    described = await admin.describe_topics(list(TOPICS))
    return [str(topic["topic"]) for topic in described if len(topic["partitions"]) != partitions]


async def _not_led(admin: AIOKafkaAdminClient) -> list[str]:
    """Those of which the broker that answers has not heard yet, or where a partition has no leader yet."""
    described = await admin.describe_topics(list(TOPICS))
    return [
        str(topic["topic"])
        for topic in described
        if not topic["partitions"] or any(partition["leader"] < 0 for partition in topic["partitions"])
    ]
