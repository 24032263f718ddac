"""The product's topics on a broker that has just come up empty."""

from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

TOPICS: Final = ("intake", "grading", "tasks", "publishing", "directory")
PARTITIONS: Final = 16  # the fixed shards; an incident's shard never changes


async def create_topics(bootstrap: str, replication: int = 1) -> None:
    """Make each topic that is missing. Raises the KafkaError of the first one the broker refuses."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, client_id="huiying-topics")
    await admin.start()
    try:
        wanted = [NewTopic(name, PARTITIONS, replication) for name in TOPICS]
        answer = await admin.create_topics(wanted)
    finally:
        await admin.close()
    for name, code, *_ in answer.topic_errors:
        if code not in {0, TopicAlreadyExistsError.errno}:
            raise for_code(code)(f"topic {name} on {bootstrap}")
