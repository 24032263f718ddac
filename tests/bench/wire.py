"""A lean HTTP/1.1 client: the load generator shares two cores with what it measures, so it must cost next to nothing.

Speaks only what our services answer (Content-Length, keep-alive); one request at a time a connection, no pipelining.
"""

import asyncio
from collections.abc import Mapping
from typing import cast

import orjson

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"


def request(path: str, headers: Mapping[str, str], body: Mapping[str, object]) -> bytes:
    """A whole POST with a JSON body, ready to be written."""
    content = orjson.dumps(body)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    start = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{head}"
    return f"{start}Content-Length: {len(content)}\r\n\r\n".encode() + content


class Connection(asyncio.Protocol):
    """One connection. `send` raises ConnectionError when it breaks; a broken one is of no further use."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._needed = 0
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None

    @classmethod
    async def open(cls, port: int) -> "Connection":
        """Connect to a service on this machine."""
        _, protocol = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one without inheriting from it

    async def send(self, whole: bytes) -> tuple[int, bytes]:
        """Write a request and wait for its answer: status and body."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError("the connection is closed")
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(whole)
        return await self._waiting

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._needed:
            head = self._received.find(HEAD_END)
            if head < 0:
                return
            self._needed = head + len(HEAD_END) + _content_length(self._received[:head].lower())
        if len(self._received) < self._needed or self._waiting is None:
            return
        whole, self._received, self._needed = self._received[: self._needed], self._received[self._needed :], 0
        waiting, self._waiting = self._waiting, None
        if not waiting.done():
            waiting.set_result((int(whole[9:12]), whole[whole.find(HEAD_END) + len(HEAD_END) :]))

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionResetError(str(exc or "the service hung up")))


def _content_length(head: bytes) -> int:
    start = head.find(LENGTH)
    if start < 0:
        raise ValueError("an answer without Content-Length; this client reads no chunked bodies")
    return int(head[start + len(LENGTH) :].split(b"\r\n", 1)[0])
