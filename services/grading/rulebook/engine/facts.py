"""Facts: all that is known of one procedure. Their order never matters; the same id twice is one fact."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

KINDS: Final = frozenset({
    "moment", "evidence", "flag", "graded", "done", "extended", "anchor_moved", "merged", "split",
    "suspended", "resumed", "reprojected",
})  # fmt: skip
CARRIERS: Final = frozenset({"merged", "split"})


class FactError(ValueError):
    """A fact that can't be read: of no known kind, or without what its kind needs."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened. `at` is aware; `id` is unique within a procedure; `data` depends on `kind`.

    moment {name, role?} · evidence {source, metrics, platforms, author_types, words, kind} · flag {name, on, by, reason}
    graded {level, by, role, reason, proposal?} · done {order, by, hand_in} · extended {order, until | within, by, reason}
    anchor_moved {moment, by, reason, decided?} · merged {incident, facts, act?} · split {origin, facts?} or {to, sources?, undoes?}.
    Several `merged` with one `act` are one merge; `undoes` names it. Evidence may say `beside` (an act: counts of an incident merged
    in, kept beside until totals have them too) and `covers` (the acts whose counts these totals have).
    suspended {reason, text?, by, orders?} · resumed {by, text?, orders?}: time stops and runs on, for these orders or all.
    reprojected {cause: calendar | rulebook | layers, by, reason, moved: {order: old due, ISO}}.
    """

    id: str
    kind: str
    at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """The moment that handing a duty in brings about; `only_if` names what must have been handed in, word for word."""

    moment: str
    only_if: Mapping[str, str]

    def brought_about_by(self, hand_in: Mapping[str, Any]) -> bool:
        """Whether this hand-in does."""
        return all(hand_in.get(name) == value for name, value in self.only_if.items())


def read_fact(raw: Mapping[str, Any]) -> Fact:
    """A fact from its JSON form. Raises FactError naming what is missing."""
    try:
        at = raw["at"]
        return Fact(raw["id"], raw["kind"], at if isinstance(at, datetime) else datetime.fromisoformat(at), raw["data"])
    except (KeyError, TypeError, ValueError) as error:
        raise FactError(f"fact {raw.get('id', '?')!r} can't be read: {error!r}; expected id, kind, at, data") from error


def union(facts: Iterable[Fact]) -> list[Fact]:
    """Every fact once, those of merged incidents and of a split's origin included, sorted by (at, id).

    A merge that a split `undoes` is left out with all it brought, and so are totals counted while it stood. Raises FactError for an
    unknown kind.
    """
    own = list(facts)
    undone = undone_merges(own)
    known: dict[str, Fact] = {}
    pending = own
    while pending:
        fact = pending.pop()
        if fact.kind not in KINDS:
            raise FactError(f"fact {fact.id!r} is of unknown kind {fact.kind!r}; known: {', '.join(sorted(KINDS))}")
        before = known.get(fact.id)
        if _taken_back(fact, undone) or (before is not None and _rank(before) >= _rank(fact)):
            continue
        known[fact.id] = fact
        if fact.kind in CARRIERS:
            pending.extend(carried(fact))
    return sorted(known.values(), key=_sort_key)


def undone_merges(facts: Iterable[Fact]) -> frozenset[str]:
    """The merges taken back, here or in an incident merged into this one."""
    found: set[str] = set()
    for fact in facts:
        if fact.kind in CARRIERS:
            if "undoes" in fact.data:
                found.add(fact.data["undoes"])
            found |= undone_merges(carried(fact))
    return frozenset(found)


def merge_of(fact: Fact) -> str:
    """The merge that a fact of kind `merged` belongs to."""
    return str(fact.data.get("act", fact.id))


def _taken_back(fact: Fact, undone: frozenset[str]) -> bool:
    if not undone:
        return False
    if fact.kind == "merged":
        return fact.id in undone or merge_of(fact) in undone
    return fact.kind == "evidence" and not undone.isdisjoint(fact.data.get("covers", ()))


def carried(fact: Fact) -> Iterator[Fact]:
    """The facts within a carrier; none within any other. Raises FactError for one that can't be read."""
    for inner in fact.data.get("facts", ()):
        yield inner if isinstance(inner, Fact) else read_fact(inner)


def _sort_key(fact: Fact) -> tuple[datetime, str]:
    return fact.at, fact.id


def _rank(fact: Fact) -> tuple[datetime, str, str]:
    """Which of two facts with one id stands: any rule will do that looks at nothing but the two."""
    return fact.at, fact.kind, repr(sorted(fact.data.items(), key=lambda item: item[0]))
