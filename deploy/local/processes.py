"""Starting programs that die with their parent, and ending them in the order of politeness."""

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from deploy.local.launch import SCRIPT


@dataclass(frozen=True, slots=True)
class User:
    """An existing system user to run a program as."""

    name: str
    uid: int
    gid: int

    def __str__(self) -> str:
        return f"{self.uid}:{self.gid}"


def unprivileged_user() -> User | None:
    """Whom to become when started by root: `postgres` where it exists, else `nobody`; None when not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return User(entry.pw_name, entry.pw_uid, entry.pw_gid)
    return User("nobody", 65534, 65534)


def launch(
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path | None = None,
    user: User | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, output appended to `log`.

    It receives `death_signal` when the calling *thread* ends, so call this from a thread that lives as long as the
    program should (the main thread). Its pid is the program's own.
    """
    with open_log(log) as out:
        return subprocess.Popen(
            [
                sys.executable,
                "-IS",
                SCRIPT,
                str(os.getpid()),
                str(int(death_signal)),
                str(user or "-"),
                *map(str, command),
            ],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            start_new_session=True,  # Ctrl-C reaches the runner only, which then stops the others in order
        )


def open_log(path: Path) -> IO[bytes]:
    """Open a log for appending, the previous one set aside as `.1` once it has passed 20 MB."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > 20_000_000:
        path.replace(path.with_name(path.name + ".1"))
    return path.open("ab", buffering=0)


def end(process: psutil.Process, steps: Sequence[tuple[signal.Signals, float]]) -> signal.Signals | None:
    """Send the signals one after the other, each with its seconds of patience, until the process has ended.

    Works on children and strangers alike. Returns the signal that did it, None when it had ended before.
    Raises TimeoutError when not even the last one did.
    """
    for number, patience in steps:
        try:
            process.send_signal(number)
            process.wait(patience)
        except psutil.NoSuchProcess:
            return None
        except psutil.TimeoutExpired:
            continue
        return number
    raise TimeoutError(f"process {process.pid} did not end on {', '.join(number.name for number, _ in steps)}")


def tail(log: Path, lines: int = 3) -> str:
    """The last lines of a log, joined into one, for an error that says why a program did not start."""
    if not log.exists():
        return "(nothing logged)"
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4096))
        text = file.read().decode(errors="replace").strip().splitlines()
    return " | ".join(text[-lines:]) or "(nothing logged)"
