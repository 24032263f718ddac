"""An honest portal: it sends each complaint under one Idempotency-Key until it is told 201, and remembers what it was told."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.bench.setup import Office
from tests.bench.texts import Texts

AGAIN = frozenset({429, 500, 502, 503, 504})
"""Answers after which the same request is sent again; 409 only with Retry-After."""
TOLD_AGAIN = 0.05
"""The share of complaints that tell an earlier one's words once more, under a key of its own: they join its incident."""
ASKED_TWICE = 0.05
"""The share of keys that are sent twice at once, and once more after the answer: all answers must be one."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a 201 said."""

    id: str
    receipt: str
    incident_id: str


@dataclass(slots=True)
class Portal:
    """Sends at a rate until stopped. `told` by key; `quarrels` are answers that contradict an earlier one or refuse for good.

    In seconds: `longest` until one complaint was acknowledged, `silence` between two acknowledgements of any.
    """

    url: str
    offices: Sequence[Office]
    rate: float
    seed: int
    told: dict[str, Told] = field(default_factory=dict)
    quarrels: list[str] = field(default_factory=list)
    retries: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    longest: float = 0.0
    silence: float = 0.0
    _heard_at: float = 0.0
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def waiting(self) -> int:
        """Complaints not yet acknowledged."""
        return self.sent - len(self.told)

    def stop(self) -> None:
        """Send no new complaints; those under way go on until they are told."""
        self._stopping.set()

    async def run(self) -> None:
        """Until stopped and everything is acknowledged."""
        chance, texts = random.Random(self.seed), Texts(self.seed)
        earlier: list[tuple[Office, dict[str, Any]]] = []
        limit = aiohttp.ClientTimeout(
            total=None, sock_connect=5, sock_read=10
        )  # waiting for a free connection is no fault
        self._heard_at = time.monotonic()
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=256), timeout=limit) as session,
            asyncio.TaskGroup() as group,
        ):
            while not self._stopping.is_set():
                office, body = chance.choice(self.offices), texts.one()
                if earlier and chance.random() < TOLD_AGAIN:
                    office, body = chance.choice(earlier)
                elif len(earlier) < 200:
                    earlier.append((office, body))
                key, twice = f"chaos-{self.seed}-{self.sent}", chance.random() < ASKED_TWICE
                self.sent += 1
                group.create_task(self._hand_in(session, office, key, body, twice))
                await asyncio.sleep(chance.expovariate(self.rate))

    async def _hand_in(
        self, session: aiohttp.ClientSession, office: Office, key: str, body: dict[str, Any], twice: bool
    ) -> None:
        headers = {"X-API-Key": office.api_key, "Idempotency-Key": key}
        asked = [self._until_told(session, headers, body) for _ in range(2 if twice else 1)]
        answers = list(await asyncio.gather(*asked))
        if twice:
            answers.append(await self._until_told(session, headers, body))
        heard = {answer for answer in answers if answer is not None}
        if len(heard) > 1:
            self.quarrels.append(f"{key}: one key, {len(heard)} different answers")
        for answer in heard:
            self.told[key] = answer

    def _heard(self, began: float) -> None:
        now = time.monotonic()
        self.longest, self.silence = max(self.longest, now - began), max(self.silence, now - self._heard_at)
        self._heard_at = now

    async def _until_told(
        self, session: aiohttp.ClientSession, headers: dict[str, str], body: dict[str, Any]
    ) -> Told | None:
        began, pause = time.monotonic(), 0.1
        while True:
            try:
                async with session.post(f"{self.url}/v1/complaints", json=body, headers=headers) as response:
                    if response.status == 201:
                        content = await response.json()
                        self._heard(began)
                        return Told(content["id"], content["receipt"], content["incident_id"])
                    why = str(response.status)
                    if response.status not in AGAIN and "Retry-After" not in response.headers:
                        self.quarrels.append(f"{headers['Idempotency-Key']}: {why} {(await response.text())[:200]}")
                        return None
            except (aiohttp.ClientError, TimeoutError) as error:
                why = type(error).__name__
            self.retries[why] += 1
            await asyncio.sleep(pause)
            pause = min(1.0, pause * 1.5)
