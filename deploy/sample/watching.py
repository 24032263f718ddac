"""What the lines that were sent have become: new incidents, their tasks and deadlines, once they are there."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.sample.people import People

PATIENCE = 120.0
"""Seconds without any further incident getting its tasks after which waiting ends."""
_PAGE = 200
_AT_ONCE = 8


@dataclass(slots=True)
class Followed:
    """Counts over the new incidents; `without` are those whose tasks had not come."""

    incidents: int = 0
    tasks: int = 0
    deadlines: int = 0
    without: int = 0


class Watch:
    """Looks as one member of staff."""

    def __init__(self, people: People, login: str) -> None:
        self._people = people
        self._login = login

    async def newest(self) -> str | None:
        """The newest incident there is."""
        found = await self._people.call(self._login, "intake", "GET", "/v1/incidents", params={"limit": "1"})
        return found.data[0]["incident_id"] if found.data else None

    async def opened_after(self, marker: str | None) -> list[str]:
        """The incidents opened after `marker`, newest first: ids sort by time."""
        found: list[str] = []
        params = {"limit": str(_PAGE)}
        while True:
            page = (await self._people.call(self._login, "intake", "GET", "/v1/incidents", params=params)).data
            fresh = [line["incident_id"] for line in page if marker is None or line["incident_id"] > marker]
            found += fresh
            if len(fresh) < _PAGE:
                return found
            params = {"limit": str(_PAGE), "after": fresh[-1]}

    async def follow(self, incidents: Sequence[str], advance: Callable[[int], None]) -> Followed:
        """Wait until each has its tasks, and count them; `advance` is told of each."""
        followed = Followed(incidents=len(incidents))
        waiting = list(incidents)
        moved = time.monotonic()
        while waiting and time.monotonic() - moved < PATIENCE:
            gate = asyncio.Semaphore(_AT_ONCE)
            there = await asyncio.gather(*(self._count(incident, followed, gate, advance) for incident in waiting))
            if any(there):
                moved = time.monotonic()
            waiting = [incident for incident, found in zip(waiting, there, strict=True) if not found]
            await asyncio.sleep(0.2 if waiting else 0)
        followed.without = len(waiting)
        return followed

    async def _count(
        self, incident: str, followed: Followed, gate: asyncio.Semaphore, advance: Callable[[int], None]
    ) -> bool:
        async with gate:
            params = {"incident_id": incident, "limit": str(_PAGE)}
            found = (await self._people.call(self._login, "tasks", "GET", "/v1/tasks", params=params)).data["items"]
        if not found:
            return False
        followed.tasks += len(found)
        followed.deadlines += sum(1 for task in found if task["due_at"] is not None)
        advance(1)
        return True
