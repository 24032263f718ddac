"""The hash chain of a subject's journal rows: whoever changes or drops one breaks all that follow."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any


class BrokenChainError(Exception):
    """A journal row does not follow from the one before it."""


def link(previous: bytes, event_id: bytes, type_: str, data: str) -> bytes:
    """The hash of a row: over the previous row's hash, the event's id, its type and its exact JSON text."""
    return sha256(previous + event_id + f"{type_}\n{data}".encode()).digest()


def verify(rows: Sequence[Mapping[str, Any]]) -> int:
    """Check one subject's rows, ordered by `position`; answers how many. Raises `BrokenChainError` at the first bad one."""
    previous = b""
    for number, row in enumerate(rows, start=1):
        if row["position"] != number:
            raise BrokenChainError(f"Row {number} of {row['subject']} is missing: the next one says {row['position']}.")
        previous = link(previous, row["event_id"].bytes, row["type"], row["data"])
        if previous != row["hash"]:
            raise BrokenChainError(f"Row {number} of {row['subject']} was changed after it was written.")
    return len(rows)
