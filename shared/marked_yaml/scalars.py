"""The core schema of YAML 1.2: `on`, `yes`, `1:30` and `2020-01-01` are text, as they read."""

import re
from typing import Any

_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_STARTS = frozenset("+-.0123456789")
# At most 18 digits: a longer number is an identifier somebody forgot to quote, and stays text.
_INT = re.compile(r"[-+]?\d{1,18}\Z", re.ASCII)
_BASED = re.compile(r"0(?:o[0-7]{1,18}|x[0-9a-fA-F]{1,15})\Z")
_FLOAT = re.compile(r"[-+]?(?:\.\d{1,18}|\d{1,18}(?:\.\d{0,18})?)(?:[eE][-+]?\d{1,3})?\Z", re.ASCII)
_NO_NUMBER = re.compile(r"(?:([-+]?)\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z")


def plain(text: str) -> Any:
    """What a scalar without quotes means."""
    if text[:1] not in _STARTS:
        return _WORDS.get(text, text)
    if _INT.match(text):
        return int(text)
    if _BASED.match(text):
        return int(text, 0)
    if _FLOAT.match(text):
        return float(text)
    special = _NO_NUMBER.match(text)
    return float(text.replace(".", "", 1).lower()) if special else text
