"""From when on an order counts as late."""

from datetime import datetime

from services.grading.rulebook.engine.orders import Order


def late_from(order: Order) -> datetime | None:
    """The moment after which an order counts as late: when it is due.

    What is owed 'at once' is due the moment it is ordered, and nobody can be late by reading of it: it counts as late from the
    operator's first step of escalation on.
    """
    if order.within == "at once" and order.escalate:
        return min(at for at, _ in order.escalate)
    return order.due_at
