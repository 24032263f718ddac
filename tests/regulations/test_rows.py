"""Every row of the regulations is in its rulebook, and the engine issues it: to whom, from when, within what."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache

import pytest

from services.grading.rulebook import Advance, CompiledRulebook, Fact, advance, load_rulebook, routine_orders, shipped
from shared.calendar import deadline, official_calendar, parse_budget
from shared.calendar.hours import SHANGHAI
from tests.regulations.rows.every import BOOKS
from tests.regulations.rows.row import Row

CALENDAR = official_calendar()
# Eve of Spring Festival and a make-up Saturday in one; eve of National Day; another make-up Saturday; 23:59 on a Friday;
# the turn of the year into one whose notice is not out.
STARTS = ("2026-02-14T16:00", "2026-09-30T15:20", "2026-10-10T09:00", "2026-11-20T23:59", "2026-12-31T16:30")
MINUTES_AFTER = {
    "event": -50,
    "occurred": -40,
    "discovered": 0,
    "graded": 20,
    "warned": 10,
    "claim_overdue": 60,
    "reported": 15,
    "oral_report": 5,
    "resolved": 1500,
    "calmed": 2900,
    "closed": 4400,
}
# Durations that begin with no number.
WORDED = ("at once", "same day")
# Moments that come more than once: owed for each of them.
EACH = ("instruction", "worsening")


@cache
def rulebook_of(name: str) -> CompiledRulebook:
    return load_rulebook(name)


def _cases() -> Iterator[tuple[str, Row, str]]:
    for name, book in BOOKS.items():
        for row in book.duties:
            for level in row.levels or rulebook_of(name).level:
                yield name, row, level


CASES = list(_cases())


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def moment(name: str, start: datetime) -> datetime:
    return start + timedelta(minutes=MINUTES_AFTER.get(name, 30))


def facts(row: Row, level: str, start: datetime, *, approved: bool) -> list[Fact]:
    """The least that makes the duty owed: discovery, the grade, its flags, its moment."""
    names = ["occurred", "discovered", *row.after]
    if row.start not in (*names, "graded"):
        names.append(row.start)
    known = [Fact(f"m-{name}", "moment", moment(name, start), {"name": name}) for name in names]
    known += [Fact(f"f-{flag}", "flag", start, {"name": flag, "on": True, "by": "办公室"}) for flag in row.flags]
    if approved:
        known.append(Fact("g", "graded", moment("graded", start), {"level": level, "by": "office", "role": "office"}))
    return known


def issued(name: str, row: Row, level: str, start: datetime) -> Advance:
    """What ends with the approval of the grade is looked at before it, every other duty after."""
    approved = rulebook_of(name).duty[row.id].fulfilled_by != "graded"
    known = facts(row, level, start, approved=approved)
    if not approved:
        known += proposing(name, level, start)
    return advance(rulebook_of(name), CALENDAR, known, {})


def proposing(name: str, level: str, start: datetime) -> list[Fact]:
    """What makes the criteria propose this level; nothing where only a person sets it."""
    signs = dict(BOOKS[name].proposing.get(level, {}))
    flags = signs.pop("flags", [])
    raised = [Fact(f"p-{flag}", "flag", start, {"name": flag, "on": True}) for flag in flags]
    if not signs and not flags:
        return []
    metrics = {metric: signs.pop(metric) for metric in ("reads", "comments") if metric in signs}
    data = {"source": "p", "kind": "post", "metrics": metrics, "platforms": ["weibo"], **signs}
    return [*raised, Fact("e", "evidence", start, data)]


def key(row: Row) -> str:
    if row.recurring:
        return f"{row.id}#1"
    return f"{row.id}@m-{row.start}" if row.start in EACH else row.id


def goal(name: str, row: Row, start: datetime) -> datetime | None:
    """When a goal that is no deadline is to be reached."""
    if row.target is None:
        return None
    return deadline(moment(row.start, start), parse_budget(row.target), CALENDAR, rulebook_of(name).hours).at


def label(case: tuple[str, Row, str]) -> str:
    return f"{case[0].partition('-')[0]}:{case[1].id}:{case[2]}"


@pytest.mark.parametrize("case", CASES, ids=label)
def test_the_engine_issues_the_row(case: tuple[str, Row, str]) -> None:
    name, row, level = case
    order = issued(name, row, level, at(STARTS[1])).orders[key(row)]
    assert (order.clause or None) == row.clause
    assert row.owner in (None, order.owner)
    assert row.to in (None, order.to)
    assert (order.anchor, order.desk, order.recurring) == (row.start, row.desk, row.recurring)
    assert (order.source, order.anchor_source) == (row.source, row.anchor_source)
    assert order.within == ("1 h" if row.within == "patrol" else row.within)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("case", CASES, ids=label)
def test_the_row_is_due_when_its_time_is_up(case: tuple[str, Row, str], start: str) -> None:
    name, row, level = case
    order = issued(name, row, level, at(start)).orders[key(row)]
    assert order.anchor_at == moment(row.start, at(start))
    assert order.target_at == goal(name, row, at(start))
    if row.within is None or not (row.within[0].isdigit() or row.within in WORDED):
        assert row.within == "patrol" or order.due_at is None
        return
    end = deadline(moment(row.start, at(start)), parse_budget(row.within), CALENDAR, rulebook_of(name).hours)
    assert (order.due_at, order.provisional) == (end.at, end.provisional)
    assert all(order.anchor_at < reminder < end.at for reminder in order.remind_at)


@pytest.mark.parametrize("name", BOOKS)
def test_no_duty_beyond_the_rows(name: str) -> None:
    """Nor at a level the row does not name: a rulebook that demands more than its regulation is as wrong as one short."""
    rulebook = rulebook_of(name)
    assert set(rulebook.duty) == {row.id for row in BOOKS[name].duties}
    for level in rulebook.level:
        known = {duty.id for duty in rulebook.duty.values() if duty.concerns(level, frozenset()) and not duty.optional}
        rows = {row.id for row in BOOKS[name].duties if not row.flags and level in (row.levels or rulebook.level)}
        assert known == rows


@pytest.mark.parametrize(("name", "level"), [(name, level) for name, book in BOOKS.items() for level in book.proposing])
def test_the_criteria_propose_the_level(name: str, level: str) -> None:
    start = at(STARTS[1])
    discovered = Fact("d", "moment", start, {"name": "discovered"})
    grade = advance(rulebook_of(name), CALENDAR, [discovered, *proposing(name, level, start)], {}).grade
    assert (grade.proposal, grade.state) == (level, "proposed")


@pytest.mark.parametrize("name", BOOKS)
def test_routines(name: str) -> None:
    rulebook = rulebook_of(name)
    orders = {o.duty: o for o in routine_orders(rulebook, CALENDAR, at("2025-12-30T00:00"), at("2026-01-05T00:00"))}
    assert (
        set(orders) == {row.id for row in BOOKS[name].routines} == {routine.id for routine in rulebook.model.routines}
    )
    for row in BOOKS[name].routines:
        order = orders[row.id]
        assert (order.clause, order.anchor, order.within, order.recurring) == (row.clause, row.start, row.within, True)
        assert row.owner in (None, order.owner)
        assert order.to == row.to
        assert order.anchor_source == row.anchor_source


def test_every_shipped_rulebook_is_held_to_its_rows() -> None:
    assert set(shipped()) == set(BOOKS)
