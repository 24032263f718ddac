"""Identifiers: UUIDv7 rows that sort by time, and the fixed shard of a subject."""

import os
import time
from uuid import UUID

SHARDS = 16
"""Fixed for good: a subject's shard must never change. Topics have as many partitions, or fewer (`shared.bus.partitions`)."""


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then random bits."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def shard_of(subject: UUID) -> int:
    """The shard, 0 to 15, of an incident or any other subject: its lowest four bits, which UUIDv7 keeps random."""
    return subject.int & (SHARDS - 1)
