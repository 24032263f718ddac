"""What tasks hears, and what it does with it."""

from services.tasks.usecases.take_orders import TakeOrders
from shared.clock import Clock
from shared.contracts.grading import ProcedureAdvanced
from shared.journal import Subscriptions, on


def subscriptions(office: Clock) -> Subscriptions:
    """Every producer that tasks listens to."""
    return {"grading": [on(ProcedureAdvanced, TakeOrders(office))]}
