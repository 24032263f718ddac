"""A matter's vector: its heaviest grams and their weights, as stored."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.intake.domain.likeness.grams import TRIPLE, Grams
from services.intake.domain.likeness.weights import Weights

CUT = 72


@dataclass(frozen=True, slots=True)
class Vector:
    """Little-endian u32 grams, ascending, and a u8 weight for each (the heaviest has 255)."""

    grams: bytes
    weights: bytes

    def __len__(self) -> int:
        """How many grams."""
        return len(self.weights)


def vector(grams: Grams, weights: Weights) -> Vector:
    """The `CUT` heaviest grams under these weights; all of them before the first generation."""
    heavy = _FREQUENCY[grams.counts] * weights.of(grams.hashes)
    hashes = grams.hashes
    if weights.number and len(heavy) > CUT:
        kept = _kept(hashes, heavy, weights)
        hashes, heavy = hashes[kept], heavy[kept]
    heaviest = heavy.max(initial=1)
    scaled = np.maximum((heavy * 255 + heaviest // 2) // heaviest, 1)
    return Vector(hashes.astype("<u4").tobytes(), scaled.astype(np.uint8).tobytes())


def _kept(hashes: NDArray[np.uint32], heavy: NDArray[np.int64], weights: Weights) -> NDArray[np.int64]:
    """The places of those to keep, in their order. What only this one says meets nothing yet; triples repeat their pairs."""
    triple = np.where(hashes & TRIPLE, 8, 10)
    once = np.where(weights.of(hashes) == weights.once, 7, 10)
    return np.sort(np.argsort(-heavy * triple * once, kind="stable")[:CUT])


_FREQUENCY = np.rint(16 * (1 + np.log(np.maximum(np.arange(256), 1)))).astype(np.int64)
