"""Rounds of routines: which have come round since the last look, which are over, what is told of them. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from services.grading.domain.announcing import assignment, assignment_id, deadline
from services.grading.rulebook import CompiledRulebook, Order
from services.grading.rulebook.engine.routines import next_round, over_at, routine_orders
from shared.calendar import Calendar
from shared.contracts.grading import ROUTINE, Discharged, MissedRound, RoutineAdvanced, Withdrawn, series_subject

RoundState = Literal["due", "done", "missed", "withdrawn"]
MISSED, GONE = "本轮已过,记为漏查", "现行规则中已无此项"
_TOLD_OF = 100
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a routine. `over_at` None: owed until it is done. `issued`: it stood on a board, rather than passing unseen.

    `done_at` of one that is `missed` tells that somebody did it when it was over.
    """

    id: UUID
    organisation_id: str
    routine: str
    key: str
    kind: str
    name: str
    owner: str
    owner_name: str
    clause: str
    rulebook_hash: str
    begins_at: datetime
    due_at: datetime | None
    over_at: datetime | None
    provisional: bool
    issued: bool
    state: RoundState
    done_at: datetime | None = None
    done_by: str | None = None


@dataclass(frozen=True, slots=True)
class Come:
    """A round that has come round, with the order that it is."""

    round: Round
    order: Order


@dataclass(frozen=True, slots=True)
class Turn:
    """What one look at an organisation's routines found: what was `due` before, what has come round, and what became of what was due.

    `discharged` are rounds thought missed of which it was heard that they were done in time.
    """

    due: Sequence[Round]
    come: Sequence[Come]
    missed: Sequence[Round]
    withdrawn: Sequence[Round]
    discharged: Sequence[Round] = ()

    @property
    def issued(self) -> list[Round]:
        """What is new on a board."""
        return [each.round for each in self.come if each.round.issued]

    @property
    def unseen(self) -> list[Round]:
        """What came round and was over before anybody could be told."""
        return [each.round for each in self.come if not each.round.issued]

    @property
    def still_due(self) -> list[Round]:
        """What is to be done now."""
        over = {each.id for each in (*self.missed, *self.withdrawn)}
        return [each for each in (*self.due, *self.issued) if each.id not in over]

    @property
    def routines(self) -> set[str]:
        """The routines in whose series something happened."""
        rounds = (*(each.round for each in self.come), *self.missed, *self.withdrawn, *self.discharged)
        return {each.routine for each in rounds}

    def of(self, routine: str) -> "Turn":
        """The same, of one routine."""

        def mine(rounds: Sequence[Round]) -> list[Round]:
            return [each for each in rounds if each.routine == routine]

        come = [each for each in self.come if each.round.routine == routine]
        return Turn(mine(self.due), come, mine(self.missed), mine(self.withdrawn), mine(self.discharged))


def come_round(
    organisation_id: str, rulebook: CompiledRulebook, calendar: Calendar, since: datetime, now: datetime
) -> list[Come]:
    """The rounds whose moment lies after `since`, up to `now`.

    Of each routine only the latest is issued, and only while it is on: after a stillness people are not buried under what nobody
    can do any more. The others are missed.
    """
    orders = [each for each in routine_orders(rulebook, calendar, since, now + _TICK) if since < each.anchor_at]
    latest = {order.duty: order.key for order in orders}
    return [
        _come(organisation_id, rulebook, calendar, order, latest=latest[order.duty] == order.key, now=now)
        for order in orders
    ]


def _come(
    organisation_id: str, rulebook: CompiledRulebook, calendar: Calendar, order: Order, *, latest: bool, now: datetime
) -> Come:
    ends = over_at(rulebook, calendar, order)
    issued = latest and (ends is None or now < ends)
    keyed = order._replace(key=ROUTINE + order.key)
    made = Round(
        id=assignment_id(series_subject(organisation_id, order.duty), keyed.key),
        organisation_id=organisation_id,
        routine=order.duty,
        key=keyed.key,
        kind=order.kind,
        name=order.name,
        owner=order.owner,
        owner_name=order.owner_name,
        clause=order.clause,
        rulebook_hash=rulebook.hash,
        begins_at=order.anchor_at,
        due_at=order.due_at,
        over_at=ends,
        provisional=order.provisional,
        issued=issued,
        state="due" if issued else "missed",
    )
    return Come(made, keyed)


def ended(
    due: Sequence[Round], come: Sequence[Come], now: datetime, routines: Iterable[str]
) -> tuple[list[Round], list[Round]]:
    """Of the rounds that were due, those missed by now, and those withdrawn because the rulebook has no such routine any more."""
    began, known = {each.round.routine for each in come}, set(routines)
    missed = [
        replace(each, state="missed")
        for each in due
        if each.over_at is not None and (each.over_at <= now or each.routine in began)
    ]
    over = {each.id for each in missed}
    withdrawn = [replace(each, state="withdrawn") for each in due if each.id not in over and each.routine not in known]
    return missed, withdrawn


def heard_done(known: Round, at: datetime, by: str) -> Round:
    """A round that somebody did: in time it is done, whatever was thought of it before; when it was over it stays missed."""
    in_time = known.over_at is None or at <= known.over_at
    return replace(known, state="done" if in_time else "missed", done_at=at, done_by=by)


def next_look(rulebook: CompiledRulebook, calendar: Calendar, now: datetime, due: Iterable[Round]) -> datetime | None:
    """When something happens next: a routine comes round, or a round is over."""
    moments = [each.over_at for each in due if each.over_at is not None and each.over_at > now]
    following = next_round(rulebook, calendar, now)
    return min([*moments, following] if following is not None else moments, default=None)


def announce(version: int, routine: str, rulebook: CompiledRulebook, turn: Turn) -> RoutineAdvanced:
    """The event of what happened in one series."""
    some = next(iter([*turn.issued, *turn.unseen, *turn.missed, *turn.withdrawn, *turn.discharged]))
    subject = series_subject(some.organisation_id, routine)
    new = [each.order for each in turn.come if each.round.issued]
    gone = sorted([*turn.missed, *turn.unseen], key=lambda each: each.begins_at)
    return RoutineAdvanced(
        version=version,
        rulebook=rulebook.id,
        rulebook_hash=rulebook.hash,
        routine=routine,
        title=some.name,
        assignments=[assignment(subject, each) for each in new],
        deadlines=[deadline(subject, each, each.due_at) for each in new if each.due_at is not None],
        withdrawn=[
            # One that was done when it was over is missed, and has left the board by itself.
            *(Withdrawn(assignment_id=each.id, reason=MISSED) for each in turn.missed if each.done_at is None),
            *(Withdrawn(assignment_id=each.id, reason=GONE) for each in turn.withdrawn),
        ],
        discharged=[
            Discharged(assignment_id=each.id, at=each.done_at, by=each.done_by or "")
            for each in turn.discharged
            if each.done_at is not None
        ],
        missed=[_missed(each) for each in gone[-_TOLD_OF:]],
        missed_before=max(0, len(gone) - _TOLD_OF),
        still_owed=[each.key for each in turn.still_due if new and each.id not in {one.id for one in turn.issued}],
        cause="round" if turn.come else "done" if turn.discharged else "rulebook" if turn.withdrawn else "over",
    )


def _missed(each: Round) -> MissedRound:
    return MissedRound(
        assignment_id=each.id,
        key=each.key,
        begins_at=each.begins_at,
        over_at=each.over_at or each.begins_at,
        issued=each.issued,
    )
