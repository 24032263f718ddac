"""How much a gram tells: the rarer among an organisation's matters, the more. Frozen in numbered generations."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from services.intake.domain.likeness.grams import Grams

STEPS = 20
"""A rarity is told in steps of a twentieth of its natural logarithm, so that it fits one byte."""
_FEWEST_BITS, _MOST_BITS, _BUCKETS_EACH = 15, 22, 512


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """The rarity of every gram at one generation; `number` 0 is the time before the first, when all weigh the same.

    A table of buckets (a gram's is its upper bits), one byte each, at most 4 MB: grams that meet in a bucket are counted as one.
    """

    number: int
    table: NDArray[np.uint8]
    once: int
    """The rarity of a gram that at most one document said."""

    @classmethod
    def counted(cls, number: int, documents: Iterable[Grams]) -> Self:
        """Weigh by what was said in `documents`, in any order. Raises ValueError for a number below 1 or no document."""
        said_by = np.zeros(1 << _MOST_BITS, np.uint32)
        total = 0
        for document in documents:
            total += 1
            said_by[document.hashes >> np.uint32(32 - _MOST_BITS)] += 1
        if number < 1 or not total:
            raise ValueError(
                f"generation {number} of {total} documents: weights need a number from 1 on and a document"
            )
        bits = min(max((total * _BUCKETS_EACH - 1).bit_length(), _FEWEST_BITS), _MOST_BITS)
        return cls.from_bytes(number, rarity(said_by.reshape(1 << bits, -1).sum(axis=1), total).tobytes())

    def to_bytes(self) -> bytes:
        """As they are stored."""
        return self.table.tobytes()

    @classmethod
    def from_bytes(cls, number: int, stored: bytes) -> Self:
        """What `to_bytes` gave. Raises ValueError for a table that is no power of two long."""
        if len(stored).bit_count() != 1:
            raise ValueError(f"generation {number} is stored in {len(stored)} bytes; a table has a power of two")
        table = np.frombuffer(stored, np.uint8)
        return cls(number, table, int(table.max()))

    def of(self, hashes: NDArray[np.uint32]) -> NDArray[np.uint8]:
        """The rarity of each gram."""
        bits = len(self.table).bit_length() - 1
        buckets = hashes >> np.uint32(32 - bits) if bits else np.zeros(len(hashes), np.uint32)
        return self.table.take(buckets)


def rarity(counts: NDArray[np.integer], total: int) -> NDArray[np.uint8]:
    """How much grams tell that so many of `total` documents say: 1 to 255. Said by none is as rare as said by one."""
    levels: NDArray[np.float64] = np.log((total + 1) / (np.maximum(counts, 1) + 0.5)) * STEPS
    return np.rint(levels).clip(1, 255).astype(np.uint8)


NO_WEIGHTS = Weights(0, np.ones(1, np.uint8), 1)
