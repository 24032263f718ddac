"""Weighing by what an index holds at the moment: for the first few hundred matters, before rarities are counted and frozen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.intake.domain.likeness.segment import Segment
from services.intake.domain.likeness.weights import rarity

STRANGERS = 200
"""As if so many matters that say none of it stood beside: scores mean about the same from the second matter on as later, when
rarities are frozen (on real texts 0.1 to 0.2 here is 0.2 there, 0.4 to 0.7 is 0.4 to 0.6)."""


@dataclass(frozen=True, slots=True, eq=False)
class Live:
    """Segments with weights times rarities, and the squared length of each slot's vector by these."""

    segments: list[Segment]
    squares: NDArray[np.int64]
    grams: NDArray[np.uint32]
    said_by: NDArray[np.int64]
    total: int

    def rarity(self, grams: NDArray[np.uint32]) -> NDArray[np.int64]:
        """How much each of these grams tells among what is held."""
        said_by = np.zeros(len(grams), np.int64)
        if len(self.grams):
            at = np.minimum(np.searchsorted(self.grams, grams), len(self.grams) - 1)
            said_by = np.where(self.grams[at] == grams, self.said_by[at], 0)
        return rarity(said_by, self.total + STRANGERS).astype(np.int64)


def weighed(segments: Sequence[Segment], alive: NDArray[np.bool_], total: int) -> Live:
    """The segments, weighed by how many of the standing say each gram."""
    standing = [each.grams[alive[each.base + each.slots.astype(np.int64)]] for each in segments]
    grams, said_by = np.unique(np.concatenate([_NO_GRAMS, *standing]), return_counts=True)
    live = Live([], np.zeros(len(alive), np.int64), grams, said_by, total)
    for each in segments:
        weights = each.weights * live.rarity(each.grams)
        live.segments.append(replace(each, weights=weights))
        squares = np.bincount(each.slots, weights.astype(np.float64) ** 2, each.size)
        live.squares[each.base : each.base + each.size] = squares.astype(np.int64)
    return live


_NO_GRAMS = np.empty(0, np.uint32)
