"""Postings: for each gram who said it and how heavily. Written once, merged as they grow."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_SLOTS = 1 << 13
"""Incidents in a segment: two bytes tell which, and merging the largest holds nobody up for more than some 50 ms."""
_GRAM, _SLOT = np.uint64(32), np.uint64(8)

Postings = NDArray[np.uint64]
"""Gram << 32 | slot in the segment << 8 | weight: what a segment is sorted from."""


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """The incidents of the slots from `base` on, `size` of them: by posting, in order of grams, seven bytes each.

    `slots` counts from `base`. A table of the different grams would take more: most are said by one or two.
    """

    base: int
    size: int
    grams: NDArray[np.uint32]
    slots: NDArray[np.uint16]
    weights: NDArray[np.uint8] | NDArray[np.int64]

    @property
    def nbytes(self) -> int:
        """The memory it takes, in bytes."""
        return self.grams.nbytes + self.slots.nbytes + self.weights.nbytes

    def products(self, grams: NDArray[np.uint32], weights: NDArray[np.int64]) -> NDArray[np.float64]:
        """For each slot the sum of products of weights with these: whole numbers far below 2**53, so exact in any order."""
        first = np.searchsorted(self.grams, grams)
        lengths = np.searchsorted(self.grams, grams, side="right") - first
        before = np.cumsum(lengths) - lengths
        each = np.repeat(first - before, lengths) + np.arange(int(lengths.sum()))
        parts = self.weights[each] * np.repeat(weights, lengths)
        return np.bincount(self.slots[each], parts, self.size).astype(np.float64, copy=False)

    def postings(self, places: NDArray[np.int64]) -> Postings:
        """Those of the incidents that have a place: for each slot the new one, -1 for none."""
        placed = places[self.slots]
        kept = placed >= 0
        grams = self.grams[kept].astype(np.uint64)
        grams <<= _GRAM
        grams |= placed[kept].astype(np.uint64) << _SLOT
        grams |= self.weights[kept]
        return grams


def written(base: int, size: int, parts: Sequence[Postings]) -> Segment:
    """A segment of these postings, in any order."""
    postings = np.concatenate(parts)
    postings.sort(kind="stable")  # finds the runs that are in order
    grams = (postings >> _GRAM).astype(np.uint32)
    return Segment(base, size, grams, (postings >> _SLOT).astype(np.uint16), postings.astype(np.uint8))


def packed(grams: NDArray[np.uint32], slot: int, weights: NDArray[np.int64]) -> Postings:
    """Postings of the incident in this slot, counted from a segment's base."""
    return grams.astype(np.uint64) << _GRAM | np.uint64(slot << int(_SLOT)) | weights.astype(np.uint64)
