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

    def look() -> dict[str, dict[str, Any]] | None:
        found = board(member, incident)
        return found if found.keys() >= set(keys) else None

    found: dict[str, dict[str, Any]] = eventually(look, f"the tasks {', '.join(keys)} are on the board")
    return found


def seconds_between(earlier: str, later: str) -> float:
    """Seconds from one ISO 8601 moment to another."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
