"""The wall clock of all the product's processes, PostgreSQL and broker among them, on a string: `step_clock.c`, preloaded."""

import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from deploy.local.errors import StartError

SOURCE = Path(__file__).with_name("step_clock.c")
FELT_WITHIN = 2.0
"""Seconds in which everybody looks at the clock and notices a step."""


def why_not() -> str | None:
    """Why the wall clock cannot step here; None where it can."""
    if not sys.platform.startswith("linux"):
        return "preloading is done on Linux only"
    return None if _compiler() else "there is no C compiler (apt-get install gcc libc6-dev)"


class WallClock:
    """An offset in a small shared file that every process maps. The monotonic clock stays true. Raises StartError."""

    def __init__(self) -> None:
        # Not in the product's folder: PostgreSQL's user must be able to read it, and it must not be lost to a full disk.
        self._folder = Path(tempfile.mkdtemp(prefix="huiying-clock-"))
        self._folder.chmod(0o755)
        self._file, self._library = self._folder / "offset", self._folder / "step_clock.so"
        self._file.write_bytes(struct.pack("=q", 0))
        command = [_compiler() or "cc", "-shared", "-fPIC", "-O2", "-o", str(self._library), str(SOURCE), "-ldl"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise StartError(f"{' '.join(command)}: {done.stderr.strip()}")
        self._library.chmod(0o755)

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process and its children must be started with."""
        return {"LD_PRELOAD": str(self._library), "HUIYING_STEP_CLOCK": str(self._file)}

    def step(self, offset: timedelta) -> None:
        """Let it differ from the true time by so much, at once and for everybody."""
        with self._file.open("r+b", buffering=0) as file:
            file.write(struct.pack("=q", int(offset.total_seconds())))

    def remove(self) -> None:
        """Remove the file; nobody may be started with it any more."""
        shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def surroundings(more: Mapping[str, str]) -> Iterator[None]:
    """The environment with these for the time of a block: what is started in it inherits them."""
    before = {name: os.environ.get(name) for name in more}
    os.environ.update(more)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _compiler() -> str | None:
    return shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
