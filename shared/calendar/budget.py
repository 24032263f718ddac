"""How long a duty may take, as text: '30 min', '3 days', '5 working days', '1 half day', '2 business hours', 'same day'."""

import re
from dataclasses import dataclass
from enum import StrEnum

LONGEST_DAYS = 3650
_TEXT = re.compile(r"^(?P<amount>\d{1,7}) (?P<unit>min|h|days?|working days?|half days?|business hours?)$")
# Nominal: two halves or nine business hours to a day.
_MINUTES = {"min": 1, "h": 60, "days": 1440, "working days": 1440, "half days": 720, "business hours": 160}
_EXAMPLES = "'30 min', '1 h', '3 days', '5 working days', '1 half day', '2 business hours', 'same day' or 'at once'"


class Unit(StrEnum):
    """What a budget counts."""

    MINUTES = "min"
    HOURS = "h"
    DAYS = "days"
    WORKING_DAYS = "working days"
    HALF_DAYS = "half days"
    BUSINESS_HOURS = "business hours"
    SAME_DAY = "same day"
    AT_ONCE = "at once"


_COUNTED = frozenset({Unit.DAYS, Unit.WORKING_DAYS, Unit.HALF_DAYS, Unit.BUSINESS_HOURS})


class BudgetError(ValueError):
    """A duration that can't be read, is zero, or is longer than ten years."""


@dataclass(frozen=True, slots=True)
class Budget:
    """An amount of one unit; `same day` and `at once` carry no amount (0)."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        """The text a rulebook uses; `parse_budget(str(b)) == b`."""
        if self.unit in (Unit.SAME_DAY, Unit.AT_ONCE):
            return self.unit.value
        if self.amount == 1 and self.unit in _COUNTED:
            return f"1 {self.unit.value[:-1]}"
        return f"{self.amount} {self.unit.value}"

    @property
    def minutes(self) -> int:
        """Nominal minutes, for comparing budgets (a day counts 1440; 'same day' at most one day; 'at once' none).

        Half days count half a day each, and nine business hours a day.
        """
        if self.unit is Unit.AT_ONCE:
            return 0
        return 1440 if self.unit is Unit.SAME_DAY else self.amount * _MINUTES[self.unit]

    @property
    def runs_by_clock(self) -> bool:
        """Whether it runs through nights and holidays (minutes, hours, at once)."""
        return self.unit in (Unit.MINUTES, Unit.HOURS, Unit.AT_ONCE)

    def half(self) -> "Budget":
        """Half of it, never less than one of its unit; half of `same day` is 12 h, of `at once` itself."""
        if self.unit is Unit.AT_ONCE:
            return self
        if self.unit in _COUNTED:
            return Budget(max(1, self.amount // 2), self.unit)
        half = max(1, self.minutes // 2)
        return Budget(half // 60, Unit.HOURS) if half % 60 == 0 else Budget(half, Unit.MINUTES)


def parse_budget(text: str) -> Budget:
    """Read a duration. Raises BudgetError saying what was expected."""
    if text in (Unit.SAME_DAY.value, Unit.AT_ONCE.value):
        return Budget(0, Unit(text))
    match = _TEXT.match(text)
    if match is None:
        raise BudgetError(f"{text!r} is no duration: write {_EXAMPLES}")
    unit = match["unit"]
    budget = Budget(int(match["amount"]), Unit(unit + "s" if unit.endswith(("day", "hour")) else unit))
    if not 0 < budget.minutes <= LONGEST_DAYS * 1440:
        raise BudgetError(f"{text!r} is out of range: a duration is longer than zero and at most {LONGEST_DAYS} days")
    return budget
