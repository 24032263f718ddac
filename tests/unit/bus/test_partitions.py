"""However many partitions a topic has, each shard is carried by exactly one, the one its events are sent to."""

import pytest

from shared.bus.partitions import partition_of, shards_of
from shared.ids import SHARDS


@pytest.mark.parametrize("partitions", range(1, SHARDS + 1))
def test_partitions_share_out_all_shards(partitions: int) -> None:
    carried = [shard for partition in range(partitions) for shard in shards_of(partition, partitions)]
    assert sorted(carried) == list(range(SHARDS))
    assert all(shards_of(partition, partitions) for partition in range(partitions))


@pytest.mark.parametrize("partitions", range(1, SHARDS + 1))
def test_events_go_where_their_shard_is_read(partitions: int) -> None:
    for shard in range(SHARDS):
        assert shard in shards_of(partition_of(shard, partitions), partitions)


def test_more_partitions_than_shards_leave_some_empty() -> None:
    assert shards_of(SHARDS, SHARDS + 4) == set()
    assert partition_of(SHARDS - 1, SHARDS + 4) == SHARDS - 1
