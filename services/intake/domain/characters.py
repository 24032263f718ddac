"""Many texts looked at as one array: which of them need the slower, exact look at all, and their letters in one form.

A push brings a hundred short texts, and most of them hold nothing to mask and no link. A table tells of each character what
masking and cleaning would ask of it, so that one pass over all texts answers for each of them; only those that it cannot answer
for go through the patterns of `masking` and `words`, whose results are the same. Of a character that the tables do not know,
the worst is believed.
"""

import re
import sys
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from services.intake.domain.masking import SUSPECT_FIRST, SUSPECT_MORE, UNSEEN
from services.intake.domain.words import WIDE

SUSPECT_RUN = 6
"""Characters that the shortest stretch with something private in it has, its first included."""
_BEGINS, _GOES_ON, _STRIPPED, _SPACE, _SHAPED, _MARK = (1 << bit for bit in range(6))
_PLANE, _PLANES = 0x10000, 0x20000
"""The first two planes have tables: nearly everything written. What lies beyond shares one last, unknown place."""
_KNOWN = (
    (0x0000, 0x0080), (0x00A0, 0x0100), (0x2000, 0x2070), (0x2460, 0x2469), (0x2500, 0x27C0), (0x3000, 0x3030),
    (0x3041, 0x3097), (0x30A1, 0x30FB), (0xFE0E, 0xFE10), (0xFF01, 0xFF5F), (0x1F1E6, 0x1FB00),
)  # fmt: skip
"""Where no character changes its neighbours when a text is normalised or made small: each is tried by itself."""
_IDEOGRAPHS = ((0x3400, 0x4DB6), (0x4E00, 0x9FEB))
"""Letters that are their own normal form."""
_PAIRS = (
    ("转轉", "发發"),
    ("快", "转"),
    ("网", "页"),
    ("展", "开"),
    ("收", "起"),
    ("查", "看"),
    ("hH", "tT"),
    ("wW", "wW"),
)
"""How repost markers and links begin, by their first two characters."""
_UTF16, _UTF32 = (f"utf-{bits}-{'le' if sys.byteorder == 'little' else 'be'}" for bits in (16, 32))
_DROPPED, _UNKNOWN = 0, 0xFFFF
Flags = NDArray[np.bool_]


class Texts:
    """Texts as one array of code points; every answer is a list with one item a text."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._ends = np.cumsum(np.fromiter(map(len, texts), np.intp, len(texts)))
        # Padded, so that stretches can be looked for up to the last character.
        content = ("".join(texts) + "\n" * SUSPECT_RUN).encode(_UTF32, "surrogatepass")
        self._points = np.minimum(np.frombuffer(content, np.uint32), _PLANES)
        self._traits = _TRAITS[self._points]

    def to_be_masked(self) -> list[bool]:
        """Whether `masking.mask` may change it."""
        traits, last = self._traits, len(self._traits) - SUSPECT_RUN
        run = traits[:last] & _BEGINS
        for place in range(1, SUSPECT_RUN):
            run &= traits[place : last + place] >> 1  # one that reaches into the next text is looked at in vain
        return self._any((run != 0) | (traits[:last] & _STRIPPED != 0))

    def spaced(self) -> list[bool]:
        """Whether it holds white space of any kind."""
        return self._any(self._traits & _SPACE != 0)

    def shaped(self) -> list[bool]:
        """Whether `words.plain_form` may change it: it holds letters of another case or width, or unknown ones."""
        return self._any(self._traits & _SHAPED != 0)

    def noisy(self) -> list[bool]:
        """Whether it may hold a link, a name, an emoticon in brackets or a repost marker."""
        small = np.minimum(self._points, _PLANE - 1)
        pairs = _FIRST[small[:-1]] & _SECOND[small[1:]]
        return self._any((pairs != 0) | (self._traits[:-1] & _MARK != 0))

    def folded(self, longest: int) -> list[str | None]:
        """Its letters and digits only, normal (NFKC) and small, at most `longest`; None where that takes a closer look."""
        forms = _FORMS[self._points]
        unknown, kept = self._any(forms == _UNKNOWN), forms != _DROPPED
        letters = forms[kept].tobytes().decode(_UTF16, "surrogatepass")
        bounds = self._before(kept).tolist()
        return [
            None if strange else letters[start : min(end, start + longest)]
            for strange, (start, end) in zip(unknown, pairwise(bounds), strict=True)
        ]

    def _any(self, found: Flags) -> list[bool]:
        places = np.flatnonzero(found)
        answers = np.zeros(len(self._ends) + 1, bool)
        answers[np.searchsorted(self._ends, places, "right")] = True  # the padding is nobody's, hence the last
        owned: list[bool] = answers[:-1].tolist()
        return owned

    def _before(self, found: Flags) -> NDArray[np.intp]:
        """How many are found before each text, and before the end."""
        return np.concatenate(([0], np.cumsum(found)))[np.concatenate(([0], self._ends))]


def _form(character: str) -> int:
    """What a letter or digit becomes by itself; dropped where it is neither."""
    if not character.isalnum():
        return _DROPPED
    normal = unicodedata.normalize("NFKC", character).lower()
    return ord(normal) if len(normal) == 1 and normal.isalnum() and normal < "\uffff" else _UNKNOWN


def _forms() -> NDArray[np.uint16]:
    forms = np.full(_PLANES + 1, _UNKNOWN, np.uint16)
    for start, end in _KNOWN:
        forms[start:end] = [_form(chr(point)) for point in range(start, end)]
    for start, end in _IDEOGRAPHS:
        forms[start:end] = np.arange(start, end)
    return forms


def _traits() -> NDArray[np.uint8]:
    traits = np.full(_PLANES + 1, _BEGINS | _GOES_ON | _SHAPED, np.uint8)
    traits[:_PLANE] = _SHAPED
    for start, end in (*_KNOWN, *_IDEOGRAPHS):
        traits[start:end] = 0
    written = "".join(map(chr, range(_PLANE)))
    for trait, pattern in ((_BEGINS, SUSPECT_FIRST), (_GOES_ON, SUSPECT_MORE), (_STRIPPED, UNSEEN), (_SPACE, r"\s")):
        traits[[found.start() for found in re.finditer(pattern, written)]] |= trait
    for character in map(chr, (point for start, end in _KNOWN for point in range(start, end))):
        if character.lower() != character or WIDE.match(character):
            traits[ord(character)] |= _SHAPED
    traits[[ord(character) for character in "@＠[［"]] |= _MARK
    return traits


def _begun(place: int) -> NDArray[np.uint8]:
    table = np.zeros(_PLANE, np.uint8)
    for bit, pair in enumerate(_PAIRS):
        table[[ord(character) for character in pair[place]]] |= 1 << bit
    return table


_TRAITS, _FORMS, _FIRST, _SECOND = _traits(), _forms(), _begun(0), _begun(1)
