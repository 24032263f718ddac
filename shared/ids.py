"""Identifiers: UUIDv7 rows that sort by time, and the fixed shard of a subject."""

import os
import time
from uuid import UUID

SHARDS = 16
"""Fixed for good: a subject's shard must never change. Topics have as many partitions, or fewer (`shared.bus.partitions`)."""


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, 12 bits of their fraction, then random bits.

    What one process makes one after another sorts so, also within a millisecond.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    stamp = milliseconds << 16 | 0x7 << 12 | (rest << 12) // 1_000_000
    return UUID(int=stamp << 64 | 0x2 << 62 | int.from_bytes(os.urandom(8)) >> 2)


def shard_of(subject: UUID) -> int:
    """The shard, 0 to 15, of an incident or any other subject: its lowest four bits, which UUIDv7 keeps random."""
    return subject.int & (SHARDS - 1)
