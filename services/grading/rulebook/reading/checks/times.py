"""Times that can't do what they are for: reminders outside their span, extensions nobody could ask for in time."""

from collections.abc import Iterator
from fractions import Fraction

from services.grading.rulebook.engine.compile import patrol_intervals
from services.grading.rulebook.written.duties import Duty
from services.grading.rulebook.written.findings import Finding
from services.grading.rulebook.written.model import Rulebook
from services.grading.rulebook.written.vocabulary import ONE_PATROL_INTERVAL, SPECIAL_DEFAULTS, WITHOUT_NUMBER
from shared.calendar import Budget, parse_budget
from shared.marked_yaml import Place


def misfits(model: Rulebook) -> Iterator[Finding]:
    """Reminders, warnings and extensions that could never take effect."""
    for part in ("reminders_by_clock", "reminders_by_day"):
        for index, text in enumerate(getattr(model.defaults, part)):
            yield from _share(text, ("defaults", part, index))
    for index, duty in enumerate(model.duties):
        place: Place = ("duties", index)
        budgets = _budgets(duty)
        yield from _reminders(duty, budgets, place)
        yield from _warning(duty, budgets, place)
        yield from _extension(duty, budgets, place)
        if duty.due.default == ONE_PATROL_INTERVAL and len(patrol_intervals(model)) < 2:
            message = "needs patrol routines `every` ... both in working_hours and evenings_and_holidays"
            yield Finding((*place, "due", "default"), message)


def dropped(model: Rulebook) -> Iterator[Finding]:
    """Reminders that fit only some of a duty's times, and rights without a deadline they could move."""
    for index, duty in enumerate(model.duties):
        place: Place = ("duties", index)
        budgets = _budgets(duty)
        for number, text in enumerate(duty.reminders or ()):
            fitting = [_fits(text, budget) for budget in budgets]
            if any(fitting) and not all(fitting):
                message = f"the reminder {text!r} lies before the start where the time is {_shortest(budgets)}: left out there"
                yield Finding((*place, "reminders", number), message, warning=True)
        if duty.extension and not budgets and duty.due.default not in SPECIAL_DEFAULTS:
            message = "more time may be asked for, but the duty has no deadline"
            yield Finding((*place, "extension"), message, warning=True)


def _budgets(duty: Duty) -> list[Budget]:
    """Every time a duty may have; none where the text gives no number (and the operator neither)."""
    texts = [*duty.due.by_level.values(), *(variant.within for variant in duty.due.variants)]
    if duty.due.within not in WITHOUT_NUMBER:
        texts.append(duty.due.within)
    if duty.due.default is not None and duty.due.default not in SPECIAL_DEFAULTS:
        texts.append(duty.due.default)
    if duty.due.target is not None:
        texts.append(duty.due.target)
    return [parse_budget(text) for text in texts]


def _reminders(duty: Duty, budgets: list[Budget], place: Place) -> Iterator[Finding]:
    for number, text in enumerate(duty.reminders or ()):
        spot: Place = (*place, "reminders", number)
        yield from _share(text, spot)
        if not budgets and duty.due.default not in SPECIAL_DEFAULTS:
            yield Finding(spot, f"the reminder {text!r} has nothing to run to: the duty has no deadline")
        elif budgets and not any(_fits(text, budget) for budget in budgets):
            message = f"the reminder {text!r} lies before the start: the time is {_shortest(budgets)}"
            yield Finding(spot, message, "remind later, or leave it out")


def _share(text: str, place: Place) -> Iterator[Finding]:
    if not text.endswith(" before") and Fraction(text) >= 1:
        yield Finding(
            place, f"the reminder {text!r} lies at or after the due moment", "write a share below 1, such as '1/2'"
        )


def _fits(text: str, budget: Budget) -> bool:
    """Whether a reminder lies within a time. Days are compared as days: on the first of them it may just be in time."""
    if budget.minutes == 0:
        return False
    if not text.endswith(" before"):
        return True
    before = parse_budget(text.removesuffix(" before"))
    if before.runs_by_clock and budget.runs_by_clock:
        return before.minutes < budget.minutes
    return before.minutes <= budget.minutes


def _warning(duty: Duty, budgets: list[Budget], place: Place) -> Iterator[Finding]:
    if duty.warn is None or [duty.warn.from_] != duty.due.from_ or not budgets:
        return
    if all(parse_budget(duty.warn.within).minutes >= budget.minutes for budget in budgets):
        message = f"warns after {duty.warn.within} when the time is {_shortest(budgets)}: at or after the due moment"
        yield Finding((*place, "warn", "within"), message)


def _extension(duty: Duty, budgets: list[Budget], place: Place) -> Iterator[Finding]:
    rule = duty.extension
    if rule is None or [rule.from_] != duty.due.from_ or not budgets:
        return
    if all(parse_budget(rule.request_within).minutes > budget.minutes for budget in budgets):
        message = f"more time may be asked for within {rule.request_within}, which is longer than the time itself ({_shortest(budgets)})"
        yield Finding((*place, "extension", "request_within"), message, "ask for it before the time is over")


def _shortest(budgets: list[Budget]) -> str:
    return str(min(budgets, key=lambda budget: budget.minutes))
