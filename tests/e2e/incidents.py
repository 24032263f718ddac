"""Looking at one incident through several services."""

from datetime import datetime
from typing import Any

from tests.e2e.caller import Member, eventually


def orders(member: Member, incident: str) -> dict[str, dict[str, Any]]:
    """Every order in force, by key."""
    listed = member.get("grading", f"/v1/incidents/{incident}/deadlines")["deadlines"]
    return {order["key"]: order for order in listed}


def board(member: Member, incident: str) -> dict[str, dict[str, Any]]:
    """Every task of the incident, by key."""
    listed = member.get("tasks", "/v1/tasks", incident_id=incident, limit="200")["items"]
    return {task["key"]: task for task in listed}


def on_board(member: Member, incident: str, *keys: str) -> dict[str, dict[str, Any]]:
    """The tasks, once all of `keys` are among them."""

    seen: dict[str, dict[str, Any]] = {}

    def look() -> bool:
        seen.update(board(member, incident))
        return seen.keys() >= set(keys)

    eventually(look, lambda: f"the tasks {', '.join(keys)} are on the board; there are: {', '.join(sorted(seen))}")
    return seen


def seconds_between(earlier: str, later: str) -> float:
    """Seconds from one ISO 8601 moment to another."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
