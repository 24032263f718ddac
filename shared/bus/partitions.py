"""Shards on partitions: a topic may have fewer partitions than there are shards, then a partition carries several.

On Apache Kafka a topic has 16, one a shard, so that replicas can share the work. The embedded broker gets one: it reads every
stored batch of a partition at each fetch, and one partition means one batch a relay round instead of up to sixteen.
"""

from shared.ids import SHARDS


def partition_of(shard: int, partitions: int) -> int:
    """Where a shard's events go."""
    return shard % partitions


def shards_of(partition: int, partitions: int) -> set[int]:
    """Whose events a partition carries."""
    return {shard for shard in range(SHARDS) if shard % partitions == partition}
