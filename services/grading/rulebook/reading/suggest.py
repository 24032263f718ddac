"""What was probably meant: the nearest known name, a duration written the right way."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from shared.calendar import parse_budget

_CHINESE = str.maketrans("一二两三四五六七八九十", "12234567890")
_COUNTS = {"a": "1", "an": "1", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "ten": "10", "十": "10"}
_UNITS = (
    (re.compile(r"个?工作日|(working|business|work|w)[ -]?days?|wd"), "working days"),
    (re.compile(r"个?半天|half[ -]?days?"), "half days"),
    (re.compile(r"(business|office|working)[ -]?hours?"), "business hours"),
    (re.compile(r"个?小时|hours?|hrs?|h"), "h"),
    (re.compile(r"分钟?|minutes?|mins?|m"), "min"),
    (re.compile(r"天|日|days?|d"), "days"),
)
_WHOLE = {
    "immediately": "at once",
    "now": "at once",
    "立即": "at once",
    "当日": "same day",
    "当天": "same day",
    "today": "same day",
    "半小时": "30 min",
    "half an hour": "30 min",
    "及时": "in time",
    "promptly": "in time",
    "timely": "in time",
    "尽快": "quickly",
    "soon": "quickly",
    "asap": "quickly",
}


def nearest(name: object, known: Iterable[str]) -> str:
    """`did you mean 'x'?` for the known name most like it; empty when none is like it."""
    by_case = {each.lower(): each for each in sorted(known, reverse=True)}
    close = get_close_matches(str(name).lower().replace("-", "_"), by_case, n=1) or get_close_matches(
        str(name).lower(), by_case, n=1
    )
    return f"did you mean {by_case[close[0]]!r}?" if close else ""


def duration(text: object, words: Iterable[str] = ()) -> str:
    """`write '5 working days'` for a duration written another way; else the nearest of `words`."""
    given = str(text).strip().lower()
    meant = _WHOLE.get(given) or _counted(given)
    if meant and (meant in words or _is_duration(meant)):
        return f"write {meant!r}"
    return nearest(given, words)


def _counted(given: str) -> str:
    match = re.fullmatch(r"(\d+|[a-z]+(?=[ -])|[一二两三四五六七八九十])[ -]*(\D+)", given)
    if match is None:
        return ""
    amount = _COUNTS.get(match[1], match[1].translate(_CHINESE))
    for pattern, unit in _UNITS:
        if pattern.fullmatch(match[2]):
            short = unit.removesuffix("s") if amount == "1" else unit
            return f"{amount} {short if unit != 'h' else 'h'}"
    return ""


def _is_duration(text: str) -> bool:
    try:
        parse_budget(text)
    except ValueError:
        return False
    return True
