"""HTTP written by hand: what no decent client would send, and its answer."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType

TIMEOUT = 20.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A response; status 0: the connection was closed without one."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_problem(self) -> bool:
        """Whether it is a problem document."""
        return self.headers.get("content-type", "").startswith("application/problem+json")


NONE = Answer(0, {}, b"")


class Wire:
    """A connection that is opened again when the other side has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def __enter__(self) -> "Wire":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def send(self, parts: Iterable[bytes]) -> Answer:
        """Write the parts one by one, each in a packet of its own, and read one response."""
        try:
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self._port), TIMEOUT)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            answer, lasts = self._exchange(self._socket, parts)
        except (ConnectionError, TimeoutError):
            answer, lasts = NONE, False
        if not lasts:
            self.close()
        return answer

    def _exchange(self, connection: socket.socket, parts: Iterable[bytes]) -> tuple[Answer, bool]:
        for part in parts:
            try:
                connection.sendall(part)
            except (BrokenPipeError, ConnectionResetError):
                break  # refused before all was sent: the answer may be there already
        with connection.makefile("rb") as file:
            line = file.readline(65_536)
            if not line:
                return NONE, False
            headers = dict(_header(each) for each in iter(file.readline, b"\r\n") if each)
            length = int(headers.get("content-length", "0"))
            answer = Answer(int(line.split()[1]), headers, file.read(length))
        return answer, headers.get("connection", "") != "close"


def _header(line: bytes) -> tuple[str, str]:
    name, _, value = line.decode("latin-1").partition(":")
    return name.lower(), value.strip()


def request(method: bytes, path: bytes, headers: Iterable[tuple[bytes, bytes]], body: bytes = b"") -> bytes:
    """A request with its length told."""
    lines = [b"%b %b HTTP/1.1" % (method, path), b"Host: localhost"]
    lines += [b"%b: %b" % pair for pair in headers]
    if body or method in {b"POST", b"PUT", b"PATCH"}:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body
