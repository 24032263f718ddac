"""What the rulebook demands of a situation at a level: the orders in force, from facts alone."""

from collections.abc import Iterator
from datetime import UTC, datetime

from services.grading.rulebook.compiled import CompiledDuty, CompiledRulebook
from services.grading.rulebook.orders import Order
from services.grading.rulebook.situation import Situation
from services.grading.rulebook.timing import anchor, escalations, extension_terms, reminders, timing
from shared.calendar import Calendar


def derive(
    rulebook: CompiledRulebook, calendar: Calendar, situation: Situation, level: str
) -> tuple[dict[str, Order], dict[str, datetime]]:
    """The orders by key, and which of them stand fulfilled since when. A done order stays, whatever the level now is."""
    orders: dict[str, Order] = {}
    done: dict[str, datetime] = {}
    for duty in rulebook.duties:
        for key, anchored, finished in _instances(duty, situation, level):
            orders[key] = build(rulebook, calendar, situation, duty, key, level, anchored)
            if finished is not None:
                done[key] = finished
    return orders, done


_Instance = tuple[str, tuple[str, datetime], datetime | None]


def _instances(duty: CompiledDuty, situation: Situation, level: str) -> Iterator[_Instance]:
    """The orders of one duty: key, anchor, and when fulfilled."""
    start = anchor(duty, situation)
    if start is None:
        return
    wanted = owed(duty, situation, level)
    if duty.recurring:
        yield from _series(duty, situation, start, wanted)
    elif duty.each:
        for fact_id, at in situation.occurrences.get(duty.anchors[0], ()):
            key = f"{duty.id}@{fact_id}"
            finished = situation.done.get(key)
            if wanted or finished is not None:
                yield key, (duty.anchors[0], at.astimezone(UTC)), finished
    elif (finished := situation.done.get(duty.id)) is not None:
        yield duty.id, start, finished
    elif wanted:
        # The moment it exists for may have come another way than by handing it in.
        yield duty.id, start, situation.moments.get(duty.fulfilled_by or "")


def _series(duty: CompiledDuty, situation: Situation, start: tuple[str, datetime], wanted: bool) -> Iterator[_Instance]:
    """#1 from the duty's own moment, each next from the completion of the one before."""
    number = 1
    while (finished := situation.done.get(f"{duty.id}#{number}")) is not None:
        yield f"{duty.id}#{number}", start, finished
        start = f"{duty.id}#{number}", finished.astimezone(UTC)
        number += 1
    if wanted:
        yield f"{duty.id}#{number}", start, None


def owed(duty: CompiledDuty, situation: Situation, level: str) -> bool:
    """Whether the duty is demanded now: its condition holds, its finder found it, and it hasn't ended."""
    if not duty.applies(level, situation.raised, situation.happened):
        return False
    if duty.found_by and situation.finder is not None and situation.finder not in duty.found_by:
        return False
    return not ended(duty, situation)


def ended(duty: CompiledDuty, situation: Situation) -> bool:
    """Continuing duties end when the matter is calm; those without a deadline end at closing; a deadline never does."""
    if situation.phase == "open":
        return False
    if duty.until == "calmed":
        return True
    return situation.phase == "closed" and (duty.until == "closed" or duty.ends_at_closing)


def build(
    rulebook: CompiledRulebook,
    calendar: Calendar,
    situation: Situation,
    duty: CompiledDuty,
    key: str,
    level: str,
    anchored: tuple[str, datetime],
    owner: str | None = None,
) -> Order:
    """One order with all its moments. `owner` replaces the duty's own where the level decides it."""
    name, start = anchored
    time = timing(rulebook, calendar, situation, duty, key, level, start)
    return Order(
        key=key,
        duty=duty.id,
        name=duty.name,
        kind=duty.kind,
        desk=duty.desk,
        owner=owner or duty.owner,
        owner_name=rulebook.roles[owner].name if owner else duty.owner_name,
        to=duty.to,
        clause=time.time.clause,
        phrase=time.time.phrase,
        source=time.time.source,
        presumed=duty.presumable and not situation.approvals,
        provisional=time.provisional,
        recurring=duty.recurring,
        anchor=name,
        anchor_at=start,
        anchor_source=duty.anchor_source,
        within=time.within,
        due_at=time.due_at,
        remind_at=reminders(rulebook, calendar, situation, duty, start, time.due_at),
        escalate=escalations(duty, calendar, rulebook.hours, time.due_at),
        hand_in=duty.hand_in,
        marks=duty.marks,
        chain=duty.chain,
        extension=extension_terms(rulebook, calendar, situation, duty),
        extended_from=time.extended_from,
        jointly=duty.jointly,
        anchor_assumed=name in situation.assumed,
        moves=time.moves,
    )
