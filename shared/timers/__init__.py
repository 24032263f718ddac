"""Timers: one row a running clock, holding only its next moment."""

from shared.timers.schema import timers_ddl
from shared.timers.timers import Due, Timers, drop_timers, set_timers

__all__ = ["Due", "Timers", "drop_timers", "set_timers", "timers_ddl"]
