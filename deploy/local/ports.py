"""Ports on 127.0.0.1: finding a free one, remembering it, naming who holds one."""

import errno
import random
import socket
from pathlib import Path

import psutil

LOOPBACK = "127.0.0.1"
# Below the kernel's range for outgoing connections (32768 and up): a client that retries a dead port inside that range
# can connect to itself, and any outgoing connection could take the port while its server restarts.
RANGE = range(20000, 32000)


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
        return True


def free_port() -> int:
    """A port nobody listens on, from a range no outgoing connection is given."""
    for port in random.sample(RANGE, 200):
        if is_free(port):
            return port
    raise RuntimeError(f"no free port among 200 tried in {RANGE.start}-{RANGE.stop - 1} on {LOOPBACK}")


def listen_anywhere() -> socket.socket:
    """A socket listening on a free port."""
    while True:
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((LOOPBACK, free_port()))
            one.listen(2048)
        except OSError as error:
            one.close()
            if error.errno != errno.EADDRINUSE:
                raise
        else:
            return one


def free_run(length: int) -> int:
    """The first of so many free ports in a row, for a product that counts from its base."""
    while True:
        first = free_port()
        if all(map(is_free, range(first, first + length))):
            return first


def remembered_port(file: Path) -> int:
    """The port written in `file` if it is still free, else a free one, written there for the next start."""
    try:
        port = int(file.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        port = 0
    if port and is_free(port):
        return port
    port = free_port()
    file.write_text(f"{port}\n", encoding="ascii")
    return port


def answers(port: int, timeout: float = 0.2) -> bool:
    """Whether something accepts a connection on the port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=timeout):
            return True
    except OSError:
        return False


def holder(port: int) -> str:
    """Who listens on the port, as `name (pid 1234)`, as far as this user may see."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return "another program"
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
            try:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
            except psutil.NoSuchProcess:
                break
    return "another program"
