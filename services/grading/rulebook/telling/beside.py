"""The original text beside the explanation: where each phrase stands in it, and which phrases it doesn't have."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from services.grading.rulebook.telling.statements import Citation, Explanation, Section, article_name

_QUOTES: Final = str.maketrans({**dict.fromkeys("“”„「」『』«»", '"'), **dict.fromkeys("‘’", "'"), "—": "-", "–": "-"})
_GAP: Final = re.compile(r"…+|\.{3,}")
_ARTICLE: Final = re.compile(r"^\s*第([〇一二三四五六七八九十百]+)条", re.MULTILINE)
_REACH: Final = 600
"""How far apart the parts of a phrase with a gap (……) may stand, in characters."""


class Span(NamedTuple):
    """From and to, as indices of the original text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the original; `marks` are the phrases in it, as indices of `text`, sorted and apart."""

    text: str
    marks: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One section of the explanation and what the original says there."""

    section: Section
    passages: tuple[Passage, ...]
    missing: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Both sides. `missing` are the phrases that the original doesn't have word for word."""

    sides: tuple[Side, ...]
    cited: int

    @property
    def missing(self) -> tuple[Citation, ...]:
        """Over all sections, in order."""
        return tuple(each for side in self.sides for each in side.missing)


class Original:
    """A regulation's own text, searchable whatever its white space and the width of its punctuation."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._plain, self._places = _plain(text)
        self._articles = _articles(text)

    def find(self, phrase: str, within: Span | None = None) -> tuple[Span, ...]:
        """Where the phrase stands, a span for each part between its gaps; empty when it doesn't."""
        parts = [part for part in (_plain(piece)[0] for piece in _GAP.split(phrase)) if part]
        low, high = self._bounds(within)
        at = self._plain.find(parts[0], low, high) if parts else -1
        while at >= 0:
            spans = self._follow(parts, at, high)
            if spans:
                return spans
            at = self._plain.find(parts[0], at + 1, high)
        return ()

    def article(self, clause: str) -> Span | None:
        """The whole of `Art. 8` or `第八条`, where the text has an article of that number."""
        match = re.match(r"Art\. \d+|第[〇一二三四五六七八九十百]+条", clause)
        return self._articles.get(article_name(match[0]).split(" ")[0]) if match else None

    def paragraph(self, span: Span) -> Span:
        """The lines that a span stands in."""
        start = self.text.rfind("\n", 0, span.start) + 1
        end = self.text.find("\n", span.end)
        return Span(start, len(self.text) if end < 0 else end)

    def _follow(self, parts: Sequence[str], at: int, high: int) -> tuple[Span, ...]:
        spans, end = [], at
        for part in parts:
            found = self._plain.find(part, end, min(high, end + _REACH))
            if found < 0:
                return ()
            end = found + len(part)
            spans.append(Span(self._places[found], self._places[end - 1] + 1))
        return tuple(spans)

    def _bounds(self, within: Span | None) -> tuple[int, int]:
        if within is None:
            return 0, len(self._plain)
        low = next((at for at, place in enumerate(self._places) if place >= within.start), len(self._places))
        high = next((at for at, place in enumerate(self._places) if place >= within.end), len(self._places))
        return low, high


def lay_beside(explanation: Explanation, original: str) -> Beside:
    """Find every phrase of the explanation in the original; each article gets the passages that its phrases stand in.

    Articles come in the order of the original, one of which nothing is found behind the one before it.
    """
    text = Original(original)
    placed: list[tuple[int, Side]] = []
    for section in explanation.articles:
        at, side = _side(text, section)
        placed.append((at if at is not None else placed[-1][0] if placed else 0, side))
    placed.sort(key=lambda each: each[0])
    sides = [*(side for _, side in placed), *(_side(text, section)[1] for section in explanation.settings)]
    return Beside(tuple(sides), sum(len(_citations(section)) for section in explanation.sections))


def _citations(section: Section) -> list[Citation]:
    return list(dict.fromkeys(cite for statement in section.statements for cite in statement.cites))


def _side(text: Original, section: Section) -> tuple[int | None, Side]:
    """Where in the original it begins, and what stands there."""
    found: list[Span] = []
    missing: list[Citation] = []
    for cite in _citations(section):
        article = text.article(cite.clause)
        spans = (text.find(cite.phrase, article) if article else ()) or text.find(cite.phrase)
        found += spans
        if not spans:
            missing.append(cite)
    places = [text.paragraph(span) for span in found]
    if section.clause and (article := text.article(section.clause)):
        places.append(article)
    joined = _joined(places)
    side = Side(section, tuple(_passages(text.text, joined, _joined(found))), tuple(missing))
    return (joined[0].start if joined else None), side


def _passages(text: str, places: Iterable[Span], marks: Sequence[Span]) -> Iterable[Passage]:
    for place in places:
        inside = [mark for mark in marks if place.start <= mark.start and mark.end <= place.end]
        yield Passage(
            text[place.start : place.end],
            tuple(Span(mark.start - place.start, mark.end - place.start) for mark in inside),
        )


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Sorted, overlapping ones as one."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def _plain(text: str) -> tuple[str, list[int]]:
    """Without white space, in half width, with one kind of quotation mark; and where each character stood."""
    shown, places = [], []
    for place, character in enumerate(text.translate(_QUOTES)):
        for each in unicodedata.normalize("NFKC", character):
            if not each.isspace():
                shown.append(each)
                places.append(place)
    return "".join(shown), places


def _articles(text: str) -> dict[str, Span]:
    """第八条 to where it stands; of two with one number (an annex) the first."""
    starts = [(match.start(), match[0].strip()) for match in _ARTICLE.finditer(text)]
    if not starts:
        return {}
    ends = [*(start for start, _ in starts[1:]), _end_of_last(text, starts[-1][0])]
    found: dict[str, Span] = {}
    for (start, name), end in zip(starts, ends, strict=True):
        found.setdefault(name, Span(start, _before_chapter(text, start, end)))
    return found


def _end_of_last(text: str, start: int) -> int:
    """The last article ends with its paragraph: what follows is a signature or an annex."""
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _before_chapter(text: str, start: int, end: int) -> int:
    chapter = re.search(r"\n\s*第[一二三四五六七八九十]+[章节]", text[start:end])
    return start + chapter.start() if chapter else end
