"""Duties that belong to no incident, as orders: patrol rounds, daily browsing, what each quarter asks for."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from services.grading.rulebook.engine.compiled import CompiledRulebook
from services.grading.rulebook.engine.orders import Order
from services.grading.rulebook.written.duties import Cycle, Routine
from services.grading.rulebook.written.vocabulary import WITHOUT_NUMBER
from shared.calendar import BusinessHours, Calendar, deadline, parse_budget

_MONTHS = {"month": 1, "quarter": 3, "year": 12}
WATCHES: Final = frozenset({"patrol", "browse"})
"""Kinds of routine that look at what is on now: once a round is over nobody can do it any more. All others stay owed until done."""
_AHEAD: Final = (2, 16, 400)
"""Days to look ahead for the next moment: a round comes within a day, after the longest holiday, or with the next year at the latest."""


def routine_orders(rulebook: CompiledRulebook, calendar: Calendar, since: datetime, until: datetime) -> list[Order]:
    """The routine orders whose moment lies in [since, until), by moment; keys are "<routine>@<moment, UTC>".

    A round on a working day or a day off is told by the calendar; `provisional` says that a notice may still move it.
    """
    orders = [
        _order(rulebook, calendar, routine, at)
        for routine in rulebook.model.routines
        for at in _moments(routine.cycle, calendar, rulebook.hours, since, until)
        if since <= at < until
    ]
    return sorted(orders, key=lambda order: (order.anchor_at, order.key))


def next_round(
    rulebook: CompiledRulebook, calendar: Calendar, after: datetime, routines: Sequence[str] | None = None
) -> datetime | None:
    """The next moment after `after` at which one of these routines (None: any) comes round; None where none ever does."""
    named = [each for each in rulebook.model.routines if routines is None or each.id in routines]
    for days in _AHEAD if named else ():
        until = after + timedelta(days=days)
        moments = [
            at
            for routine in named
            for at in _moments(routine.cycle, calendar, rulebook.hours, after, until)
            if after < at <= until
        ]
        if moments:
            return min(moments)
    return None


def over_at(rulebook: CompiledRulebook, calendar: Calendar, order: Order) -> datetime | None:
    """When a round can't be done any more: when it is due, or when the next of its routine begins, whichever is first.

    None for what stays owed until it is done (analyses, bulletins, training), however many come after it.
    """
    if order.kind not in WATCHES:
        return None
    following = next_round(rulebook, calendar, order.anchor_at, (order.duty,))
    ends = [at for at in (order.due_at, following) if at is not None]
    return min(ends, default=None)


def _order(rulebook: CompiledRulebook, calendar: Calendar, routine: Routine, at: datetime) -> Order:
    budget = None if routine.within in WITHOUT_NUMBER else parse_budget(routine.within)
    # A period's end is 24:00 of its last day: that day is the one that does not count, not the next period's first.
    start = at if routine.cycle.each is None or budget is None or budget.runs_by_clock else at - timedelta(minutes=1)
    end = None if budget is None else deadline(start, budget, calendar, rulebook.hours)
    comes_by_days = routine.cycle.during is not None and calendar.is_provisional(rulebook.hours.local(at).date())
    return Order(
        key=f"{routine.id}@{at:%Y-%m-%dT%H:%MZ}",
        duty=routine.id,
        name=routine.name,
        kind=routine.kind,
        desk="tasks",
        owner=routine.owner,
        owner_name=rulebook.roles[routine.owner].name,
        to=tuple(routine.to),
        clause=routine.clause or "",
        phrase=routine.phrase or "",
        source=routine.source,
        presumed=False,
        provisional=comes_by_days or (end is not None and end.provisional),
        recurring=True,
        anchor="quarter_end" if routine.cycle.each == "quarter" else "round",
        anchor_at=at,
        anchor_source=routine.cycle.source,
        within=None if routine.within == "silent" else routine.within,
        due_at=None if end is None else end.at,
        hand_in=tuple(routine.hand_in),
        jointly=tuple(routine.jointly),
    )


def _moments(
    cycle: Cycle, calendar: Calendar, hours: BusinessHours, since: datetime, until: datetime
) -> Iterator[datetime]:
    """The moments of a cycle on the days from `since` to `until`, some of which may lie just outside."""
    day, last = hours.local(since).date(), hours.local(until).date()
    while day <= last:
        if cycle.each is not None:
            yield from _ends(cycle.each, day, hours)
        elif cycle.every is not None:
            yield from _rounds(cycle, calendar, hours, day)
        for text in cycle.daily_at:
            yield datetime.combine(day, time.fromisoformat(text), hours.zone).astimezone(UTC)
        day += timedelta(days=1)


def _ends(each: str, day: date, hours: BusinessHours) -> Iterator[datetime]:
    """24:00 of a period's last day is 00:00 of the next period's first."""
    if day.day == 1 and (day.month - 1) % _MONTHS[each] == 0:
        yield hours.midnight(day - timedelta(days=1))


def _rounds(cycle: Cycle, calendar: Calendar, hours: BusinessHours, day: date) -> Iterator[datetime]:
    """In working hours: from opening to close of a working day. Else: the evenings of those, and days off, till 24:00."""
    working = calendar.is_working(day)
    opens, closes = hours.opening(day), datetime.combine(day, hours.closes, hours.zone).astimezone(UTC)
    if cycle.during == "working_hours":
        at, end = opens, closes if working else opens
    else:
        at, end = closes if working else opens, hours.midnight(day)
    step = timedelta(minutes=parse_budget(cycle.every or "1 h").minutes)
    while at < end:
        yield at
        at += step
