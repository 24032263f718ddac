"""The product's folder on a disk that can be full: a tmpfs whose size is taken away and given back."""

import os
import shutil
import subprocess
from pathlib import Path

import psutil

from deploy.local.errors import StartError

_MB = 1024 * 1024
LARGEST = 6 * 1024 * _MB
SMALLEST = 1536 * _MB
"""PostgreSQL keeps up to 1 GB of write-ahead log by itself."""
LEFT = 256 * 1024
"""Bytes still free when the disk is 'full': the next growth of anything takes them."""


def why_not() -> str | None:
    """Why no disk can be made full here; None where one can."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return "mounting a tmpfs needs root and `mount`"
    if psutil.virtual_memory().available // 2 < SMALLEST:
        return f"a tmpfs of {SMALLEST // _MB} MB needs twice that of free memory"
    return None


class Disk:
    """A tmpfs at `place`: the database, the logs and the state files all stand on it, as on a machine with one disk."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.size = min(LARGEST, psutil.virtual_memory().available // 2)

    def mount(self) -> None:
        """Mount it, empty. Raises StartError where that is not allowed."""
        release(self.place)
        self.place.mkdir(parents=True, exist_ok=True)
        _run("mount", "-t", "tmpfs", "-o", f"size={self.size},mode=755", "huiying-chaos", self.place)

    def fill(self) -> None:
        """Leave no room: the size becomes what is used. Raises StartError."""
        for attempt in range(3):
            used = shutil.disk_usage(self.place).used
            try:
                self._resize(used + LEFT * (attempt + 1))
            except StartError:
                if attempt == 2:  # it grew faster than it could be measured
                    raise
            else:
                return

    def free(self) -> None:
        """Give the room back."""
        self._resize(self.size)

    def keep(self) -> None:
        """Leave its content in the folder when the mount is gone."""
        aside = self.place.with_name(f"{self.place.name}.kept")
        shutil.rmtree(aside, ignore_errors=True)
        _run("cp", "-a", self.place, aside)
        release(self.place)
        shutil.rmtree(self.place, ignore_errors=True)
        aside.rename(self.place)

    def _resize(self, size: int) -> None:
        _run("mount", "-o", f"remount,size={size}", self.place)


def release(place: Path) -> None:
    """Unmount what an earlier run left there."""
    while place.is_mount():
        _run("umount", "-l", place)


def _run(*command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StartError(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
