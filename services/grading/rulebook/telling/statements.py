"""What an explanation is made of: statements with where they come from, gathered under the articles of the text."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from services.grading.rulebook.telling.plain_words import CLAUSE_NAMES

_NUMERALS: Final = {numeral: value for value, numeral in enumerate("〇一二三四五六七八九十")}
_TOKEN = re.compile(r"\d+|[〇一二三四五六七八九十]+|[ivxIVX]+(?![a-zA-Z])|[^\d〇一二三四五六七八九十]")


class Citation(NamedTuple):
    """Which clause, and the words of it that carry the rule."""

    clause: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One rule in plain words. `subject` names its part of the file ('duty claim'); `cites` all the words it stands on."""

    subject: str
    clause: str | None
    text: str
    notes: tuple[str, ...] = ()
    cites: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """The statements under one heading; `clause` where that is an article of the text."""

    heading: str
    clause: str | None
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A regulation in plain Chinese: what it is, its articles in order, and what the operator set."""

    title: str
    about: tuple[str, ...]
    articles: tuple[Section, ...]
    settings: tuple[Section, ...] = field(default=())

    @property
    def sections(self) -> tuple[Section, ...]:
        """All of it, in reading order."""
        return self.articles + self.settings


def cites(*pairs: tuple[str | None, str | None]) -> tuple[Citation, ...]:
    """Those of the pairs that have both a clause and a phrase."""
    return tuple(Citation(clause, phrase) for clause, phrase in pairs if clause and phrase)


def by_article(statements: Iterable[Statement]) -> tuple[Section, ...]:
    """A section for each clause, in the order of the text: numbered ones by number, series as they first appear."""
    found: dict[str, list[Statement]] = {}
    for statement in statements:
        if statement.clause is not None:
            found.setdefault(statement.clause, []).append(statement)
    series = _series(found)
    ordered = sorted(found, key=lambda clause: (series.index(_head(clause)), _numbers(clause)))
    return tuple(Section(article_name(clause), clause, tuple(found[clause])) for clause in ordered)


def article_name(clause: str) -> str:
    """`Art. 8` as 第八条 Art. 8, `Plan 3.1` as 预案3.1; names that are Chinese already stay."""
    match = re.match(r"Art\. (\d+)", clause)
    if match:
        return f"第{numeral(int(match[1]))}条 {clause}"
    return f"预案{clause.removeprefix('Plan ')}" if clause.startswith("Plan ") else CLAUSE_NAMES.get(clause, clause)


def numeral(number: int) -> str:
    """1 to 99 as 一 to 九十九; beyond, the digits."""
    digits = "〇一二三四五六七八九"
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    shown = ("" if tens == 1 else digits[tens]) + "十" if tens else ""
    return shown + (digits[ones] if ones else "")


def _series(clauses: Iterable[str]) -> Sequence[str]:
    """The kinds of clause names as they first appear; the articles proper go first."""
    heads = list(dict.fromkeys(_head(clause) for clause in clauses))
    return sorted(heads, key=lambda head: not head.startswith("Art."))


def _head(clause: str) -> str:
    """What stands before the first number: 'Art. ', 'Plan ', '分级(', or nothing."""
    return re.split(r"[\d〇一二三四五六七八九十]", clause, maxsplit=1)[0].rstrip("(第")


def _numbers(clause: str) -> tuple[int, ...]:
    numbers = (_number(token) for token in _TOKEN.findall(clause))
    return tuple(number for number in numbers if number is not None)


def _number(token: str) -> int | None:
    if token.isdecimal() and token.isascii():
        return int(token)
    if token[0] not in _NUMERALS:
        return None
    tens, ten, ones = token.partition("十")
    if not ten:
        return _NUMERALS.get(token)
    return _NUMERALS.get(tens, 1) * 10 + _NUMERALS.get(ones, 0)
