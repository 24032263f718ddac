"""When an order is due: its anchor, its budget on this case, extensions, reminders, escalation. All on one clock."""

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from services.grading.rulebook.bounding import bound
from services.grading.rulebook.compiled import CompiledDuty, CompiledRulebook, Time
from services.grading.rulebook.facts import Fact, FactError
from services.grading.rulebook.orders import Also
from services.grading.rulebook.pace import Reminder
from services.grading.rulebook.situation import Situation
from shared.calendar import Budget, BusinessHours, Calendar, Deadline, Unit, deadline, parse_budget, working_day_before

_NO_PATROL: Final = "24时后至上班前不巡查,自上班时起算"


class Timing(NamedTuple):
    """The outcome: which words give the time, when it ends, every move with its reason, reminders and escalation."""

    time: Time
    within: str | None
    due_at: datetime | None
    provisional: bool = False
    extended_from: datetime | None = None
    moves: tuple[tuple[datetime, str], ...] = ()
    remind_at: tuple[datetime, ...] = ()
    escalate: tuple[tuple[datetime, str], ...] = ()
    also: tuple[Also, ...] = ()


def anchor(duty: CompiledDuty, situation: Situation) -> tuple[str, datetime] | None:
    """The earliest of the duty's moments that has come, in UTC. `graded` is the first approval it followed from."""
    best: tuple[str, datetime] | None = None
    for name in duty.anchors:
        at = situation.moments.get(name)
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
) -> Timing:
    """When the order `key` that starts at `start` is due at this level."""
    pace = duty.pace
    if pace is None or key in situation.extended:
        return _reckoned(rulebook, calendar, situation, duty, key, level, start)
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
) -> Timing:
    """The long way: with the calendar, the case's flags and approvals, and the extensions granted."""
    hours = rulebook.hours
    if duty.time.patrol:
        base = _patrolled(rulebook, calendar, duty.time, start)
    else:
        base = _regulated(calendar, hours, situation, duty, level, start)
    extensions = situation.extended.get(key)
    if extensions and base.due_at is not None:
        base = _extend(base, extensions, calendar, hours)
    reminders = duty.reminders
    if duty.bounded_by:
        base, reminders = _bounded(base, calendar, hours, situation, duty, level, start)
    return base._replace(
        remind_at=_reminders(hours, calendar, situation, duty, reminders, start, base.due_at),
        escalate=_escalations(duty, calendar, hours, base.due_at),
    )


def _regulated(
    calendar: Calendar, hours: BusinessHours, situation: Situation, duty: CompiledDuty, level: str, start: datetime
) -> Timing:
    words = duty.by_level.get(level, duty.time)
    if words.budget is None:
        return Timing(words, words.within, None)
    end = deadline(start, words.budget, calendar, hours)
    if duty.by_level and situation.approvals:
        end = _strictest_so_far(end, duty, situation, start, calendar, hours)
    for variant in duty.variants:
        if variant.when.holds(level, situation.raised, situation.happened) and variant.time.budget is not None:
            other = deadline(start, variant.time.budget, calendar, hours)
            moves = ((end.at, _variant_reason(variant.when.flags, situation)),)
            return Timing(variant.time, variant.time.within, other.at, other.provisional, end.at, moves)
    return Timing(words, words.within, end.at, end.provisional)


def _strictest_so_far(
    end: Deadline, duty: CompiledDuty, situation: Situation, start: datetime, calendar: Calendar, hours: BusinessHours
) -> Deadline:
    """A lower grade never quietly gives more time than a grade approved before it."""
    for approval in situation.approvals:
        words = duty.by_level.get(approval.data["level"])
        if words is not None and words.budget is not None:
            end = min(end, deadline(start, words.budget, calendar, hours), key=lambda each: each.at)
    return end


def _variant_reason(flags: frozenset[str], situation: Situation) -> str:
    reasons = [
        str(situation.flags[flag].data.get("reason") or flag) for flag in sorted(flags) if flag in situation.flags
    ]
    return ";".join(reasons) or ",".join(sorted(flags))


def _extend(base: Timing, extensions: list[Fact], calendar: Calendar, hours: BusinessHours) -> Timing:
    """Extensions in the order they were granted; one that would shorten the time changes nothing."""
    due, provisional, moves = base.due_at, base.provisional, list(base.moves)
    for fact in extensions:
        until, later_provisional = _until(fact, due, calendar, hours)
        if due is not None and until > due:
            moves.append((due, str(fact.data.get("reason") or "")))
            due, provisional = until, provisional or later_provisional
    original = base.extended_from or (base.due_at if due != base.due_at else None)
    return Timing(base.time, base.within, due, provisional, original, tuple(moves))


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


def _until(fact: Fact, due: datetime | None, calendar: Calendar, hours: BusinessHours) -> tuple[datetime, bool]:
    until = fact.data.get("until")
    if until is not None:
        return (until if isinstance(until, datetime) else datetime.fromisoformat(until)).astimezone(UTC), False
    if "within" not in fact.data or due is None:
        raise FactError(f"fact {fact.id!r} of kind 'extended' needs `until` or `within`")
    end = deadline(due, parse_budget(fact.data["within"]), calendar, hours)
    return end.at, end.provisional


def _patrolled(rulebook: CompiledRulebook, calendar: Calendar, time: Time, start: datetime) -> Timing:
    """One patrol interval from `start`: that of working hours, or that of evenings and days off.

    Nobody patrols between 24:00 and opening; what comes then is counted from opening, and the move says so.
    """
    hours, patrol = rulebook.hours, rulebook.patrol
    local = hours.local(start)
    opening = hours.opening(local.date())
    first = max(start, opening)
    working = calendar.is_working(local.date()) and hours.local(first).time() < hours.closes
    within = patrol["working_hours" if working else "evenings_and_holidays"]
    end = deadline(first, within, calendar, hours).at
    moves = ((deadline(start, within, calendar, hours).at, _NO_PATROL),) if first > start else ()
    return Timing(time, str(within), end, moves=moves)


def _reminders(
    hours: BusinessHours,
    calendar: Calendar,
    situation: Situation,
    duty: CompiledDuty,
    reminders: tuple[Reminder, ...],
    start: datetime,
    due: datetime | None,
) -> tuple[datetime, ...]:
    """The moments to remind at, sorted, each after the start and before the end."""
    found: set[datetime] = set()
    if due is not None and due > start:
        found.update(_remind(reminder, hours, calendar, start, due) for reminder in reminders)
    if duty.warn is not None and duty.warn[0] in situation.moments:
        found.add(deadline(situation.moments[duty.warn[0]], duty.warn[1], calendar, hours).at)
    return tuple(sorted(at for at in found if at > start and (due is None or at < due)))


def _remind(reminder: Reminder, hours: BusinessHours, calendar: Calendar, start: datetime, due: datetime) -> datetime:
    if reminder.before is None:
        share = reminder.share
        return start if share is None else start + (due - start) * share.numerator // share.denominator
    if reminder.before.runs_by_clock:
        return due - timedelta(minutes=reminder.before.minutes)
    return _opening_before(due, reminder.before, calendar, hours)


@lru_cache(maxsize=4096)
def _opening_before(due: datetime, before: Budget, calendar: Calendar, hours: BusinessHours) -> datetime:
    """Opening time that many days before the last day; many incidents end on the same one."""
    local = hours.local(due)
    # 24:00 of a day is 00:00 of the next: the last day itself is the one before.
    last = local.date() - timedelta(days=1) if local.time() == time(0) else local.date()
    if before.unit is Unit.WORKING_DAYS:
        return hours.opening(working_day_before(last, before.amount, calendar))
    return hours.opening(last - timedelta(days=before.amount))


def _escalations(
    duty: CompiledDuty, calendar: Calendar, hours: BusinessHours, due: datetime | None
) -> tuple[tuple[datetime, str], ...]:
    """Whom an overdue order goes up to, and when."""
    if due is None:
        return ()
    return tuple((deadline(due, after, calendar, hours).at, to) for after, to in duty.escalate)


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
