"""Calling the running product over HTTP: patient with a service that is busy, plain about one that refuses."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import aiohttp
import orjson

Service = Literal["console", "intake", "grading", "tasks", "publishing"]

OFFSETS: Mapping[Service, int] = {"console": 0, "intake": 1, "grading": 2, "tasks": 3, "publishing": 4}
"""Ports above the base port, as the runner gives them."""

PATIENCE = 60.0
"""Seconds for which a call is repeated while its service cannot be reached or says 'later'."""
_LONGEST_WAIT = 5.0
_REACHED_WITHIN = 3.0
_TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=5)


class SampleError(Exception):
    """What keeps the sample or a file from being played; the message says what to do."""


class RefusedError(SampleError):
    """A service answered with a problem; `problem` is its document."""

    def __init__(self, status: int, problem: Mapping[str, Any], what: str) -> None:
        detail = problem.get("detail") or problem.get("title") or "no explanation"
        listed = "; ".join(str(error) for error in problem.get("errors", ()))
        super().__init__(f"{what}: {status} {detail}" + (f" ({listed})" if listed else ""))
        self.status = status
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Reply:
    """A good answer; header names are case-insensitive."""

    status: int
    headers: Mapping[str, str]
    data: Any


class Product:
    """The five services on 127.0.0.1 above `port_base`. Use as an async context manager."""

    def __init__(self, port_base: int, connections: int = 32) -> None:
        self._base = port_base
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Product":
        connector = aiohttp.TCPConnector(limit=self._connections)
        self._session = aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def reach(self) -> None:
        """Raise `SampleError` at once where no console answers, rather than after the patience of a call."""
        try:
            await self.call("console", "GET", "/healthz", patience=_REACHED_WITHIN)
        except SampleError as error:
            raise SampleError(f"{self.url('console')} does not answer. Start the product first: make run.") from error

    def url(self, service: Service, path: str = "") -> str:
        """The address of a route."""
        return f"http://127.0.0.1:{self._base + OFFSETS[service]}{path}"

    async def call(
        self,
        service: Service,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        patience: float = PATIENCE,
    ) -> Reply:
        """Call a route with a JSON body (or ready bytes), again while it is not reached or answers 503, 429, or a lock's 409.

        Raises `RefusedError` for any other problem, `SampleError` once `patience` seconds have passed.
        """
        content = body if isinstance(body, bytes) or body is None else orjson.dumps(body)
        sent = {"Content-Type": "application/json", **(headers or {})}
        what, deadline, pause = f"{method} {service}{path}", time.monotonic() + patience, 0.1
        while True:
            try:
                status, answered, text = await self._once(self.url(service, path), method, content, sent, params)
            except (aiohttp.ClientError, TimeoutError) as error:
                reason, wait = f"not reached ({type(error).__name__})", pause
            else:
                if status < 400:
                    return Reply(status, answered, orjson.loads(text) if text else None)
                problem = _problem(text)
                if not _later(status, answered):
                    raise RefusedError(status, problem, what)
                reason, wait = f"{status} {problem.get('detail', '')}", _seconds(answered, pause)
            if time.monotonic() + wait > deadline:
                raise SampleError(f"{what} gave no answer for {patience:.0f} s: {reason}. Is the product running?")
            await asyncio.sleep(wait)
            pause = min(pause * 2, _LONGEST_WAIT)

    async def _once(
        self, url: str, method: str, content: bytes | None, headers: Mapping[str, str], params: Mapping[str, str] | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        if self._session is None:
            raise SampleError("Product is used outside of its 'async with'.")
        async with self._session.request(method, url, data=content, headers=headers, params=params) as answer:
            return answer.status, answer.headers, await answer.read()


def _later(status: int, headers: Mapping[str, str]) -> bool:
    """Whether the same call may go through in a moment: a conflict over a lock says so by Retry-After."""
    return status in {429, 503} or (status == 409 and "Retry-After" in headers)


def _seconds(headers: Mapping[str, str], pause: float) -> float:
    given = headers.get("Retry-After", "")
    return float(given) if given.isdigit() else pause


def _problem(text: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = None
    return found if isinstance(found, dict) else {"detail": text[:200].decode(errors="replace")}
