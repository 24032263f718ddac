"""A matter's vector: its heaviest grams and their weights, as stored."""

from dataclasses import dataclass

import numpy as np

from services.intake.domain.likeness.grams import Grams
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
    frequency = _FREQUENCY[grams.counts]
    heavy = frequency * weights.of(grams.hashes)
    kept = np.arange(len(heavy))
    if weights.number and len(heavy) > CUT:
        kept = np.sort(np.argsort(-heavy, kind="stable")[:CUT])
    heavy = heavy[kept]
    scaled = (heavy * 255 + heavy.max(initial=1) // 2) // heavy.max(initial=1)
    return Vector(grams.hashes[kept].astype("<u4").tobytes(), np.maximum(scaled, 1).astype(np.uint8).tobytes())


_FREQUENCY = np.rint(16 * (1 + np.log(np.maximum(np.arange(256), 1)))).astype(np.int64)
