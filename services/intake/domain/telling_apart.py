"""Whether two texts of nearly the same words speak of the same matter, or are one template about two. Pure, and of bounded cost.

A template letter differs in a name, a place, a number or a date: its 2-grams are alike all the same. So what is alike is read
closely. Words that say nothing are dropped from both (`harmless`); what is left must be the same, character by character, but for
whole clauses that one of the two has more and that name nothing, and for what a site cut off at the end. Anything that one text
says *instead* of what the other says tells them apart: no list knows all names. Of a repost only what it passes on is read.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from services.intake.domain.harmless import HARMLESS, may_tell
from services.intake.domain.words import NOISE

FEWEST_LEFT = 8
"""Characters that must be left of both: what is only courtesy is nobody's matter."""
LONGEST_READ = 20_000
"""Characters read closely; of what follows every one must be the same."""
_MOST_ADDED = 12
_ANCHOR = 8
_TRIED = 6
_NEAR = 24
_SHOWN = 40
_CUT_OFF = 2

_CUT = re.compile(r"(?:展开全文|全文)\s*c?\s*$")
_QUOTING = re.compile(r"//\s*[@＠][\w\-·]{1,30}\s*[:：]?")
_IN_NUMBER = re.compile(r"(?<=\d)[\W_]+(?=\d)")
_NUMBER = re.compile(r"\d+(?:\+\d+)+")
_SOFT = re.compile(r"[^\S\n]+|[\"'“”‘’「」『』《》〈〉()\[\]{}、:·\-—~_]+")
_BREAKS = re.compile(r"[^\w+]+")  # a plus sign stands for what was between two digits

Apart = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Plain:
    """What is left of a text, without its clause ends, which are kept as places; `cut` where a site shortened it."""

    text: str
    ends: frozenset[int]
    cut: bool


def written(kind: str, title: str, masked_text: str) -> str:
    """A report's words as they are compared: a post's title is only its first words again."""
    return masked_text if kind == "post" else f"{title}\n{masked_text}"


def apart(mine: str, other: str, most: int = 1) -> list[Apart]:
    """What tells two written texts apart, as (mine, other) runs of at most 40 characters, the first `most`; [] if nothing does.

    `apart(a, b)` is empty where `apart(b, a)` is. 4,000 characters each take less than 5 ms, whatever they are.
    """
    if mine == other or same_matter(mine, other):
        return []
    if mine[LONGEST_READ:] != other[LONGEST_READ:]:
        return [(mine[LONGEST_READ:][:_SHOWN], other[LONGEST_READ:][:_SHOWN])]
    left, right = _plain(mine[:LONGEST_READ]), _plain(other[:LONGEST_READ])
    if min(len(left.text), len(right.text)) < FEWEST_LEFT:
        return [(mine[:_SHOWN], other[:_SHOWN])]
    found: list[Apart] = []
    for run in _differences(left, right):
        found.append(run)
        if len(found) >= most:
            break
    return found


def same_matter(mine: str, other: str) -> bool:
    """Whether nothing tells two written texts apart; said without looking for what does, which costs more."""
    if mine == other:
        return True
    if mine[LONGEST_READ:] != other[LONGEST_READ:]:
        return False
    left, right = _plain(mine[:LONGEST_READ]), _plain(other[:LONGEST_READ])
    if min(len(left.text), len(right.text)) < FEWEST_LEFT:
        return False
    return left.text == right.text or next(_parting(left, right), None) is None


def parted_numbers(text: str) -> tuple[str, ...]:
    """The numbers of a written text whose digits something parts, in order: cleaned, 3-1-502 and 31-502 are the same."""
    if _IN_NUMBER.search(text) is None:
        return ()
    return tuple(_NUMBER.findall(_marked(text)))


def _marked(text: str) -> str:
    normal = unicodedata.normalize("NFKC", NOISE.sub("\n", text)).lower()
    return _IN_NUMBER.sub("+", normal).replace("_", " ")


@lru_cache(maxsize=512)
def _plain(text: str) -> _Plain:
    """A newcomer is compared with several."""
    quoted = _QUOTING.split(text)[-1]  # what people said in passing it on stands before
    whole = _left(quoted)
    return whole if quoted is text or len(whole.text) >= FEWEST_LEFT else _left(text)


def _left(text: str) -> _Plain:
    marked = _marked(text)
    clauses = HARMLESS.sub("", _BREAKS.sub("\n", _SOFT.sub("", marked))).split("\n")
    ends, place = {0}, 0
    for clause in clauses:
        place += len(clause)
        ends.add(place)
    return _Plain("".join(clauses), frozenset(ends), _CUT.search(text) is not None)


def _differences(left: _Plain, right: _Plain) -> Iterator[Apart]:
    """What stands for each other where the texts part."""
    for i, j, one, two in _parting(left, right, further=True):
        yield left.text[i : i + min(one, _SHOWN)], right.text[j : j + min(two, _SHOWN)]


def _parting(left: _Plain, right: _Plain, *, further: bool = False) -> Iterator[tuple[int, int, int, int]]:
    """Walk both texts side by side; where they part, one must have whole clauses more, or they are told apart.

    Yields both places and, to walk `further`, the lengths of what stands there for each other.
    """
    i = j = 0
    for _ in range(_MOST_ADDED):
        same = _same_from(left.text, i, right.text, j)
        i, j = i + same, j + same
        if _ended(left, i, right, j) or _ended(right, j, left, i):
            return
        mine, others = _added(left, i, right.text, j), _added(right, j, left.text, i)
        if mine and (not others or (mine, left.text[i : i + mine]) <= (others, right.text[j : j + others])):
            i += mine
        elif others:
            j += others
        else:
            one, two = _instead(left.text[i:], right.text[j:]) if further else (0, 0)
            yield i, j, one, two
            i, j = i + one, j + two
    yield i, j, _SHOWN, _SHOWN  # so many additions are another text


def _ended(one: _Plain, place: int, other: _Plain, there: int) -> bool:
    """Whether nothing more is to be said by `one`: both are at their end, or a site has cut it off here."""
    left = len(one.text) - place
    return (left == 0 and there == len(other.text)) or (one.cut and left <= _CUT_OFF and place >= FEWEST_LEFT)


def _same_from(left: str, i: int, right: str, j: int) -> int:
    """How many characters from here on are the same, by halving: slices are compared at the speed of memory."""
    low, high = 0, min(len(left) - i, len(right) - j)
    if left[i : i + high] == right[j : j + high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if left[i : i + middle] == right[j : j + middle]:
            low = middle
        else:
            high = middle
    return low


def _added(longer: _Plain, i: int, shorter: str, j: int) -> int:
    """How many characters `longer` has more here, if they are whole clauses that name nothing and the rest goes on alike; or 0."""
    anchor = shorter[j : j + _ANCHOR]
    if not anchor:
        size = len(longer.text) - i
        return size if _says_nothing(longer, i, size) else 0
    found = i
    for _ in range(_TRIED):
        found = longer.text.find(anchor, found + 1)
        if found < 0:
            return 0
        if _says_nothing(longer, i, found - i):
            return found - i
    return 0


def _says_nothing(longer: _Plain, i: int, size: int) -> bool:
    """Whether the `size` characters before which two texts part, or as many a little earlier, are harmless whole clauses.

    Where the addition begins as what follows it begins, the texts part only later: it is looked for backwards.
    """
    text, start = longer.text, i
    while True:
        if start in longer.ends and start + size in longer.ends:
            inside = sorted(end for end in longer.ends if start <= end <= start + size)
            return not any(may_tell(text[one:two]) for one, two in pairwise(inside))
        if start == 0 or i - start >= _SHOWN or text[start - 1] != text[start + size - 1]:
            return False
        start -= 1


def _instead(left: str, right: str) -> tuple[int, int]:
    """How long the two runs are that stand for each other, up to where both go on alike; to the end where they do not soon."""
    pairs = ((one, both - one) for both in range(1, 2 * _NEAR) for one in range(both + 1))
    for one, two in pairs:
        if left[one : one + 3] == right[two : two + 3] and len(left) >= one + 3 and len(right) >= two + 3:
            return one, two
    return len(left), len(right)
