"""Become another program, unprivileged if asked, that dies with its parent.

Run as a script: `python -IS launch.py PARENT_PID DEATH_SIGNAL UID:GID|- PROGRAM ARGUMENTS…`. A separate program and
not a `preexec_fn`, because forking Python code out of a process with threads is unsafe and warned about.
The order matters: the kernel forgets the death signal on a change of user, and keeps it over exec.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
SCRIPT = str(Path(__file__).resolve())


def die_with_parent(parent: int, death_signal: int) -> None:
    """Ask the kernel to send `death_signal` to this process when the thread that started it ends.

    Raises SystemExit when `parent` had already gone before the kernel was asked.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal) != 0:
        raise SystemExit(f"prctl(PR_SET_PDEATHSIG) refused: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:
        raise SystemExit(f"the parent {parent} ended before its child was ready")


def drop_to(user_and_group: str) -> None:
    """Give up root for `UID:GID`; `-` stays as it is."""
    if user_and_group == "-":
        return
    uid, gid = (int(part) for part in user_and_group.split(":"))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def main(arguments: list[str]) -> None:
    parent, death_signal, user_and_group, *command = arguments
    # A runner that ignores or blocks signals must not hand that on to PostgreSQL.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    drop_to(user_and_group)
    die_with_parent(int(parent), int(death_signal))
    os.execv(command[0], command)  # noqa: S606 - the whole point: no shell, same pid


if __name__ == "__main__":
    main(sys.argv[1:])
