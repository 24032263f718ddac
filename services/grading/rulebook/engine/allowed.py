"""What the text allows on this case: the time of the level, or of a variant, or of one patrol round; strictest so far."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from services.grading.rulebook.engine.compiled import CompiledDuty, CompiledRulebook, Time, TimeVariant
from services.grading.rulebook.engine.course import course
from services.grading.rulebook.engine.criteria import NONE
from services.grading.rulebook.engine.facts import Fact
from services.grading.rulebook.engine.orders import Also
from services.grading.rulebook.engine.situation import Situation
from shared.calendar import Calendar, Deadline, deadline

_NO_PATROL: Final = "24时后至上班前不巡查,自上班时起算"
Move = tuple[datetime, str]


class Timing(NamedTuple):
    """The outcome: which words give the time, when it ends, every move with its reason, reminders and escalation.

    `suspended` is the ground on which the time stands still: there is then no `due_at`. `target_at` is no deadline.
    """

    time: Time
    within: str | None
    due_at: datetime | None
    provisional: bool = False
    extended_from: datetime | None = None
    moves: tuple[Move, ...] = ()
    remind_at: tuple[datetime, ...] = ()
    escalate: tuple[Move, ...] = ()
    also: tuple[Also, ...] = ()
    suspended: str | None = None
    target_at: datetime | None = None


def allowed(
    rulebook: CompiledRulebook,
    calendar: Calendar,
    situation: Situation,
    duty: CompiledDuty,
    level: str,
    start: datetime,
) -> Timing:
    """The time of a duty that starts at `start`, before anybody granted more or stopped it."""
    if duty.time.patrol:
        return _patrolled(rulebook, calendar, duty.time, start)
    if duty.by_level or duty.variants:
        return _on_this_case(rulebook, calendar, situation, duty, level, start)
    words = duty.time
    if words.budget is None:
        return Timing(words, words.within, None)
    end = deadline(start, words.budget, calendar, rulebook.hours)
    return Timing(words, words.within, end.at, end.provisional)


def _on_this_case(
    rulebook: CompiledRulebook,
    calendar: Calendar,
    situation: Situation,
    duty: CompiledDuty,
    level: str,
    start: datetime,
) -> Timing:
    """By level and variant. Of the levels approved so far the strictest time stands: a lower grade never gives more."""
    raised, happened = situation.raised, situation.happened
    words, end = said(duty, level, raised, happened), None
    if words.budget is not None:
        end = deadline(start, words.budget, calendar, rulebook.hours)
    moves: list[Move] = []
    if words is not duty.by_level.get(level, duty.time) or _touched(duty, situation):
        moves = list(_changes(rulebook, calendar, situation, duty, level, start))
    if end is not None and duty.by_level and not situation.approvals:
        moves += _proposed_before(rulebook, calendar, situation, duty, level, start, end)
    asked = end
    for before in dict.fromkeys(approval.data["level"] for approval in situation.approvals):
        other = said(duty, before, raised, happened)
        if other.budget is None:
            continue
        earlier = deadline(start, other.budget, calendar, rulebook.hours)
        if end is None or earlier.at < end.at:
            words, end = other, earlier
            strict = f"曾定为{rulebook.level[before].name},调整等级不延长时限"
            moves = [*moves, (asked.at, strict)] if asked is not None else moves
    if end is None:
        return Timing(words, words.within, None)
    return Timing(words, words.within, end.at, end.provisional, _longer(moves, end), tuple(moves))


def _proposed_before(
    rulebook: CompiledRulebook,
    calendar: Calendar,
    situation: Situation,
    duty: CompiledDuty,
    level: str,
    start: datetime,
    end: Deadline,
) -> Iterator[Move]:
    """When it was due under the highest level ever proposed, where counts have since fallen: more time is never given quietly."""
    highest = max((standing.held for standing in course(rulebook, situation)), default=NONE)
    if highest <= rulebook.ranks[level]:
        return
    before = rulebook.levels[highest]
    budget = said(duty, before.id, situation.raised, situation.happened).budget
    if budget is not None and (earlier := deadline(start, budget, calendar, rulebook.hours)).at < end.at:
        yield earlier.at, f"曾拟定为{before.name},依据回落,现拟定为{rulebook.level[level].name}"


def _longer(moves: list[Move], end: Deadline) -> datetime | None:
    """The time this one replaced, where that was shorter."""
    return moves[-1][0] if moves and moves[-1][0] < end.at else None


def said(duty: CompiledDuty, level: str, flags: frozenset[str], happened: frozenset[str]) -> Time:
    """The words for this level with these flags after these moments: the first variant that holds, else the duty's own."""
    variant = _variant(duty, level, flags, happened)
    return variant.time if variant is not None else duty.by_level.get(level, duty.time)


def _variant(duty: CompiledDuty, level: str, flags: frozenset[str], happened: frozenset[str]) -> TimeVariant | None:
    return next((each for each in duty.variants if each.when.holds(level, flags, happened)), None)


def _touched(duty: CompiledDuty, situation: Situation) -> bool:
    """Whether anything its variants ask about was ever up or has come."""
    flags, moments = duty.watched
    return not flags.isdisjoint(situation.flags) or not moments.isdisjoint(situation.happened)


def _changes(
    rulebook: CompiledRulebook,
    calendar: Calendar,
    situation: Situation,
    duty: CompiledDuty,
    level: str,
    start: datetime,
) -> Iterator[Move]:
    """Each change of the time through a flag raised or lowered or a moment come: when it was due before, and why.

    So a flag never gives more time without saying so, nor does lowering it.
    """
    flags, happened = duty.watched
    up, come = situation.raised - flags, situation.happened - happened
    before = duty.by_level.get(level, duty.time)
    reason = ""
    for after, change in _steps(situation, flags, happened, up, come):
        variant = _variant(duty, level, *after)
        now = variant.time if variant is not None else duty.by_level.get(level, duty.time)
        reason = _reason(rulebook, change, now)
        if now.budget != before.budget and before.budget is not None:
            yield deadline(start, before.budget, calendar, rulebook.hours).at, reason
        before = now


_Seen = tuple[frozenset[str], frozenset[str]]


def _steps(
    situation: Situation, flags: frozenset[str], moments: frozenset[str], up: frozenset[str], come: frozenset[str]
) -> Iterator[tuple[_Seen, Fact | None]]:
    """What was up and had come, step by step in order of time, with the flag's fact where it was one."""
    yield (up, come), None
    steps: list[tuple[datetime, str, Fact | None]] = [
        (fact.at, fact.id, fact)
        for fact in situation.observations
        if fact.kind == "flag" and fact.data["name"] in flags
    ]
    steps += [(situation.moments[name], name, None) for name in moments if name in situation.moments]
    for _, name, fact in sorted(steps, key=lambda step: step[:2]):
        if fact is None:
            come |= {name}
        elif fact.data["on"]:
            up |= {fact.data["name"]}
        else:
            up -= {fact.data["name"]}
        yield (up, come), fact


def _reason(rulebook: CompiledRulebook, fact: Fact | None, words: Time) -> str:
    if fact is None:
        return words.phrase
    given = str(fact.data.get("reason") or "")
    name = rulebook.flag_names.get(fact.data["name"], fact.data["name"])
    if fact.data["on"]:
        return given or f"标记{name}"
    return f"撤销标记{name}:{given}" if given else f"撤销标记{name}"


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
