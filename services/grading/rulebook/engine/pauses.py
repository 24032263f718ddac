"""What befell an order's time, in order: more of it was granted, it stood still and ran on, it was counted anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from services.grading.rulebook.engine.facts import Fact, FactError
from services.grading.rulebook.engine.situation import Situation
from shared.calendar import BusinessHours, Calendar, Unit, deadline, parse_budget, run_on

PAUSES: Final = frozenset({"suspended", "resumed"})
_CAUSES: Final = {"calendar": "日历更正", "rulebook": "改用新版规则", "layers": "上位规定调整"}


@dataclass(slots=True)
class Clock:
    """The time of one order, made to run by `run`.

    `unit` is what its budget counts; `last` the day a period of days would end on, were it worked; `finished` when the
    order was done: nothing stops it from then. `grounds` names the suspensions' reasons. `ran_on` is when it last ran on,
    `lost` by how much standing still has put it off.
    """

    start: datetime
    due: datetime
    unit: Unit
    last: date | None
    finished: datetime | None
    calendar: Calendar
    hours: BusinessHours
    grounds: Mapping[str, str]
    moves: list[tuple[datetime, str]]
    provisional: bool = False
    extended_from: datetime | None = None
    held: Fact | None = None
    stopped: datetime | None = None
    ran_on: datetime | None = None
    lost: timedelta = timedelta(0)

    @property
    def suspended(self) -> str | None:
        """The ground on which it stands still, in the rulebook's words."""
        return None if self.stopped is None or self.held is None else self.ground(self.held)

    def ground(self, fact: Fact) -> str:
        """The ground that a suspension names."""
        reason = str(fact.data["reason"])
        return self.grounds.get(reason, reason)


def befell(situation: Situation, key: str, *, pausable: bool) -> list[Fact]:
    """The facts that touch the time of the order `key`, by time."""
    found = situation.extended.get(key, [])
    if not situation.pauses and not situation.reprojected:
        return found
    found = found[:]
    if pausable:
        found += [fact for fact in situation.pauses if not fact.data.get("orders") or key in fact.data["orders"]]
    found += [fact for fact in situation.reprojected if key in fact.data["moved"]]
    return sorted(found, key=lambda fact: (fact.at, fact.id))


def run(clock: Clock, key: str, facts: Sequence[Fact]) -> None:
    """Let the facts that befell the order act on its clock. Raises FactError for one without what its kind needs.

    Two suspensions that overlap are one: the first `resumed` ends both. What is past due, or done, is not stopped.
    """
    for fact in facts:
        at = fact.at.astimezone(UTC)
        if fact.kind == "extended":
            _extend(clock, fact, at)
        elif fact.kind == "reprojected":
            clock.moves.append((_moment(fact.data["moved"][key]), _why_counted_anew(fact)))
        elif fact.kind == "suspended":
            clock.held = clock.held or fact
            _stop(clock, at)
        else:
            _run_on(clock, at)
            clock.held = None
    if clock.finished is not None:
        _run_on(clock, clock.finished)
    if clock.stopped is not None:
        clock.moves.append((clock.due, _why_stopped(clock, None)))


def _stop(clock: Clock, at: datetime) -> None:
    running = clock.start <= at < clock.due and (clock.finished is None or at < clock.finished)
    if clock.stopped is None and running:
        clock.stopped = at


def _run_on(clock: Clock, at: datetime) -> None:
    if clock.stopped is None:
        return
    end = run_on(clock.due, clock.stopped, at, clock.unit, clock.calendar, clock.hours, clock.last)
    if end.at != clock.due:
        clock.moves.append((clock.due, _why_stopped(clock, at)))
    if clock.last is not None:
        stopped, resumed = clock.hours.local(clock.stopped).date(), clock.hours.local(at).date()
        clock.last = clock.last if stopped == resumed else resumed + max(clock.last - stopped, timedelta(days=1))
    clock.lost += end.at - clock.due
    clock.due, clock.provisional = end.at, clock.provisional or end.provisional
    clock.stopped, clock.ran_on = None, at


def _extend(clock: Clock, fact: Fact, at: datetime) -> None:
    """One that would shorten the time changes nothing."""
    until, provisional = _until(clock, fact)
    if until <= clock.due:
        return
    clock.moves.append((clock.due, str(fact.data.get("reason") or "")))
    clock.extended_from = clock.extended_from or clock.due
    clock.due, clock.last, clock.provisional = until, None, clock.provisional or provisional
    if clock.held is not None:
        _stop(clock, at)


def _until(clock: Clock, fact: Fact) -> tuple[datetime, bool]:
    until = fact.data.get("until")
    if until is not None:
        return _moment(until), False
    if "within" not in fact.data:
        raise FactError(f"fact {fact.id!r} of kind 'extended' needs `until` or `within`")
    end = deadline(clock.due, parse_budget(fact.data["within"]), clock.calendar, clock.hours)
    return end.at, end.provisional


def _moment(value: datetime | str) -> datetime:
    return (value if isinstance(value, datetime) else datetime.fromisoformat(value)).astimezone(UTC)


def _why_counted_anew(fact: Fact) -> str:
    cause = str(fact.data["cause"])
    return str(fact.data.get("reason") or _CAUSES.get(cause, cause))


def _why_stopped(clock: Clock, resumed: datetime | None) -> str:
    fact, local = clock.held, clock.hours.local
    if fact is None or clock.stopped is None:
        raise RuntimeError("a clock that nothing stopped has no reason for standing still")
    said = f"({fact.data['text']})" if fact.data.get("text") else ""
    until = f",{local(resumed):%Y-%m-%d %H:%M}恢复,余期接续计算" if resumed is not None else ""
    return f"{clock.ground(fact)}{said},{local(clock.stopped):%Y-%m-%d %H:%M}起中止{until}"
