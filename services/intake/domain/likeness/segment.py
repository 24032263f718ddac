"""Postings: for each gram who said it and how heavily. Written once, merged as they grow."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_SLOTS = 1 << 16
"""Incidents in a segment, so that a posting takes three bytes: two for the incident, one for the weight."""
_GRAM, _SLOT = np.uint64(32), np.uint64(8)

Postings = NDArray[np.uint64]
"""Gram << 32 | slot in the segment << 8 | weight: what a segment is sorted from."""


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """The incidents of the slots from `base` on, `size` of them. `slots` counts from `base`."""

    base: int
    size: int
    grams: NDArray[np.uint32]
    starts: NDArray[np.uint32]
    slots: NDArray[np.uint16]
    weights: NDArray[np.uint8] | NDArray[np.int64]

    @property
    def nbytes(self) -> int:
        """The memory it takes, in bytes."""
        return self.grams.nbytes + self.starts.nbytes + self.slots.nbytes + self.weights.nbytes

    def products(self, grams: NDArray[np.uint32], weights: NDArray[np.int64]) -> NDArray[np.float64]:
        """For each slot the sum of products of weights with these: whole numbers far below 2**53, so exact in any order."""
        if not len(self.grams):
            return np.zeros(self.size)
        at = np.searchsorted(self.grams, grams)
        found = self.grams[np.minimum(at, len(self.grams) - 1)] == grams
        first = self.starts[at[found]].astype(np.int64)
        lengths = self.starts[at[found] + 1].astype(np.int64) - first
        before = np.cumsum(lengths) - lengths
        each = np.repeat(first - before, lengths) + np.arange(int(lengths.sum()))
        parts = self.weights[each] * np.repeat(weights[found], lengths)
        return np.bincount(self.slots[each], parts, self.size)

    def postings(self, places: NDArray[np.int64]) -> Postings:
        """Those of the incidents that have a place: for each slot the new one, -1 for none."""
        placed = places[self.slots]
        kept = placed >= 0
        grams = np.repeat(self.grams, np.diff(self.starts))[kept].astype(np.uint64)
        grams <<= _GRAM
        grams |= placed[kept].astype(np.uint64) << _SLOT
        grams |= self.weights[kept]
        return grams


def written(base: int, size: int, parts: Sequence[Postings]) -> Segment:
    """A segment of these postings, in any order."""
    packed = np.concatenate(parts) if len(parts) != 1 else parts[0]
    packed.sort()
    grams = (packed >> _GRAM).astype(np.uint32)
    first = np.flatnonzero(np.diff(grams, prepend=~grams[:1]))
    return Segment(
        base,
        size,
        grams[first],
        np.append(first, len(grams)).astype(np.uint32),
        (packed >> _SLOT).astype(np.uint16),
        packed.astype(np.uint8),
    )


def packed(grams: NDArray[np.uint32], slots: NDArray[np.int64], weights: NDArray[np.uint8]) -> Postings:
    """Postings of grams with the slot (from a segment's base) and the weight of each."""
    return grams.astype(np.uint64) << _GRAM | slots.astype(np.uint64) << _SLOT | weights.astype(np.uint64)
