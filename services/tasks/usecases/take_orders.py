"""Grading's decisions become tasks and timers: the hot path of the service."""

from collections.abc import Sequence

from services.tasks.storage.orders import Decision, Orders, save_orders, take_decisions
from shared.clock import Clock
from shared.contracts.envelope import Event
from shared.db import Transaction
from shared.timers import drop_timers, set_timers

SCHEMA = "tasks"


class TakeOrders:
    """Handler of `procedure.advanced` and `routine.advanced`: three statements for a batch, however much it carries.

    The birth of a task is not told on: the order was grading's.
    """

    def __init__(self, office: Clock) -> None:
        self._office = office

    async def __call__(self, tx: Transaction, events: Sequence[Event[Decision]]) -> None:
        """Apply the decisions that are news; a repeated one changes nothing."""
        orders = Orders()
        for event in await take_decisions(tx, events):
            orders.add(event)
        await save_orders(tx, orders, self._office.now())
        await set_timers(tx, SCHEMA, orders.timers)
        await drop_timers(tx, SCHEMA, orders.ended)
