"""What must hold before anything starts; each failure is one clear line in Chinese and one in English."""

import fcntl
import os
import socket
from pathlib import Path

from deploy.local.errors import SetupError
from deploy.local.ports import LOOPBACK, holder
from deploy.local.services import Service


def writable(var: Path) -> None:
    """Make `var` with its `log`. Raises SetupError when we cannot write there."""
    probe = var / f".probe.{os.getpid()}"
    try:
        (var / "log").mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise SetupError(
            f"无法写入 {var}（{error.strerror}）：请修改其权限，或用 --var 指定另一个目录。",
            f"cannot write to {var} ({error.strerror}): change its permissions, or name another folder with --var",
        ) from error


def lock(var: Path) -> None:
    """Hold `var` alone until this process ends, however it ends. Raises SetupError when another holds it."""
    descriptor = os.open(var / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        # A record lock is this process's own: forked services do not inherit it and cannot outlive it with it.
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        owner = os.read(descriptor, 32).decode(errors="replace").strip() or "?"
        os.close(descriptor)
        raise SetupError(
            f"{var} 已由另一个 make run（进程 {owner}）使用：请先停止它，或用 --var 和 --port-base 另起一套。",
            f"{var} is in use by another make run (pid {owner}): stop it, or give --var and --port-base to run beside",
        ) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())


def listening(services: tuple[Service, ...], port_base: int) -> dict[str, socket.socket]:
    """A listening socket for each service, by name. Raises SetupError naming each port that is taken, and by whom.

    The runner keeps them: a client that comes while a service is being started again waits instead of being refused.
    """
    sockets: dict[str, socket.socket] = {}
    taken: list[int] = []
    for service in services:
        port = port_base + service.offset
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((LOOPBACK, port))
            one.listen(2048)
        except OSError:
            one.close()
            taken.append(port)
        else:
            sockets[service.name] = one
    if taken:
        for one in sockets.values():
            one.close()
        who = ", ".join(f"{port} ({holder(port)})" for port in taken)
        raise SetupError(
            f"端口已被占用：{who}。请停止该程序，或用 --port-base 换一组端口。",
            f"ports taken: {who}: stop that program, or give other ports with --port-base",
        )
    return sockets
