"""Where joined incidents say different things: the strictest stands until somebody has decided upon both.

Each was judged by itself. A lower grade approved for the one is none for the other; a calm, a lowered flag, a later start that was
proven of one says nothing of the other. What is said after the joining was said of both, and stands.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from services.grading.rulebook.engine.facts import Fact, carried, merge_of

TURNS: Mapping[str, int] = {"worsening": 2, "reopened": 2, "calmed": 1, "closed": 0}
"""How much each turn leaves owed."""
_OPEN = 2
_UNKNOWN_LEVEL = 1_000
"""A level of another rulebook: a person must decide anew, and the strictest is presumed meanwhile."""

_TIME_GIVEN = frozenset({"extended", "suspended", "resumed"})
"""What was given to an incident merged in was given upon its own grounds: it must not make the survivor's deadlines later."""

Register = tuple[str, str]
"""What a statement is about, and of what name."""


@dataclass(slots=True)
class Member:
    """One of the incidents: what was said of it, those joined to it by their merge, and since when it is joined itself."""

    since: datetime | None = None
    own: list[Fact] = field(default_factory=list)
    joined: dict[str, "Member"] = field(default_factory=dict)


class Said(NamedTuple):
    """What stands of one register: how strict it is, and who says so (None: nobody, it is so by itself)."""

    rank: int
    fact: Fact | None


def overruled(facts: Iterable[Fact], undone: frozenset[str], levels: Mapping[str, int]) -> set[str]:
    """The ids of statements that do not hold for the joined incident. `undone` are the merges taken back."""
    top = _member(facts, undone)
    if not top.joined:
        return set()
    said = list(_all(top))
    found = {fact.id for each in top.joined.values() for fact in _all(each) if fact.kind in _TIME_GIVEN}
    for register in {each for fact in said if (each := _about(fact)) is not None}:
        if register[0] == "anchor":
            found |= _anchors(top, register[1], said)
        else:
            found |= _statements(top, register, levels, said)
    return found


def _member(facts: Iterable[Fact], undone: frozenset[str], since: datetime | None = None) -> Member:
    member = Member(since)
    inner: dict[str, list[Fact]] = {}
    starts: dict[str, datetime] = {}
    for fact in facts:
        if fact.kind != "merged":
            member.own += [fact, *carried(fact)]
        elif undone.isdisjoint((fact.id, merge_of(fact))):
            act = merge_of(fact)
            inner.setdefault(act, []).extend(carried(fact))
            starts[act] = min(starts.get(act, fact.at), fact.at)
    member.joined = {act: _member(found, undone, starts[act]) for act, found in inner.items()}
    return member


def _all(member: Member) -> Iterator[Fact]:
    yield from member.own
    for each in member.joined.values():
        yield from _all(each)


def _about(fact: Fact) -> Register | None:
    if fact.kind == "graded":
        return ("grade", "")
    if fact.kind == "flag":
        return ("flag", str(fact.data.get("name")))
    if fact.kind == "anchor_moved":
        return ("anchor", str(fact.data.get("moment")))
    if fact.kind == "moment" and fact.data.get("name") in TURNS:
        return ("phase", "")
    return None


def _strictness(register: Register, levels: Mapping[str, int]) -> Callable[[Fact], int]:
    if register[0] == "grade":
        return lambda fact: levels.get(fact.data["level"], _UNKNOWN_LEVEL)
    if register[0] == "flag":
        return lambda fact: int(bool(fact.data["on"]))
    return lambda fact: TURNS[fact.data["name"]]


def _statements(top: Member, register: Register, levels: Mapping[str, int], said: Iterable[Fact]) -> set[str]:
    """All but what led to the one that stands."""
    strictness = _strictness(register, levels)
    last: list[Fact] = []
    pick = _standing(top, register, strictness, last).fact
    beside = {fact.id for fact in last if fact is not pick}
    return {
        fact.id
        for fact in said
        if _about(fact) == register and (pick is None or fact.id in beside or (fact.at, fact.id) > (pick.at, pick.id))
    }


def _standing(member: Member, register: Register, strictness: Callable[[Fact], int], last: list[Fact]) -> Said:
    """What stands of this incident with those joined to it; `last` gathers the last word of each that was asked."""
    spoken = [fact for fact in member.own if _about(fact) == register]
    own = max(spoken, key=lambda fact: (fact.at, fact.id), default=None)
    said = [Said(_OPEN if register[0] == "phase" else -1, None) if own is None else Said(strictness(own), own)]
    if own is not None:
        last.append(own)
    said += [
        _standing(each, register, strictness, last)
        for each in member.joined.values()
        if own is None or each.since is None or own.at <= each.since
    ]
    strictest = max(each.rank for each in said)
    facts = [each.fact for each in said if each.rank == strictest and each.fact is not None]
    return Said(strictest, min(facts, key=lambda fact: (fact.at, fact.id), default=None))


def _anchors(top: Member, name: str, said: Iterable[Fact]) -> set[str]:
    """Of a moment proven to have been at another time: the earliest that holds for any of them, and what that overrules."""
    earliest = _start(top, name)
    if earliest is None:
        return set()
    at, pick = earliest
    moved = {fact.id for fact in said if _about(fact) == ("anchor", name) and fact is not pick}
    if pick is not None:
        return moved
    return moved | {
        fact.id for fact in said if fact.kind == "moment" and fact.data.get("name") == name and fact.at < at
    }


def _start(member: Member, name: str) -> tuple[datetime, Fact | None] | None:
    proven = [fact for fact in member.own if _about(fact) == ("anchor", name)]
    last = max(proven, key=lambda fact: fact.id, default=None)
    told = [fact.at for fact in member.own if fact.kind == "moment" and fact.data.get("name") == name]
    found: list[tuple[datetime, Fact | None]] = []
    if last is not None:
        found.append((last.at, last))
    elif told:
        found.append((min(told), None))
    for each in member.joined.values():
        if last is None or each.since is None or _decided(last) <= each.since:
            start = _start(each, name)
            found += [start] if start is not None else []
    return min(found, key=lambda each: (each[0], "" if each[1] is None else each[1].id), default=None)


def _decided(fact: Fact) -> datetime:
    """When somebody said so: `at` is the moment that was proven."""
    decided = fact.data.get("decided")
    return datetime.fromisoformat(decided) if isinstance(decided, str) else fact.at
