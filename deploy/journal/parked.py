"""Parked events of the running services, over the routes that they have for it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from deploy.installation import Installation, OperatorError
from shared.auth import ServiceTokens
from shared.clock import SystemClock

_SPEAKER = "console"
"""In whose name an operator speaks; the routes ask only that it is one of the house."""


@dataclass(frozen=True, slots=True)
class Parked:
    """One event that a service could not take."""

    service: str
    subject: str
    producer: str
    type: str
    since: str
    error: str


class Services:
    """The services of an installation, as an operator may call them."""

    def __init__(self, installed: Installation, http: aiohttp.ClientSession) -> None:
        self.names = tuple(installed.services)
        self._urls = installed.services
        self._http = http
        self._tokens = ServiceTokens(installed.secrets.service_signing(_SPEAKER), _SPEAKER, SystemClock())

    async def parked(self, service: str) -> list[Parked]:
        """What a service has set aside, oldest first, at most 500. Raises OperatorError where it does not answer."""
        status, rows = await self._call("GET", service, "/internal/parked")
        if status != 200:
            raise OperatorError(f"{service} cannot say what is parked: {rows.get('detail') or rows}")
        return [
            Parked(service, row["subject"], row["producer"], row["type"], row["parked_at"], row["error"])
            for row in rows
        ]

    async def replay(self, service: str, subject: str) -> tuple[int, str | None]:
        """Apply a subject's parked events in order: how many were taken, and why not the next one, if not all were."""
        status, said = await self._call("POST", service, f"/internal/parked/{subject}/replay")
        if status == 200:
            return int(said["replayed"]), None
        return 0, str(said.get("detail") or said)

    async def _call(self, method: str, service: str, path: str) -> tuple[int, Any]:
        headers = self._tokens.header(service)
        try:
            async with self._http.request(method, f"{self._urls[service]}{path}", headers=headers) as answer:
                if answer.status in {200, 409} or answer.status >= 500:
                    return answer.status, await answer.json(content_type=None)
                raise OperatorError(f"{service} answered {answer.status} to {method} {path}")
        except (aiohttp.ClientError, TimeoutError) as error:
            # Never the error itself: it quotes the request with its token.
            raise OperatorError(f"{service} at {self._urls[service]} does not answer: {type(error).__name__}") from None


@asynccontextmanager
async def services(installed: Installation) -> AsyncIterator[Services]:
    """The services, for as long as the block lasts."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60, connect=2)) as http:
        yield Services(installed, http)


async def all_parked(calls: Services, only: Sequence[str]) -> list[Parked]:
    """Of these services, or of all."""
    return [each for name in only or calls.names for each in await calls.parked(name)]
