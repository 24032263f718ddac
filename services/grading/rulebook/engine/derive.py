"""What the rulebook demands of a situation at a level: the orders in force, from facts alone."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from services.grading.rulebook.engine.compiled import CompiledDuty, CompiledRulebook
from services.grading.rulebook.engine.orders import Order
from services.grading.rulebook.engine.situation import Situation
from services.grading.rulebook.engine.timing import anchor, extension_terms, timing
from shared.calendar import Calendar


def derive(
    rulebook: CompiledRulebook, calendar: Calendar, situation: Situation, level: str
) -> tuple[dict[str, Order], dict[str, datetime]]:
    """The orders by key, and which of them stand fulfilled since when. A done order stays, whatever the level now is."""
    orders: dict[str, Order] = {}
    done: dict[str, datetime] = {}
    local: set[str] = set()
    happened, past = situation.happened, situation.past
    for duty in rulebook.duties:
        if duty.happened.isdisjoint(happened) and (not past or duty.happened.isdisjoint(past)):
            continue
        yielding = False
        if duty.yields_to:
            # Duties of layers come last: what of the local ones is owed is known by then.
            local = local or {order.duty for order in orders.values()}
            yielding = not duty.yields_to.isdisjoint(local)
        for key, anchored, finished in _instances(duty, situation, level, yielding=yielding):
            orders[key] = build(rulebook, calendar, situation, duty, key, level, anchored, finished=finished)
            if finished is not None:
                done[key] = finished
    return orders, done


_Instance = tuple[str, tuple[str, datetime], datetime | None]


def _instances(duty: CompiledDuty, situation: Situation, level: str, *, yielding: bool) -> Iterable[_Instance]:
    """The orders of one duty: key, anchor, and when fulfilled. `yielding`: a local duty stands for this one of a layer."""
    finished = situation.done.get(duty.id)
    wanted = not yielding and owed(duty, situation, level)
    start = anchor(duty, situation) if wanted or finished or duty.repeats else None
    if start is None and finished is not None:
        start = _past_anchor(duty, situation)
    if start is None:
        return ()
    if duty.recurring:
        return _series(duty, situation, start, wanted)
    if duty.each:
        return _each(duty, situation, wanted)
    if finished is None and duty.fulfilled_by is not None:
        # The moment it exists for may have come another way than by handing it in.
        finished = situation.moments.get(duty.fulfilled_by)
        if finished is not None and finished < start[1]:
            return ()  # fulfilled before it could begin: it was never owed
    return ((duty.id, start, finished),)


def _past_anchor(duty: CompiledDuty, situation: Situation) -> tuple[str, datetime] | None:
    """The moment a done order ran from, though it no longer holds."""
    come = [(situation.past[name], name) for name in duty.anchors if name in situation.past]
    return (min(come)[1], min(come)[0]) if come else None


def _each(duty: CompiledDuty, situation: Situation, wanted: bool) -> Iterator[_Instance]:
    """One for each occurrence of the moment, told apart by the fact that reports it."""
    for fact_id, at in situation.occurrences.get(duty.anchors[0], ()):
        key = f"{duty.id}@{fact_id}"
        finished = situation.done.get(key)
        if wanted or finished is not None:
            yield key, (duty.anchors[0], at), finished


def _series(duty: CompiledDuty, situation: Situation, start: tuple[str, datetime], wanted: bool) -> Iterator[_Instance]:
    """#1 from the duty's own moment, each next from the completion of the one before."""
    number = 1
    while (finished := situation.done.get(f"{duty.id}#{number}")) is not None:
        yield f"{duty.id}#{number}", start, finished
        start = f"{duty.id}#{number}", finished
        number += 1
    if wanted:
        yield f"{duty.id}#{number}", start, None


def owed(duty: CompiledDuty, situation: Situation, level: str) -> bool:
    """Whether the duty is demanded now: its condition holds, its finder found it, and it hasn't ended."""
    if not duty.applies(level, situation.raised, situation.happened):
        return False
    if duty.found_by and situation.finder is not None and situation.finders.isdisjoint(duty.found_by):
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
    finished: datetime | None = None,
) -> Order:
    """One order with all its moments. `owner` replaces the duty's own where the level decides it."""
    name, start = anchored
    time = timing(rulebook, calendar, situation, duty, key, level, start, finished)
    words = time.time
    # By position: thirty keywords cost more than all the rest of an order.
    return Order(
        key,
        duty.id,
        duty.name,
        duty.kind,
        duty.desk,
        owner or duty.owner,
        rulebook.roles[owner].name if owner else duty.owner_name,
        duty.to,
        words.clause,
        words.phrase,
        words.source,
        duty.presumable and situation.undecided,
        time.provisional,
        duty.recurring,
        name,
        start,
        duty.anchor_source,
        time.within,
        time.due_at,
        time.remind_at,
        time.escalate,
        duty.hand_in,
        duty.marks,
        duty.chain,
        extension_terms(rulebook, calendar, situation, duty) if duty.extension else None,
        time.extended_from,
        duty.jointly,
        name in situation.assumed,
        time.moves,
        time.suspended,
        time.target_at,
        time.also,
    )
