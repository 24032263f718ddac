"""When an order is due: its anchor, its budget on this case, extensions and suspensions, reminders. All on one clock."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from services.grading.rulebook.engine.allowed import Timing, allowed
from services.grading.rulebook.engine.bounding import Above, Bounds, bounds_on, decided_by
from services.grading.rulebook.engine.compiled import CompiledDuty, CompiledRulebook
from services.grading.rulebook.engine.facts import Fact
from services.grading.rulebook.engine.pace import Pace, Reminder
from services.grading.rulebook.engine.pauses import PAUSES, Clock, befell, run
from services.grading.rulebook.engine.reminding import escalations, reminders
from services.grading.rulebook.engine.situation import Situation
from shared.calendar import Budget, BusinessHours, Calendar, Unit, deadline

_NO_TIME = timedelta(0)


def anchor(duty: CompiledDuty, situation: Situation) -> tuple[str, datetime] | None:
    """The earliest of the duty's moments that has come, in UTC. `graded` is the first approval it followed from."""
    best: tuple[str, datetime] | None = None
    moments = situation.moments
    for name in duty.anchors:
        at = moments.get(name)
        if at is None:
            continue
        if name == "graded":
            at = _graded_for(duty, situation) or at
        if best is None or at < best[1]:
            best = name, at
    return best


def _graded_for(duty: CompiledDuty, situation: Situation) -> datetime | None:
    """A regrade gives no new time: what an earlier approval demanded already keeps its clock.

    A level of another rulebook may have demanded anything.
    """
    for approval in situation.decisions:
        level = approval.data["level"]
        if duty.levels is None or level in duty.levels or level not in situation.levels:
            return approval.at.astimezone(UTC)
    return None


def timing(
    rulebook: CompiledRulebook,
    calendar: Calendar,
    situation: Situation,
    duty: CompiledDuty,
    key: str,
    level: str,
    start: datetime,
    finished: datetime | None = None,
) -> Timing:
    """When the order `key` that starts at `start` is due at this level. `finished`: since when it is done."""
    pace = duty.pace
    if pace is None or situation.pauses or situation.reprojected or key in situation.extended:
        return _reckoned(rulebook, calendar, situation, duty, key, level, start, finished)
    text = _paced(duty, pace, start)
    if not duty.bounded_by:
        return text
    found = bounds_on(calendar, rulebook.hours, situation, duty, level, start, rulebook.flag_names)
    text, by = _capped(text, found)
    if by is None:
        return text
    return _reminded(text, calendar, rulebook.hours, situation, duty, by.reminders, start, start)


def _paced(duty: CompiledDuty, pace: Pace, start: datetime) -> Timing:
    """The quick way: where nothing befell the order, and neither the calendar nor the case has a say."""
    time = duty.time
    if pace.due is None:
        return Timing(time, time.within, None)
    remind_at = tuple([start + distance for distance in pace.remind])
    escalate = tuple([(start + distance, to) for distance, to in pace.escalate])
    return Timing(time, time.within, start + pace.due, False, None, (), remind_at, escalate)


def _reckoned(
    rulebook: CompiledRulebook,
    calendar: Calendar,
    situation: Situation,
    duty: CompiledDuty,
    key: str,
    level: str,
    start: datetime,
    finished: datetime | None,
) -> Timing:
    """The long way: with the calendar, the case's flags and approvals, what was granted, what stopped, what is above."""
    text = allowed(rulebook, calendar, situation, duty, level, start)
    facts = befell(situation, key, pausable=duty.kind != "approve_grade")
    ran = Ran(*_ran(rulebook, calendar, text, key, facts, start, finished), duty.reminders)
    if duty.bounded_by:
        ran = _under_layers(rulebook, calendar, situation, duty, key, level, start, finished, text, facts, ran)
    hours, since = rulebook.hours, ran.since
    return _reminded(ran.timing, calendar, hours, situation, duty, ran.marks, start + ran.lost, since)


class Ran(NamedTuple):
    """A time after what befell it, by how much standing still put it off, since when it runs, and its reminders."""

    timing: Timing
    lost: timedelta
    since: datetime
    marks: tuple[Reminder, ...]


def _under_layers(
    rulebook: CompiledRulebook,
    calendar: Calendar,
    situation: Situation,
    duty: CompiledDuty,
    key: str,
    level: str,
    start: datetime,
    finished: datetime | None,
    text: Timing,
    facts: Sequence[Fact],
    local: Ran,
) -> Ran:
    """Each rule's time runs by itself and the first to end counts. What stops time stops all; more is granted to the text alone."""
    found = bounds_on(calendar, rulebook.hours, situation, duty, level, start, rulebook.flag_names)
    pauses = [fact for fact in facts if fact.kind in PAUSES]
    if not pauses:
        timing, by = _capped(local.timing, found)
        return local._replace(timing=timing, marks=by.reminders if by is not None else local.marks)
    best, first = local, None
    for each in found.above:
        alone = Timing(each.words, each.words.within, each.also.due_at, bool(each.end and each.end.provisional))
        ran = Ran(*_ran(rulebook, calendar, alone, key, pauses, each.began, finished), each.duty.reminders)
        each.also.due_at = ran.timing.due_at
        if _sooner(ran.timing, best.timing):
            best, first = ran, each
    if first is None:
        return local._replace(timing=_with(local.timing, found, local.timing))
    rest = [fact for fact in facts if fact.kind not in PAUSES]
    text = _ran(rulebook, calendar, text, key, rest, start, finished)[0]
    return best._replace(timing=_with(text, found, best.timing, first))


def _capped(text: Timing, found: Bounds) -> tuple[Timing, CompiledDuty | None]:
    """The text's time or, where it ends sooner, that of a layer's duty, which is named."""
    due, first = text.due_at, None
    for each in found.above:
        if each.end is not None and (due is None or each.end.at < due):
            due, first = each.end.at, each
    if first is None or first.end is None:
        return _with(text, found, text), None
    decided = text._replace(due_at=due, provisional=first.end.provisional, extended_from=None, moves=())
    return _with(text, found, decided, first), first.duty


def _with(text: Timing, found: Bounds, decided: Timing, by: Above | None = None) -> Timing:
    """The time that counts, in the text's words, with the layers named and every move told; `by` is the one that decides."""
    due = decided.due_at
    moves = (*text.moves, *[move for move in found.lifted if due is None or move[0] < due])
    if by is not None:
        by.also.decides = True
        if text.due_at is not None:
            moves += ((text.due_at, decided_by(by.also)),)
        moves += decided.moves
    return decided._replace(
        time=text.time, within=text.within, moves=moves, also=tuple([each.also for each in found.above])
    )


def _sooner(one: Timing, other: Timing) -> bool:
    """Whether one ends before the other; what stands still ends later than what doesn't, and sooner than what has no end."""
    if one.due_at is None:
        return one.suspended is not None and other.due_at is None and other.suspended is None
    return other.due_at is None or one.due_at < other.due_at


def _ran(
    rulebook: CompiledRulebook,
    calendar: Calendar,
    base: Timing,
    key: str,
    facts: Sequence[Fact],
    start: datetime,
    finished: datetime | None,
) -> tuple[Timing, timedelta, datetime]:
    """The time after what befell it, by how much standing still put it off, and since when it runs."""
    if base.due_at is None or not facts:
        return base, _NO_TIME, start
    # Patrol rounds run by the clock.
    budget = base.time.budget or Budget(0, Unit.MINUTES)
    last = _last(start, budget, rulebook.hours) if budget.unit is Unit.DAYS else None
    clock = Clock(
        start,
        base.due_at,
        budget.unit,
        last,
        finished,
        calendar,
        rulebook.hours,
        rulebook.suspension,
        list(base.moves),
        base.provisional,
        base.extended_from,
    )
    run(clock, key, facts)
    suspended = clock.suspended
    base = base._replace(
        due_at=clock.due if suspended is None else None,
        provisional=clock.provisional,
        extended_from=clock.extended_from,
        moves=tuple(clock.moves),
        suspended=suspended,
    )
    return base, clock.lost, clock.ran_on or start


def _last(start: datetime, budget: Budget, hours: BusinessHours) -> date:
    return hours.local(start).date() + timedelta(days=budget.amount)


def _reminded(
    base: Timing,
    calendar: Calendar,
    hours: BusinessHours,
    situation: Situation,
    duty: CompiledDuty,
    marks: Sequence[Reminder],
    start: datetime,
    since: datetime,
) -> Timing:
    """With reminders and escalation: none while the time stands still; to a target only where there is no deadline."""
    if base.suspended is not None:
        return base
    aim = base.due_at
    if duty.target is not None:
        end = deadline(start, duty.target, calendar, hours)
        aim = aim or end.at
        base = base._replace(target_at=end.at)
    return base._replace(
        remind_at=reminders(hours, calendar, situation, duty, marks, start, aim, since),
        escalate=escalations(duty, calendar, hours, base.due_at),
    )


def extension_terms(
    rulebook: CompiledRulebook, calendar: Calendar, situation: Situation, duty: CompiledDuty
) -> dict[str, str] | None:
    """Until when (ISO, UTC) more time may be asked for, of whom, and by which clause."""
    rule = duty.extension
    if rule is None or rule.anchor not in situation.moments:
        return None
    end = deadline(situation.moments[rule.anchor], rule.within, calendar, rulebook.hours)
    return {
        "request_by": end.at.isoformat(),
        "within": str(rule.within),
        "from": rule.anchor,
        "to": rule.to,
        "clause": rule.clause,
        "phrase": rule.phrase,
        "source": rule.source,
    }
