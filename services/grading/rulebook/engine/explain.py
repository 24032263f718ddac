"""Why a deadline is what it is: start, budget, days passed over, moves, the clause and its words."""

from datetime import datetime
from typing import Any

from services.grading.rulebook.engine.bounds_told import bounds
from services.grading.rulebook.engine.compiled import CompiledRulebook
from services.grading.rulebook.engine.orders import Order
from shared.calendar import BudgetError, Calendar, deadline, parse_budget

ENGINE_VERSION = "1"


def explain(order: Order, calendar: Calendar, rulebook: CompiledRulebook) -> dict[str, Any]:
    """JSON-ready; moments are ISO 8601 in the rulebook's zone."""
    local = rulebook.hours.local

    def shown(moment: datetime | None) -> str | None:
        return None if moment is None else local(moment).isoformat()

    return {
        "key": order.key,
        "duty": order.duty,
        "name": order.name,
        "owner": order.owner,
        "owner_name": order.owner_name,
        "start": {
            "moment": order.anchor,
            "at": shown(order.anchor_at),
            "source": order.anchor_source,
            "assumed": order.anchor_assumed,
        },
        "budget": order.within,
        "due": shown(order.due_at),
        "skipped": _skipped(order, calendar, rulebook),
        "moves": [{"from": shown(at), "reason": reason} for at, reason in order.moves],
        "extended_from": shown(order.extended_from),
        "suspended": order.suspended,
        "target": shown(order.target_at),
        "clause": order.clause,
        "phrase": order.phrase,
        "source": order.source,
        "presumed": order.presumed,
        "provisional": order.provisional,
        "bounds": bounds(order, rulebook),
        "day_ends": rulebook.hours.day_ends,
        "rulebook": {"id": rulebook.id, "version": rulebook.version, "hash": rulebook.hash},
        "calendar": calendar.version,
        "engine": ENGINE_VERSION,
    }


def _skipped(order: Order, calendar: Calendar, rulebook: CompiledRulebook) -> list[dict[str, str]]:
    if order.within is None:
        return []
    try:
        budget = parse_budget(order.within)
    except BudgetError:
        return []  # words without a number: nothing is counted
    end = deadline(order.anchor_at, budget, calendar, rulebook.hours)
    return [{"date": day.isoformat(), "reason": reason} for day, reason in end.skipped]
