"""Making a PostgreSQL cluster, whole or not at all."""

import os
import shutil
import subprocess
from pathlib import Path

from deploy.local.errors import StartError
from deploy.local.processes import User

DATABASE = "huiying"
"""The product's one database."""

INITDB = (
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
    "--auth=scram-sha-256",
    "--username=postgres",
    "--pwfile=/dev/stdin",
    "--no-instructions",
)


def initialise(data: Path, programs: Path, user: User | None, password: str, *, durable: bool) -> None:
    """Make the cluster with its one database in `data`, owned by `user`, by renaming a finished one into place.

    Raises StartError with the program's own words. An earlier attempt that was killed half way is thrown away.
    """
    fresh = data.with_name("data.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if user is not None:
        os.chown(fresh, user.uid, user.gid)
    place = str(fresh) if user is None else "/proc/self/cwd"
    sync = [] if durable else ["--no-sync"]
    _run([programs / "initdb", "-D", place, *INITDB, *sync], fresh, user, password)
    _run([programs / "postgres", "--single", "-D", place, "template1"], fresh, user, f'CREATE DATABASE "{DATABASE}"')
    fresh.rename(data)


def _run(command: list[Path | str], cwd: Path, user: User | None, text: str) -> None:
    # A file without a name: the password touches no disk, and the unprivileged user may open it as /dev/stdin,
    # which it could not do with a pipe of root's.
    descriptor = os.memfd_create("input")
    try:
        os.write(descriptor, f"{text}\n".encode())
        os.lseek(descriptor, 0, os.SEEK_SET)
        done = subprocess.run(
            command,
            stdin=descriptor,
            cwd=cwd,
            user=None if user is None else user.uid,
            group=None if user is None else user.gid,
            extra_groups=None if user is None else [],
            capture_output=True,
            check=False,
        )
    finally:
        os.close(descriptor)
    if done.returncode != 0:
        output = (done.stdout + done.stderr).decode(errors="replace").strip()
        raise StartError(f"{Path(command[0]).name} ended with status {done.returncode}: {output}")
