"""People at work meanwhile: grades approved, tasks claimed and handed in, so that decisions also travel back and on to publishing."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aiohttp

from tests.bench.product import Product
from tests.bench.setup import Office, SetupFailedError

PAUSE = 0.4
"""Seconds between two rounds of an office; in each at most a few things are done."""
AT_ONCE = 3


@dataclass(slots=True)
class Officials:
    """Works through lists until stopped. `approved` and `handed_in` are what a 200 confirmed: that must stand afterwards.

    A command whose answer was lost is not repeated under a key; it is found done, or not, at the next look.
    """

    product: Product
    offices: Sequence[Office]
    seed: int
    approved: set[UUID] = field(default_factory=set)
    handed_in: set[UUID] = field(default_factory=set)
    refusals: Counter[str] = field(default_factory=Counter)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """After the round under way."""
        self._stopping.set()

    async def run(self) -> None:
        """Until stopped."""
        limit = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=limit) as session, asyncio.TaskGroup() as group:
            for number, office in enumerate(self.offices):
                group.create_task(self._work(session, office, random.Random(self.seed + number)))

    async def _work(self, session: aiohttp.ClientSession, office: Office, chance: random.Random) -> None:
        while not self._stopping.is_set():
            try:
                header = await office.token(session, self.product)
                refused = self._refused()
                await self._approve(session, header)
                await self._hand_in(session, header, chance)
                if self._refused() > refused:
                    office.forget_token()  # by a clock that stepped it has ended
            except (aiohttp.ClientError, TimeoutError, SetupFailedError) as error:
                self.refusals[type(error).__name__] += 1
            await asyncio.sleep(PAUSE)

    def _refused(self) -> int:
        return sum(count for said, count in self.refusals.items() if said.endswith(" 401"))

    async def _approve(self, session: aiohttp.ClientSession, header: dict[str, str]) -> None:
        waiting = await self._get(session, header, "grading", "/v1/gradings?state=proposed&limit=50")
        for each in (waiting or [])[-AT_ONCE:]:
            path = f"/v1/gradings/{each['incident_id']}/approve"
            if each["proposal"] and await self._post(session, header, "grading", path, {"level": each["proposal"]}):
                self.approved.add(UUID(each["incident_id"]))

    async def _hand_in(self, session: aiohttp.ClientSession, header: dict[str, str], chance: random.Random) -> None:
        page = await self._get(session, header, "tasks", "/v1/tasks?state=open&limit=30")
        items = (page or {}).get("items", [])
        for item in chance.sample(items, min(AT_ONCE, len(items))):
            task = await self._get(session, header, "tasks", f"/v1/tasks/{item['id']}")
            if task is None or task["desk"] != "tasks":
                continue
            claimed = await self._post(session, header, "tasks", f"/v1/tasks/{item['id']}/claim", {})
            content = {"hand_in": dict.fromkeys(task["hand_in"], "见附件一")}
            if claimed and await self._post(session, header, "tasks", f"/v1/tasks/{item['id']}/complete", content):
                self.handed_in.add(UUID(item["id"]))

    async def _get(self, session: aiohttp.ClientSession, header: dict[str, str], service: str, path: str) -> Any:
        async with session.get(self.product.url(service) + path, headers=header) as response:
            if response.status == 200:
                return await response.json()
            self.refusals[f"{service} {response.status}"] += 1
            return None

    async def _post(
        self, session: aiohttp.ClientSession, header: dict[str, str], service: str, path: str, body: dict[str, Any]
    ) -> bool:
        async with session.post(self.product.url(service) + path, json=body, headers=header) as response:
            if response.status != 200:
                self.refusals[f"{service} {response.status}"] += 1
            return response.status == 200
