"""Identifiers sort by time, say so in their bits, and spread over the shards."""

import itertools
from collections import Counter
from uuid import RFC_4122, UUID

import pytest

from shared import ids
from shared.ids import SHARDS, new_id, shard_of


class Time:
    """A wall clock in the test's hand."""

    def __init__(self) -> None:
        self.milliseconds = 1_771_000_000_000

    def time_ns(self) -> int:
        return self.milliseconds * 1_000_000 + 999_999


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    hand = Time()
    monkeypatch.setattr(ids, "time", hand)
    return hand


def test_is_a_version_7_uuid_of_its_millisecond(time: Time) -> None:
    made = new_id()
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == time.milliseconds


def test_sorts_by_time(time: Time) -> None:
    made = []
    for _ in range(1000):
        made.append(new_id())
        time.milliseconds += 1
    assert sorted(made) == made
    assert sorted(made, key=str) == made


def test_none_twice_within_a_millisecond(time: Time) -> None:
    assert time.milliseconds
    assert len({new_id() for _ in range(20_000)}) == 20_000


def test_every_shard_gets_its_part() -> None:
    counts = Counter(shard_of(new_id()) for _ in range(16_000))
    assert set(counts) == set(range(SHARDS))
    # 1000 each, standard deviation 31: eight of them off is no chance
    assert all(abs(count - 1000) < 250 for count in counts.values())


@pytest.mark.parametrize("last", range(SHARDS))
def test_the_shard_is_the_last_hexadecimal_digit_and_never_changes(last: int) -> None:
    assert shard_of(UUID(f"019c6b1e-4a70-7c3e-9f51-2b8d0e6a7c0{last:x}")) == last


def test_what_is_made_one_after_another_sorts_so_also_within_a_millisecond() -> None:
    made = [new_id() for _ in range(2_000)]
    later = sum(one < another for one, another in itertools.pairwise(made))
    assert later > 1_990  # the wall clock may be set meanwhile
