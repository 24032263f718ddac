"""The proxies of all services, in a thread with an event loop of its own: the load must not slow what it is carried by."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

import uvloop

from deploy.local.ports import free_port
from tests.chaos.proxy import Mode, Proxy

T = TypeVar("T")


class Wires:
    """One proxy a service, all to the port that `upstream()` answers. To be started before the product."""

    def __init__(self, services: Sequence[str], upstream: Callable[[], int]) -> None:
        self._proxies: dict[str, Proxy] = {}
        for service in services:
            port = free_port()
            while port in self.ports.values():
                port = free_port()
            self._proxies[service] = Proxy(port, upstream)
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="wires", daemon=True)

    @property
    def ports(self) -> dict[str, int]:
        """By service, where its database seems to be."""
        return {service: proxy.port for service, proxy in self._proxies.items()}

    def start(self) -> None:
        """Listen on all."""
        self._thread.start()
        for proxy in self._proxies.values():
            self._there(proxy.start()).result(10)

    def stop(self) -> None:
        """End all, and the thread."""
        for proxy in self._proxies.values():
            self._there(proxy.close()).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def cut(self, service: str, mode: Mode) -> None:
        """Reset its connections; new ones are refused or swallowed until `mend`."""
        await self._await(self._proxies[service].cut(mode))

    async def delay(self, service: str, seconds: float) -> None:
        """Everything takes so much longer, each way, until `mend`."""
        await self._await(_do(lambda: setattr(self._proxies[service], "delay", seconds)))

    async def silence(self, service: str) -> None:
        """Leave its connections half-open until `mend`."""
        await self._await(_do(self._proxies[service].silence))

    async def mend(self, service: str) -> None:
        """Carry again."""
        await self._await(self._proxies[service].mend())

    def _there(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _await(self, work: Coroutine[Any, Any, T]) -> T:
        return await asyncio.wrap_future(self._there(work))


async def _do(change: Callable[[], None]) -> None:
    change()
