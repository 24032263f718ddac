"""Times that run by the clock alone, worked out once: hours run through nights and holidays, so nothing is to look up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from shared.calendar import Budget


@dataclass(frozen=True, slots=True)
class Reminder:
    """A share of the way from anchor to due, or a time before due."""

    share: Fraction | None
    before: Budget | None


@dataclass(frozen=True, slots=True)
class Pace:
    """Distances from the anchor: the due moment (None: no number), reminders, and to whom it goes up when."""

    due: timedelta | None
    remind: tuple[timedelta, ...]
    escalate: tuple[tuple[timedelta, str], ...]


WITHOUT_DUE = Pace(None, (), ())


def pace(budget: Budget, reminders: Sequence[Reminder], escalate: Sequence[tuple[Budget, str]]) -> Pace | None:
    """The pace of a budget; None where some part of it needs the calendar."""
    parts = [budget, *(reminder.before for reminder in reminders if reminder.before), *(after for after, _ in escalate)]
    if not all(part.runs_by_clock for part in parts):
        return None
    due = timedelta(minutes=budget.minutes)
    marks = {_distance(reminder, due) for reminder in reminders}
    return Pace(
        due,
        tuple(sorted(mark for mark in marks if timedelta(0) < mark < due)),
        tuple((due + timedelta(minutes=after.minutes), to) for after, to in escalate),
    )


def _distance(reminder: Reminder, due: timedelta) -> timedelta:
    if reminder.before is not None:
        return due - timedelta(minutes=reminder.before.minutes)
    share = reminder.share or Fraction(0)
    return due * share.numerator // share.denominator
