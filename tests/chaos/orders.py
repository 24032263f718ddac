"""What grading has ordered, read from its journal: the account that tasks, clocks and publishing are held against."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.bench.stillness import Connection


@dataclass(slots=True)
class Order:
    """One assignment as its last decision left it. `escalate` are moments; `state` is owed, withdrawn or discharged.

    `dues` are all due moments it ever had: each may have been overrun once.
    """

    incident_id: UUID
    desk: str
    state: str = "owed"
    holder: str | None = None
    due_at: datetime | None = None
    remind_at: list[datetime] = field(default_factory=list)
    escalate: list[datetime] = field(default_factory=list)
    dues: set[datetime] = field(default_factory=set)


@dataclass(slots=True)
class Orders:
    """All assignments by id; `decisions` are the versions that were told of each incident, in order."""

    all: dict[UUID, Order] = field(default_factory=dict)
    decisions: dict[UUID, list[int]] = field(default_factory=lambda: defaultdict(list))

    def at(self, desk: str) -> list[UUID]:
        """Those of one desk."""
        return [order_id for order_id, order in self.all.items() if order.desk == desk]

    def take(self, incident_id: UUID, decision: Mapping[str, Any]) -> None:
        """Apply one `procedure.advanced`, or one `routine.advanced` of a series."""
        self.decisions[incident_id].append(decision["version"])
        for given in decision.get("assignments", []):
            order = self.all.setdefault(UUID(given["id"]), Order(incident_id, given["desk"]))
            order.desk, order.state = given["desk"], "owed"
        for deadline in decision.get("deadlines", []):
            order = self.all[UUID(deadline["assignment_id"])]
            order.holder, order.due_at = deadline["holder"], datetime.fromisoformat(deadline["due_at"])
            order.dues.add(order.due_at)
            order.remind_at = [datetime.fromisoformat(at) for at in deadline.get("remind_at", [])]
            order.escalate = [datetime.fromisoformat(at) for at, _ in deadline.get("escalate", [])]
        for state in ("withdrawn", "discharged"):
            for ended in decision.get(state, []):
                self.all[UUID(ended["assignment_id"])].state = state


async def read_orders(connection: Connection) -> Orders:
    """All of them."""
    orders = Orders()
    rows = await connection.fetch(
        "SELECT subject, data FROM grading.journal WHERE type IN ('procedure.advanced.v1', 'routine.advanced.v1') "
        "ORDER BY subject, position"
    )
    for row in rows:
        orders.take(row["subject"], json.loads(row["data"]))
    return orders
