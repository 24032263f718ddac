"""A TCP proxy between one service and its database that can be cut, slowed and struck dumb; knows nothing of what it carries."""

import asyncio
import contextlib
import enum
import socket
import struct
from collections import deque
from collections.abc import Callable
from typing import cast

from deploy.local.ports import LOOPBACK

_RESET = struct.pack("ii", 1, 0)
_HIGH_WATER = 256 * 1024


class Mode(enum.Enum):
    """What a proxy does: carry; refuse connections; accept them and never answer."""

    OPEN = "open"
    REFUSE = "refuse"
    SWALLOW = "swallow"


class Proxy:
    """Listens on `port` of the loopback and carries to whatever port `upstream()` says at the moment of connecting.

    All calls belong to the event loop it was started in. `delay` is seconds each way, order kept.
    """

    def __init__(self, port: int, upstream: Callable[[], int]) -> None:
        self.port = port
        self.delay = 0.0
        self.mode = Mode.OPEN
        self.links: set[Link] = set()
        self._upstream = upstream
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Link(self).client, LOOPBACK, self.port)

    async def cut(self, mode: Mode) -> None:
        """Reset what is connected; from now on connections are refused, or accepted and never answered."""
        self.mode = mode
        if mode is Mode.REFUSE and self._server is not None:
            self._server.close()
            self._server = None
        self._reset()

    def silence(self) -> None:
        """Half-open: what is connected stays so on both ends and carries nothing; new connections are carried."""
        for link in self.links:
            link.silent = True

    async def mend(self) -> None:
        """Carry again, without delay. What was silent or swallowed is reset: the way has forgotten it."""
        self.mode, self.delay = Mode.OPEN, 0.0
        for link in [link for link in self.links if link.silent or link.swallowed]:
            link.reset()
        if self._server is None:
            await self.start()

    async def close(self) -> None:
        """End everything."""
        if self._server is not None:
            self._server.close()
        self._reset()

    def _reset(self) -> None:
        for link in list(self.links):
            link.reset()

    async def connect(self, link: "Link") -> None:
        """Join a client's connection to the database, or drop it where that is not there."""
        try:
            await asyncio.get_running_loop().create_connection(lambda: link.server, LOOPBACK, self._upstream())
        except OSError:
            link.reset()


class Link:
    """One connection: the client's end, the server's end, and how it fares."""

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.client, self.server = End(self), End(self)
        self.silent = False
        self.swallowed = False
        self._joining: asyncio.Task[None] | None = None

    def joined(self, end: "End") -> None:
        """One end has come up."""
        if end is self.client:
            self.proxy.links.add(self)
            self.swallowed = self.proxy.mode is Mode.SWALLOW
            if not self.swallowed:
                self._joining = asyncio.get_running_loop().create_task(self.proxy.connect(self))
        elif self.client.gone:
            self.reset()
        else:
            self.server.flush()

    def other(self, end: "End") -> "End":
        """The end across."""
        return self.server if end is self.client else self.client

    def ended(self, end: "End") -> None:
        """One end closed: the other is told, unless the way carries nothing."""
        if self.silent and not self.other(end).gone:
            return
        self.other(end).finish()
        if self.other(end).gone or self.other(end).transport is None:
            self.proxy.links.discard(self)

    def reset(self) -> None:
        """Both ends at once, as a router that has lost its table would."""
        self.proxy.links.discard(self)
        for end in (self.client, self.server):
            end.reset()


class End(asyncio.Protocol):
    """One end of a link: takes bytes in, hands them across when their time has come."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.transport: asyncio.Transport | None = None
        self.gone = False
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._finishing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=_HIGH_WATER)
        self.link.joined(self)

    def data_received(self, data: bytes) -> None:
        """See asyncio: across, now or later; or into the void."""
        if not (self.link.silent or self.link.swallowed):
            self.link.other(self).take(data, self.link.proxy.delay)

    def take(self, data: bytes, delay: float) -> None:
        """Write this end `delay` seconds from now, never before what was taken earlier."""
        loop = asyncio.get_running_loop()
        if not delay and not self._waiting and self.transport is not None:
            self.transport.write(data)
            return
        due = max(loop.time() + delay, self._waiting[-1][0] if self._waiting else 0.0)
        self._waiting.append((due, data))
        loop.call_at(due + 0.001, self.flush)

    def flush(self) -> None:
        """Write what is due."""
        now = asyncio.get_running_loop().time()
        while self._waiting and self.transport is not None and not self.gone and self._waiting[0][0] <= now:
            data = self._waiting.popleft()[1]
            if not self.link.silent:
                self.transport.write(data)
        if self._finishing and not self._waiting:
            self.finish()

    def finish(self) -> None:
        """Close once everything is written."""
        self._finishing = True
        if self.transport is not None and not self._waiting:
            self.transport.close()

    def reset(self) -> None:
        """Send a reset rather than an end."""
        if self.transport is None or self.gone:
            return
        found = self.transport.get_extra_info("socket")
        with contextlib.suppress(OSError):
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()

    def pause_writing(self) -> None:
        """See asyncio: the other end reads no more until this one has room."""
        across = self.link.other(self).transport
        if across is not None and not across.is_closing():
            across.pause_reading()

    def resume_writing(self) -> None:
        """See asyncio."""
        across = self.link.other(self).transport
        if across is not None and not across.is_closing():
            across.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        self.gone = True
        self.link.ended(self)
