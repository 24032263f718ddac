"""Forked children of the runner: services and short jobs, copies of one process that has imported everything.

The runner never starts a thread or an event loop, so that a copy of it is always clean.
"""

import gc
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import psutil
from fastapi import FastAPI

from deploy.local.errors import StartError
from deploy.local.graceful import Graceful
from deploy.local.launch import die_with_parent
from deploy.local.processes import end, open_log, tail

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def fork(work: Callable[[], object], log: Path | None) -> int:
    """Run `work` in a child that dies with this process, its output appended to `log` (None: our own); the pid."""
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    # Blocked, so that a Ctrl-C between fork and the child's own handlers is not answered by our handler twice.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    pid = os.fork()
    if pid == 0:
        _become(work, parent, log)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return pid


def _become(work: Callable[[], object], parent: int, log: Path | None) -> NoReturn:
    status = 1
    try:
        os.setsid()  # Ctrl-C is for the runner alone
        for number in (*STOPPING, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # it means something to the runner alone
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        die_with_parent(parent, signal.SIGKILL)
        if log is not None:
            with open_log(log) as out:
                os.dup2(out.fileno(), 1)
                os.dup2(out.fileno(), 2)
        outcome = work()
        status = outcome if isinstance(outcome, int) else 0
    except SystemExit as request:
        status = request.code if isinstance(request.code, int) else 1
    except BaseException:  # noqa: BLE001 - the last frame of a process: all that is left is to say what happened
        traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


@dataclass(slots=True)
class Child:
    """A forked child by its pid."""

    name: str
    pid: int
    status: int | None = None

    def poll(self) -> int | None:
        """Its exit status (negative: the signal that ended it), None while it runs."""
        if self.status is None:
            pid, raw = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(raw)
        return self.status

    def wait(self) -> int:
        """Block until it ends; its exit status."""
        if self.status is None:
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status

    def ask_to_stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send the signal (SIGINT: without the drain time), and no waiting."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def force(self, patience: float) -> None:
        """Wait `patience` seconds for it to end, then kill it."""
        if self.poll() is not None:
            return
        process = psutil.Process(self.pid)
        try:
            process.wait(patience)
        except psutil.TimeoutExpired:
            end(process, ((signal.SIGKILL, 3.0),))
        self.status = -signal.SIGKILL  # psutil has reaped it


def run_job(name: str, work: Callable[[], object], log: Path) -> None:
    """Run something short in a child and wait for it: what it imports, opens and starts is gone with it.

    Raises StartError with the end of its log when it fails.
    """
    status = Child(name, fork(work, log)).wait()
    if status != 0:
        raise StartError(f"{name} ended with status {status}, see {log}: {tail(log)}")


def serve(
    create_app: Callable[[], FastAPI],
    listening: Sequence[socket.socket],
    others: Sequence[socket.socket],
    environment: dict[str, str],
) -> None:
    """Be a service: uvicorn on sockets that listen already, until SIGTERM.

    The factory is called here and not by uvicorn, which keeps the traceback of a TypeError to itself.
    """
    for other in others:
        other.close()
    os.environ.update(environment)
    app = create_app()
    gc.collect()
    gc.freeze()  # a full collection over all that an app is made of takes 15 to 25 ms, in which no request is answered
    server = Graceful(app)
    with suppress(KeyboardInterrupt):  # raised again by the server once it has ended in good order
        server.run(sockets=list(listening))
    if not server.started:
        raise SystemExit(3)
