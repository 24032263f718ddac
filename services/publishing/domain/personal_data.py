"""Finding numbers that name a private person: by position, never by value."""

import re
from collections.abc import Callable, Iterator

Span = tuple[int, int]

# Full-width digits, letters and signs stand for themselves, one for one: positions stay true.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)", re.ASCII)
_IDENTITY = re.compile(
    r"(?<!\d)[1-9]\d{5}[- ]?(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[- ]?\d{3}[\dXx](?![\dXx])", re.ASCII
)
_CARD = re.compile(r"(?<!\d)[3-6]\d{3}(?:[- ]?\d{4}){3}(?:[- ]?\d{1,3})?(?!\d)", re.ASCII)


def _luhn(number: str) -> bool:
    digits = [int(sign) for sign in reversed(number) if sign.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _any(_number: str) -> bool:
    return True


# An identity number is refused even where its check digit is wrong: a mistyped one still points at a person. A card
# number must pass its check digit, for document and order numbers are as long.
_KINDS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("身份证号码 / identity number", _IDENTITY, _any),
    ("银行卡号 / bank card number", _CARD, _luhn),
    ("手机号码 / mobile number", _MOBILE, _any),
)


def personal_data(text: str) -> Iterator[tuple[str, Span]]:
    """What kind stands where (offsets in characters); overlapping finds are told once, as the longer kind."""
    plain = text.translate(_HALF_WIDTH)
    taken: list[Span] = []
    for kind, pattern, holds in _KINDS:
        for match in pattern.finditer(plain):
            start, end = match.span()
            if holds(match.group()) and not any(start < till and since < end for since, till in taken):
                taken.append((start, end))
                yield kind, (start, end)
