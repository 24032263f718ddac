"""What many texts say, made comparable at once: masked, titled, cleaned, their grams and bands, the watch words in them.

Text for text the same as `masking` and `words` answer, at a fifth of the cost: arrays are passed over once for all texts, and
only what asks for it is read letter by letter. Texts that stand there twice are read once.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

from services.intake.domain import masking, words
from services.intake.domain.characters import Texts
from services.intake.domain.words import BANDS, FEWEST_GRAMS, LONGEST_CLEANED, MULTIPLIERS, ROWS, SEED, scope_of

TITLED = 200
"""Characters from whose beginning a text without a title gets one."""
_UTF16 = f"utf-16-{'le' if sys.byteorder == 'little' else 'be'}"
_LOW = np.uint64(2**32 - 1)
_32 = np.uint64(32)
_HALF = np.uint64(2**63)
_UPPER = np.array([each >> 64 for each in MULTIPLIERS], np.uint64)
_LOWER = np.array([each & 2**64 - 1 for each in MULTIPLIERS], np.uint64)
Numbers = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Wording:
    """One text without a title of its own; `masked` is the very text where it holds nothing to be masked."""

    masked: str
    title: str
    cleaned: str
    grams: bytes
    bands: tuple[int, ...]
    words: tuple[str, ...]


def wordings(organisation_id: str, texts: Sequence[str], watched: Sequence[str]) -> list[Wording]:
    """Each text's wording, in their order; `watched` are the rulebook's words."""
    different = list(dict.fromkeys(texts))
    seen = Texts(different)
    masked_too = seen.to_be_masked()
    masked = [masking.mask(text) if private else text for text, private in zip(different, masked_too, strict=True)]
    touched = [private or spaced for private, spaced in zip(masked_too, seen.spaced(), strict=True)]
    cleaned = _cleaned(masked, seen if masked == different else Texts(masked))
    grams = _grams(cleaned)
    bands = _bands(organisation_id, grams)
    found = {
        text: Wording(
            masked[place],
            masking.masked_title(text[:TITLED]) if touched[place] else masking.cut(text[:TITLED]),
            cleaned[place],
            grams.of(place),
            bands[place],
            tuple(words.words_of_form(words.plain_form(text) if shaped else text, watched)),
        )
        for place, (text, shaped) in enumerate(zip(different, seen.shaped(), strict=True))
    }
    return [found[text] for text in texts]


def _cleaned(texts: list[str], seen: Texts) -> list[str]:
    """As `words.clean`."""
    noisy = seen.noisy()
    quiet = [words.without_noise(text) if noise else text for text, noise in zip(texts, noisy, strict=True)]
    folded = (Texts(quiet) if any(noisy) else seen).folded(LONGEST_CLEANED)
    return [words.fold(text) if form is None else form for text, form in zip(quiet, folded, strict=True)]


@dataclass(frozen=True, slots=True)
class _Grams:
    """The grams of many texts, each text's sorted; text n has those from `bounds[n]` to `bounds[n + 1]`."""

    numbers: Numbers
    stored: NDArray[np.uint32]
    bounds: list[int]

    def of(self, place: int) -> bytes:
        return self.stored[self.bounds[place] : self.bounds[place + 1]].tobytes()


def _grams(cleaned: list[str]) -> _Grams:
    """As `words.grams`: two UTF-16 units a number, sorted, each once; sorted together, each under its text's place."""
    joint = "".join(cleaned)
    units = np.frombuffer(joint.encode(_UTF16, "surrogatepass"), np.uint16).astype(np.uint64)
    beyond = len(units) > len(joint)
    lengths = (
        [len(text.encode(_UTF16, "surrogatepass")) // 2 for text in cleaned] if beyond else list(map(len, cleaned))
    )
    places = np.arange(len(cleaned) + 1, dtype=np.uint64) << _32
    owners = np.repeat(places[:-1], lengths)
    first, second = (units[:-1], units[1:]) if sys.byteorder == "little" else (units[1:], units[:-1])
    pairs = (owners[:-1] | first | second << np.uint64(16))[owners[:-1] == owners[1:]]
    pairs.sort()
    once = np.ones(len(pairs), bool)
    np.not_equal(pairs[1:], pairs[:-1], out=once[1:])
    found = pairs[once]
    numbers = found & _LOW
    return _Grams(numbers, numbers.astype(np.uint32), np.searchsorted(found, places).tolist())


def _bands(organisation_id: str, grams: _Grams) -> list[tuple[int, ...]]:
    """As `words.bands`."""
    spans = list(zip(grams.bounds, grams.bounds[1:], strict=False))
    telling = [place for place, (start, end) in enumerate(spans) if end - start >= FEWEST_GRAMS]
    bands: list[tuple[int, ...]] = [()] * len(spans)
    if telling:
        numbers = np.concatenate([grams.numbers[slice(*spans[place])] for place in telling])
        ends = np.cumsum([spans[place][1] - spans[place][0] for place in telling]).tolist()
        digests = RMinHash.digest_matrix_from_flat_token_hashes(numbers, [0, *ends], BANDS * ROWS, SEED).to_rows()
        for place, row in zip(telling, _hashed(organisation_id, np.array(digests, np.uint64)).tolist(), strict=True):
            bands[place] = tuple(row)
    return bands


def _hashed(organisation_id: str, digests: Numbers) -> NDArray[np.int64]:
    """The upper half of each band's 96 bits times its 128-bit number, plus the organisation's: by hand, in halves."""
    one, two, three = (digests[:, row::ROWS] for row in range(ROWS))
    scope = scope_of(organisation_id)
    lower = two << _32 | three
    low = lower * _LOWER + np.uint64(scope & 2**64 - 1)
    carried = low < lower * _LOWER
    high: Numbers = _upper_product(three, two) + one * _LOWER + lower * _UPPER + np.uint64(scope >> 64) + carried
    signed: NDArray[np.int64] = (high ^ _HALF).view(np.int64)
    return signed


def _upper_product(low: Numbers, high: Numbers) -> Numbers:
    """The upper 64 of the 128 bits of (high << 32 | low) times `_LOWER`."""
    by_low, by_high = _LOWER & _LOW, _LOWER >> _32
    middle = high * by_low + (low * by_low >> _32)
    other = low * by_high + (middle & _LOW)
    upper: Numbers = high * by_high + (middle >> _32) + (other >> _32)
    return upper
