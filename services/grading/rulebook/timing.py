"""When an order is due: its anchor, its budget on this case, extensions and suspensions, reminders. All on one clock."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from services.grading.rulebook.allowed import Timing, allowed
from services.grading.rulebook.bounding import bound
from services.grading.rulebook.compiled import CompiledDuty, CompiledRulebook
from services.grading.rulebook.facts import Fact
from services.grading.rulebook.pace import Reminder
from services.grading.rulebook.pauses import PAUSES, Clock, befell, run
from services.grading.rulebook.reminding import escalations, reminders
from services.grading.rulebook.situation import Situation
from shared.calendar import Budget, BusinessHours, Calendar, Unit, deadline, parse_budget

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
    time = duty.time
    if pace.due is None:
        return Timing(time, time.within, None)
    remind_at = tuple([start + distance for distance in pace.remind])
    if duty.target is not None:
        return Timing(time, time.within, None, remind_at=remind_at, target_at=start + pace.due)
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
    """The long way: with the calendar, the case's flags and approvals, what was granted, and what stopped."""
    hours = rulebook.hours
    text = allowed(rulebook, calendar, situation, duty, level, start)
    facts = befell(situation, key, pausable=duty.kind != "approve_grade")
    untouched = [fact for fact in facts if fact.kind not in PAUSES]
    base, lost, since = _ran(rulebook, calendar, text, key, untouched, start, finished)
    marks = duty.reminders
    if duty.bounded_by:
        local = base
        base, marks = _bounded(local, calendar, hours, situation, duty, level, start)
        if base.due_at != local.due_at:
            # The layer's time decides, and no extension of the local one moves it.
            text, facts = base, [fact for fact in facts if fact.kind in PAUSES]
    if len(facts) != len(untouched):
        ran, lost, since = _ran(rulebook, calendar, text, key, facts, start, finished)
        base = ran._replace(also=base.also)
    return _reminded(base, calendar, hours, situation, duty, marks, start + lost, since)


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
    budget = _budget(base)
    last = _last(start, budget, rulebook.hours) if budget.unit is Unit.DAYS and not base.also else None
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


def _budget(base: Timing) -> Budget:
    """What the deciding rule counts: that of the layer that decides, else the text's; patrol rounds run by the clock."""
    for above in base.also:
        if above.decides and above.within is not None:
            return parse_budget(above.within)
    return base.time.budget or Budget(0, Unit.MINUTES)


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


def _bounded(
    base: Timing,
    calendar: Calendar,
    hours: BusinessHours,
    situation: Situation,
    duty: CompiledDuty,
    level: str,
    start: datetime,
) -> tuple[Timing, tuple[Reminder, ...]]:
    """With the layers above: the strictest time, however the local one was lengthened, and the reminders that go with it."""
    found = bound(calendar, hours, situation, duty, level, start, base.due_at)
    if found.by is None or found.strictest is None:
        return base._replace(also=found.also), duty.reminders
    moves = base.moves if base.due_at is None else (*base.moves, (base.due_at, found.reason))
    end = found.strictest
    base = base._replace(due_at=end.at, provisional=end.provisional, moves=moves, also=found.also)
    return base, found.by.reminders


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
