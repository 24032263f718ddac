"""Receipts: what a citizen holds to look up their own complaint, and nothing else.

100 random bits as 20 characters of Crockford's base32 and one check character, written XXXX-XXXX-XXXX-XXXX-XXXXX. The check
is a weighted sum over GF(32) with a different weight for each place: every single wrong character and every swap of two is
caught before the database is asked. (Crockford's own check character would bring in `*~$=`, which nobody reads out well.)
"""

import hashlib
import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DATA_CHARACTERS = 20
GROUPS = ((0, 4), (4, 8), (8, 12), (12, 16), (16, 21))
LONGEST_INPUT = 64
"""What is longer than this is not looked at: a receipt with every separator anyone types is shorter."""

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_IGNORED = str.maketrans("", "", " -‐‑‒–—_\t")


def new_receipt() -> str:
    """A fresh receipt, uniform over 2**100, in its written form."""
    bits = secrets.randbits(DATA_CHARACTERS * 5)
    return _written([bits >> 5 * place & 31 for place in range(DATA_CHARACTERS)])


def parse_receipt(text: str) -> str | None:
    """The written form of what somebody typed, or None where it cannot be a receipt.

    Forgives case, separators, full-width characters, and O for 0, I and L for 1.
    """
    if len(text) > LONGEST_INPUT:
        return None
    plain = unicodedata.normalize("NFKC", text).upper().translate(_IGNORED).translate(_READ_AS)
    values = [_VALUES.get(character, -1) for character in plain]
    if len(values) != DATA_CHARACTERS + 1 or -1 in values:
        return None
    data = values[:DATA_CHARACTERS]
    return _written(data) if _check(data) == values[-1] else None


def receipt_hash(receipt: str) -> bytes:
    """SHA-256 of the written form: all that is stored."""
    return hashlib.sha256(receipt.encode()).digest()


def _written(data: list[int]) -> str:
    characters = "".join(ALPHABET[value] for value in [*data, _check(data)])
    return "-".join(characters[start:end] for start, end in GROUPS)


def _check(data: list[int]) -> int:
    check = 0
    for weight, value in zip(_WEIGHTS, data, strict=True):
        check ^= _PRODUCTS[weight][value]
    return check


def _product(left: int, right: int) -> int:
    """Multiplication in GF(2**5) modulo x^5 + x^2 + 1, of which x generates all 31 units."""
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & 32:
            left ^= 0b100101
        right >>= 1
    return product


_PRODUCTS = [[_product(left, right) for right in range(32)] for left in range(32)]


def _powers() -> tuple[int, ...]:
    weights, weight = [], 1
    for _ in range(DATA_CHARACTERS):
        weight = _PRODUCTS[weight][2]
        weights.append(weight)
    return tuple(weights)


_WEIGHTS = _powers()
"""x, x^2, …, x^20: all different and none of them 1, which is the weight of the check character itself."""
