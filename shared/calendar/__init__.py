"""The working calendar of the People's Republic and the counting of periods (Civil Code, Art. 200-204). Pure."""

from shared.calendar.budget import Budget, BudgetError, Unit, parse_budget
from shared.calendar.days import Calendar, Correction, Day
from shared.calendar.hours import BusinessHours, DayEnds
from shared.calendar.official import official_calendar
from shared.calendar.pauses import last_day, run_on
from shared.calendar.periods import Deadline, deadline, working_day_before

__all__ = [
    "Budget",
    "BudgetError",
    "BusinessHours",
    "Calendar",
    "Correction",
    "Day",
    "DayEnds",
    "Deadline",
    "Unit",
    "deadline",
    "last_day",
    "official_calendar",
    "parse_budget",
    "run_on",
    "working_day_before",
]
