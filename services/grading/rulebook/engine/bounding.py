"""How the duties of layers bound a local order: which of them hold, until when, and which a flag has lifted."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from services.grading.rulebook.engine.compiled import CompiledDuty, Time
from services.grading.rulebook.engine.facts import Fact
from services.grading.rulebook.engine.orders import Also
from services.grading.rulebook.engine.situation import Situation
from shared.calendar import BusinessHours, Calendar, Deadline, deadline


class Above(NamedTuple):
    """A layer's duty that bounds an order: by which words, since when its time runs and when that ends (None: no number)."""

    duty: CompiledDuty
    words: Time
    began: datetime
    end: Deadline | None
    also: Also


class Bounds(NamedTuple):
    """What bounds an order now, and what did until a flag was raised or lowered: when that would have ended, and why."""

    above: tuple[Above, ...]
    lifted: tuple[tuple[datetime, str], ...]


def bounds_on(
    calendar: Calendar,
    hours: BusinessHours,
    situation: Situation,
    duty: CompiledDuty,
    level: str,
    start: datetime,
    flag_names: dict[str, str],
) -> Bounds:
    """The layers above an order of `duty` that starts at `start`.

    A rule holds as well where it held at a level approved before: a lower grade gives no more time. One that was met
    before the order began bounds it no more.
    """
    above: list[Above] = []
    lifted: list[tuple[datetime, str]] = []
    levels = tuple(dict.fromkeys((level, *[approval.data["level"] for approval in situation.approvals])))
    for each in duty.bounded_by:
        began = _began(each, situation)
        if began is None or each.layer is None or _met_before(each, situation, start):
            continue
        holding = [name for name in levels if each.applies(name, situation.raised, situation.happened)]
        if holding:
            above.append(_above(each, calendar, hours, situation, holding, began))
            continue
        fact = _lifted_by(each, situation, levels)
        if fact is not None and fact.at > start:
            past = _above(each, calendar, hours, situation, levels, began)
            if past.end is not None:
                lifted.append((past.end.at, _why_lifted(fact, past.also, flag_names)))
    return Bounds(tuple(above), tuple(lifted))


def decided_by(also: Also) -> str:
    """Why a deadline is earlier than the local text alone would have it (Chinese)."""
    return f"从严:{also.title}({also.clause})“{also.phrase}”"


def _above(
    duty: CompiledDuty,
    calendar: Calendar,
    hours: BusinessHours,
    situation: Situation,
    levels: Iterable[str],
    began: tuple[datetime, str],
) -> Above:
    at, name = began
    words, end = _strictest(duty, calendar, hours, situation, levels, at)
    layer, due_at = duty.layer, end.at if end is not None else None
    if layer is None:
        raise ValueError(f"{duty.id} is no duty of a layer")
    also = Also(layer.id, layer.title, words.clause, words.phrase, words.within, due_at, name, at)
    return Above(duty, words, at, end, also)


def _strictest(
    above: CompiledDuty,
    calendar: Calendar,
    hours: BusinessHours,
    situation: Situation,
    levels: Iterable[str],
    at: datetime,
) -> tuple[Time, Deadline | None]:
    """The words that end first at any of these levels, and when."""
    if above.pace is not None:
        return above.time, None if above.pace.due is None else Deadline(at + above.pace.due, False, ())
    words: Time = above.time
    end: Deadline | None = None
    for level in levels:
        said = _words(above, level, situation)
        ends = deadline(at, said.budget, calendar, hours) if said.budget else None
        if ends is not None and (end is None or ends.at < end.at):
            words, end = said, ends
    return words, end


def _words(above: CompiledDuty, level: str, situation: Situation) -> Time:
    """What it says of its time at this level: a variant where one holds, else its budget."""
    for variant in above.variants:
        if variant.when.holds(level, situation.raised, situation.happened):
            return variant.time
    return above.by_level.get(level, above.time)


def _began(above: CompiledDuty, situation: Situation) -> tuple[datetime, str] | None:
    """The earliest of its moments that has come."""
    moments = situation.moments
    return min([(moments[name], name) for name in above.anchors if name in moments], default=None)


def _met_before(above: CompiledDuty, situation: Situation, start: datetime) -> bool:
    met = situation.done.get(above.id)
    if met is not None and met <= start:
        return True
    came = situation.moments.get(above.fulfilled_by) if above.fulfilled_by else None
    return came is not None and came <= start


def _lifted_by(above: CompiledDuty, situation: Situation, levels: Sequence[str]) -> Fact | None:
    """The flag's fact since which a rule that held before does not; None where none ever did."""
    if not situation.flags:
        return None
    watched = frozenset(f for when in above.clauses for f in (*when.flags, *when.any_flags, *when.without_flags))
    up, held = situation.raised - watched, False
    fact: Fact | None = None
    steps = [each for each in situation.observations if each.kind == "flag" and each.data["name"] in watched]
    for each in (None, *steps):
        if each is not None:
            name = each.data["name"]
            up = up | {name} if each.data["on"] else up - {name}
        holds = any(above.applies(level, up, situation.happened) for level in levels)
        if held and not holds:
            fact = each
        held = holds
    return fact


def _why_lifted(fact: Fact, also: Also, flag_names: dict[str, str]) -> str:
    name = flag_names.get(fact.data["name"], fact.data["name"])
    given = f":{fact.data['reason']}" if fact.data.get("reason") else ""
    act = "标记" if fact.data["on"] else "撤销标记"
    return f"{act}{name}{given};{also.title}({also.clause})不再适用"
