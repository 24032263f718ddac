"""Texts made comparable: cleaned text, its character 2-grams, MinHash bands, and the watch words found in it.

Everything here is fed masked text, for grams are stored and compared in the open.
"""

import hashlib
import re
import sys
import unicodedata
from array import array
from collections.abc import Sequence
from functools import lru_cache

from rensa import RMinHash

FEWEST_GRAMS = 12
"""A text with fewer different grams says too little: it never joins another by its words."""
LONGEST_CLEANED = 4000
"""Characters compared; what follows adds cost and no certainty."""
BANDS, ROWS = 16, 3
SEED = 20_150_401
"""Bands are stored: neither this seed nor rensa's `ALGORITHM_VERSION` may change without computing them anew."""

# All of it begins with one of a few characters, which the engine finds fast; what follows is then asked by which it was.
NOISE = re.compile(
    r"[hHwW@＠\[［转轉快网展收查](?:"
    r"(?:(?<=[hH])[tT][tT][pP][sS]?://|(?<=[wW])[wW][wW]\.)(?a:[\w\-./?%&=+#~:@!$'*,;]+)"  # ASCII: Chinese may follow at once
    r"|(?<=[@＠])[\w\-·]{1,30}"
    r"|(?<=[\[［])[^\[\]［］]{1,8}[\]］]"  # [泪] and, in masked text, [手机号]
    r"|(?<=[转轉])[发發]微博|(?<=快)转微博|(?<=网)页链接|(?<=展)开全文|(?<=收)起全文|(?<=查)看图片)"
)
WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ\uf900-\ufaff]")
_NOT_WORDS = re.compile(r"[\W_]+")
_UTF16 = f"utf-16-{'le' if sys.byteorder == 'little' else 'be'}"


_U64, _HALF = 2**64 - 1, 2**63


def clean(text: str) -> str:
    """Letters, digits and characters only, in one form (NFKC, lower case), at most 4,000.

    Links, @names, bracketed emoticons and masks, repost markers, punctuation (with 【】 and the # of topics), emoji and
    white space go; a topic's words stay.
    """
    return fold(without_noise(text))


def without_noise(text: str) -> str:
    """The text with a space in place of each link, @name, bracketed emoticon or mask, and repost marker."""
    return NOISE.sub(" ", text)


def fold(text: str) -> str:
    """Its letters and digits only, in one form, at most 4,000."""
    plain = _NOT_WORDS.sub("", text)[:LONGEST_CLEANED]
    normal = unicodedata.normalize("NFKC", plain)
    if normal != plain:
        normal = _NOT_WORDS.sub("", normal)
    return normal.lower()


def grams(cleaned: str) -> bytes:
    """The set of 2-grams of a cleaned text: sorted u32, native byte order, 4 bytes each; empty for less than two characters.

    A gram is two UTF-16 units read as one number, so nothing collides.
    """
    units = cleaned.encode(_UTF16, "surrogatepass")
    even = memoryview(units[: len(units) & ~3]).cast("I")
    odd = memoryview(units[2 : 2 + (len(units) - 2 & ~3)]).cast("I") if len(units) >= 6 else ()
    return array("I", sorted({*even, *odd})).tobytes()


def comparable(text_grams: bytes) -> bool:
    """Whether a text says enough to be joined to another by its words."""
    return len(text_grams) >= 4 * FEWEST_GRAMS


def jaccard(left: bytes, right: bytes, least: float = 0.0) -> float:
    """The share of two texts' grams that both have, 0 to 1; two empty texts have none.

    Where their lengths alone say that it is below `least`, 0: of texts that share a band most are told apart so.
    """
    shorter, longer = sorted((len(left), len(right)))
    if shorter < least * longer or not shorter:
        return 0.0
    shared = len(_numbers(left).intersection(memoryview(right).cast("I")))
    return shared / ((shorter + longer) // 4 - shared)


@lru_cache(maxsize=128)
def _numbers(text_grams: bytes) -> frozenset[int]:
    """A newcomer's grams are compared with many."""
    return frozenset(memoryview(text_grams).cast("I"))


def bands(organisation_id: str, text_grams: bytes) -> list[int]:
    """16 band keys, signed 64-bit, of which alike texts of the organisation share at least one; none if too short.

    48 permutations in bands of three: two texts at Jaccard 0.6 share a band with probability 0.98, at 0.2 with 0.12.
    """
    if not comparable(text_grams):
        return []
    hashes = array("Q", array("I", text_grams))  # 64 bits wide: rensa reads these without converting them
    digest = RMinHash.digest_matrix_from_flat_token_hashes(hashes, [0, len(hashes)], BANDS * ROWS, SEED).to_rows()[0]
    rows = zip(MULTIPLIERS, digest[0::ROWS], digest[1::ROWS], digest[2::ROWS], strict=True)
    scope = scope_of(organisation_id)
    return [(((a << 64 | b << 32 | c) * by + scope) >> 64 & _U64) - _HALF for by, a, b, c in rows]


def find_words(text: str, words: Sequence[str]) -> list[str]:
    """Those of `words` that stand in `text`, in the order of `words`, whatever the case or width of letters.

    Pass the rulebook's own tuple: its normal form is kept from call to call.
    """
    return words_of_form(plain_form(text), words)


def plain_form(text: str) -> str:
    """The text in small letters of common width, in which words are looked for."""
    return (unicodedata.normalize("NFKC", text) if WIDE.search(text) else text).lower()


def words_of_form(text: str, words: Sequence[str]) -> list[str]:
    """As `find_words`, in a text that has its plain form."""
    return [word for word, form in _normal_forms(tuple(words)) if form in text]


@lru_cache(maxsize=256)
def _normal_forms(words: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    pairs = ((word, unicodedata.normalize("NFKC", word).lower().strip()) for word in words)
    return tuple((word, form) for word, form in dict(pairs).items() if form)


@lru_cache(maxsize=4096)
def scope_of(organisation_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(organisation_id.encode(), digest_size=16, person=b"huiying.bands").digest())


def _multiplier(band: int) -> int:
    return int.from_bytes(hashlib.blake2b(bytes([band]), digest_size=16, person=b"huiying.bands").digest()) | 1


MULTIPLIERS = tuple(_multiplier(band) for band in range(BANDS))
"""Odd 128-bit numbers: a band's key is the upper half of its 96 bits times its number (multiply-shift hashing)."""
