"""Programs that no wheel carries: on PATH, or unpacked and built under var/tools by the scripts in deploy/local."""

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "var" / "tools"


def libraries(program: Path) -> dict[str, str]:
    """The environment in which an unpacked program finds its libraries; an installed one needs nothing."""
    found = sorted(map(str, TOOLS.glob("debian/usr/lib/*-linux-gnu")))
    return {"LD_LIBRARY_PATH": ":".join(found)} if program.is_relative_to(TOOLS) else {}


def program(name: str, how: str) -> Path:
    """The program; skips the test where it is not to be had, saying how to get it."""
    places = [*os.get_exec_path(), "/usr/sbin", TOOLS / "bin", TOOLS / "debian/usr/bin", TOOLS / "debian/usr/sbin"]
    found = shutil.which(name, path=os.pathsep.join(map(str, places)))
    if found is None:
        pytest.skip(f"no {name} here; to have it: {how}")
    return Path(found)
