"""One past incident under a rulebook: what would have been graded, owed and missed. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from services.grading.rulebook.engine.advance import advance
from services.grading.rulebook.engine.compiled import CompiledRulebook
from services.grading.rulebook.engine.facts import CARRIERS, Fact, FactError, read_fact
from services.grading.rulebook.engine.lateness import late_from
from services.grading.rulebook.engine.orders import Order
from shared.calendar import Calendar


class IncidentError(ValueError):
    """A line that is no incident; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A past incident: its facts, and the rulebook it was handled under (its id and hash, where told)."""

    id: str
    rulebook: str | None
    rulebook_hash: str | None
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """The outcome at a moment. `missed`: done after it was due, or still open then; `open`: the latter alone.

    `level` is the approved level, else the proposed one, else None; `regraded` names approved levels that the rulebook
    doesn't know, for which its own proposal stands in.
    """

    level: str | None
    proposal: str | None
    orders: Mapping[str, Order]
    done: Mapping[str, datetime]
    missed: frozenset[str]
    open: frozenset[str]
    regraded: tuple[str, ...]


def read_incident(line: bytes | str) -> Incident:
    """One line of JSON. Raises IncidentError saying what is wrong with it."""
    try:
        raw = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise IncidentError(f"not JSON: {error}") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("id"), str) or not isinstance(raw.get("facts"), list):
        raise IncidentError('an incident is {"id": "…", "rulebook"?: "…", "facts": [{"id", "kind", "at", "data"}, …]}')
    try:
        facts = tuple(_read(fact) for fact in raw["facts"])
    except FactError as error:
        raise IncidentError(f"incident {raw['id']}: {error}") from error
    return Incident(raw["id"], raw.get("rulebook"), raw.get("rulebook_hash"), facts)


def _read(raw: object) -> Fact:
    if not isinstance(raw, dict):
        raise FactError(f"{raw!r} is no fact; expected id, kind, at, data")
    fact = read_fact(raw)
    if fact.at.tzinfo is None or not isinstance(fact.data, dict):
        raise FactError(f"fact {fact.id!r} needs `at` with an offset, and `data` as an object")
    return fact


def replay(book: CompiledRulebook, calendar: Calendar, facts: Iterable[Fact], now: datetime) -> Replayed:
    """All facts at once, and what they come to at `now`. Raises FactError for a fact that can't be read."""
    facts = tuple(facts)
    unknown = tuple(sorted({level for level in _approved(facts) if level not in book.ranks}))
    if unknown:
        without = advance(book, calendar, _graded_as(facts, book, None), {})
        facts = _graded_as(facts, book, without.grade.proposal)
    result = advance(book, calendar, facts, {})
    still_open = frozenset(_open(result.orders, result.done, now))
    late = {key for key, at in result.done.items() if _late(result.orders[key], at)}
    return Replayed(
        level=result.grade.level,
        proposal=result.grade.proposal,
        orders=result.orders,
        done=result.done,
        missed=still_open | late,
        open=still_open,
        regraded=unknown,
    )


def _open(orders: Mapping[str, Order], done: Mapping[str, datetime], now: datetime) -> Iterator[str]:
    return (key for key, order in orders.items() if key not in done and _late(order, now))


def _late(order: Order, at: datetime) -> bool:
    limit = late_from(order)
    return limit is not None and at > limit


def _approved(facts: Iterable[Fact]) -> Iterator[str]:
    """The levels approved, in merged incidents too."""
    for fact in facts:
        if fact.kind == "graded" and "level" in fact.data:
            yield str(fact.data["level"])
        elif fact.kind in CARRIERS:
            yield from _approved(_inner(fact))


def _graded_as(facts: Iterable[Fact], book: CompiledRulebook, level: str | None) -> tuple[Fact, ...]:
    """With `level` in place of every approved level that the rulebook doesn't know; None: without these approvals."""
    return tuple(changed for fact in facts for changed in _changed(fact, book, level))


def _changed(fact: Fact, book: CompiledRulebook, level: str | None) -> Iterator[Fact]:
    if fact.kind == "graded" and str(fact.data.get("level", book.strictest.id)) not in book.ranks:
        if level is not None:
            yield Fact(fact.id, fact.kind, fact.at, {**fact.data, "level": level, "proposal": level})
    elif fact.kind in CARRIERS and fact.data.get("facts"):
        yield Fact(fact.id, fact.kind, fact.at, {**fact.data, "facts": _graded_as(_inner(fact), book, level)})
    else:
        yield fact


def _inner(fact: Fact) -> Iterator[Fact]:
    return (each if isinstance(each, Fact) else read_fact(each) for each in fact.data.get("facts", ()))
