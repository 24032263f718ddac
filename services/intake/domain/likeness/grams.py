"""What a text says, as hashed grams: character pairs and triples of the cleaned words, each a 32-bit number with its count."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.intake.domain import words

TITLE_COUNTS = 2
"""A gram of the title counts as this many in the body. On real complaints 1, 2, 3: the same matter first in 0.936, 0.968, 0.974."""
_FIRST, _SECOND, _THIRD = np.uint32(0x9E3779B1), np.uint32(0x85EBCA77), np.uint32(0xC2B2AE3D)
TRIPLE = np.uint32(1)
"""Set in the gram of three characters."""
_MIX = np.uint32(0x27D4EB2F)


@dataclass(frozen=True, slots=True, eq=False)
class Grams:
    """The different grams of a text, ascending u32, and how often each was said (u8, 255 for more)."""

    hashes: NDArray[np.uint32]
    counts: NDArray[np.uint8]

    def __len__(self) -> int:
        """How many different grams."""
        return len(self.hashes)


def said(title: str, body: str) -> Grams:
    """The grams of a masked title and body; those of the title count double. Nothing spans the two.

    Of each the first 4,000 cleaned characters are read. Less than two characters have no grams.
    """
    head, text = hashed(words.clean(title)), hashed(words.clean(body))
    hashes, counts = np.unique(np.concatenate([head] * TITLE_COUNTS + [text]), return_counts=True)
    return Grams(hashes, np.minimum(counts, 255).astype(np.uint8))


def hashed(cleaned: str) -> NDArray[np.uint32]:
    """The gram of every two and every three characters in turn: first all pairs (even numbers), then all triples (odd)."""
    units = np.frombuffer(cleaned.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint32, copy=False)
    pairs = units[:-1] * _FIRST ^ units[1:] * _SECOND
    triples = pairs[:-1] * _THIRD ^ units[2:] * _FIRST
    return np.concatenate([_mixed(pairs) & ~TRIPLE, _mixed(triples + _MIX) | TRIPLE])


def _mixed(numbers: NDArray[np.uint32]) -> NDArray[np.uint32]:
    numbers = (numbers ^ numbers >> np.uint32(15)) * _MIX
    return numbers ^ numbers >> np.uint32(13)
