"""The product's topics on a broker that has just come up empty."""

from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from deploy.local.errors import StartError

TOPICS: Final = ("intake", "grading", "tasks", "publishing", "directory")
PARTITIONS: Final = 16  # on Apache Kafka: one a shard, so that replicas can share the work
EMBEDDED_PARTITIONS: Final = 1  # see shared/bus/partitions.py
MOST_COPIES: Final = 3
ROUNDS: Final = 5


async def create_topics(
    bootstrap: str, *, partitions: int = EMBEDDED_PARTITIONS, replication: int | None = 1, replace: bool = False
) -> None:
    """Make each topic that is missing, and see that each has its partitions.

    `replication` None: three copies of each, or as many as there are brokers where there are fewer.

    Tansu makes a topic with 4 partitions for any client that merely asks about it, so clients that reconnect to a
    broker come up empty may be faster than we are. With `replace` (right only for a broker that has just come up
    empty: what is in the topic is lost, the journals fill the gap) such a topic is deleted and made again.
    Raises StartError for a topic of another size, the KafkaError of the first topic that the broker refuses.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, client_id="huiying-topics")
    await admin.start()
    try:
        copies = replication or min(MOST_COPIES, len((await admin.describe_cluster())["brokers"]))
        for _ in range(ROUNDS):
            await _create(admin, partitions, copies)
            wrong = await _wrongly_sized(admin, partitions)
            if not wrong:
                return
            if not replace:
                break
            await admin.delete_topics(wrong)
    finally:
        await admin.close()
    raise StartError(f"topics {', '.join(wrong)} on {bootstrap} do not have {partitions} partitions: make them again")


async def _create(admin: AIOKafkaAdminClient, partitions: int, replication: int) -> None:
    answer = await admin.create_topics([NewTopic(name, partitions, replication) for name in TOPICS])
    for name, code, *_ in answer.topic_errors:
        if code not in {0, TopicAlreadyExistsError.errno}:
            raise for_code(code)(f"topic {name}")


async def _wrongly_sized(admin: AIOKafkaAdminClient, partitions: int) -> list[str]:
    described = await admin.describe_topics(list(TOPICS))
    return [str(topic["topic"]) for topic in described if len(topic["partitions"]) != partitions]
