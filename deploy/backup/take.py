"""Taking a base: pg_basebackup of the running server, into a place of its own that is whole or not there."""

import asyncio
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg

from deploy.backup.store import ABOUT, UNFINISHED, Base, Store
from deploy.installation import OperatorError
from deploy.local.binaries import postgres_programs
from deploy.local.passwords import write_private

Tell = Callable[[int, int], None]
"""Told how far it is: kilobytes done, kilobytes in all."""
_STEP = re.compile(rb"\s*(\d+)/(\d+) kB")


def take(database_url: str, store: Store, tell: Tell) -> Base:
    """Copy the database while it runs; the copy carries the log it needs to be consistent.

    Raises OperatorError, with the program's own words, and leaves nothing behind where it fails.
    """
    begun = datetime.now(UTC).replace(microsecond=0)
    place = store.place(begun)
    if place.exists():
        raise OperatorError(f"{place} is there already: one base a second")
    fresh = place.with_name(place.name + UNFINISHED)
    fresh.mkdir(parents=True, mode=0o700)
    try:
        _copy(database_url, fresh, tell)
        verify(fresh)
        # The server's clock says which moments the copy can go on from.
        system, ended = asyncio.run(_state(database_url))
        about = {"begun": begun.isoformat(), "ended": ended.isoformat(), "system": system}
        write_private(fresh / ABOUT, json.dumps(about, indent=2) + "\n")
        fresh.rename(place)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    _sync(place.parent)
    return Base(place, begun, ended, system)


def _copy(database_url: str, into: Path, tell: Tell) -> None:
    url = urlsplit(database_url)
    command = [
        str(postgres_programs(None) / "pg_basebackup"),
        f"--pgdata={into}",
        "--format=tar",
        "--gzip",
        "--wal-method=stream",
        "--checkpoint=fast",
        "--manifest-checksums=SHA256",
        "--progress",
        "--no-password",
        f"--host={url.hostname}",
        f"--port={url.port}",
        f"--username={unquote(url.username or '')}",
    ]
    environment = os.environ | {"PGPASSWORD": unquote(url.password or "")}
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment) as process:
        assert process.stderr is not None
        said = b""
        while piece := os.read(process.stderr.fileno(), 4096):
            said = (said + piece)[-4096:]
            if steps := _STEP.findall(piece):
                tell(int(steps[-1][0]), int(steps[-1][1]))
    if process.returncode != 0:
        last = said.decode(errors="replace").strip().splitlines()[-1:]
        raise OperatorError(f"pg_basebackup ended with status {process.returncode}: {' '.join(last)}")


def verify(folder: Path) -> None:
    """Every file of the copy against the manifest that the server wrote. Raises OperatorError where one differs."""
    program = str(postgres_programs(None) / "pg_verifybackup")
    done = subprocess.run(
        [program, "--quiet", "--no-parse-wal", "--format=tar", f"--ignore={ABOUT}", str(folder)],
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        raise OperatorError(f"the copy in {folder} is damaged: {done.stderr.decode(errors='replace').strip()}")


async def _state(database_url: str) -> tuple[str, datetime]:
    connection = await asyncpg.connect(database_url)
    try:
        # What the copy's own log ends with must be in the archive too, for who restores to a later moment.
        await connection.execute("SELECT pg_switch_wal()")
        row = await connection.fetchrow("SELECT system_identifier::text, clock_timestamp() FROM pg_control_system()")
        assert row is not None
        return row[0], row[1]
    finally:
        await connection.close()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
