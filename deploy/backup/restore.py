"""Restoring a base and the log after it into a new folder, to a moment, as an installation of its own.

The database is recovered beside its place and moved there last: what a start could find is recovered, and its journals have names
of their own. Nothing of the time line that was given up, and that a bus may still hold, is taken for theirs.
"""

import asyncio
import os
import shutil
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from deploy.backup.store import Base, Store
from deploy.backup.take import verify
from deploy.installation import OperatorError
from deploy.local.errors import StartError
from deploy.local.postgres import Postgres
from deploy.local.processes import tail, unprivileged_user
from deploy.local.wal import restore_settings
from shared.contracts.envelope import TOPICS
from shared.journal.source import RENAME

Tell = Callable[[str, float], None]
"""Told what is being done and how much of it is, from 0 to 1."""
_CONNECTIONS = "5000"
"""More than any server had whose log is replayed: with fewer, recovery stands still."""
_NOT_YET = (OSError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be restored: to `until`, or to the end of the log; into the new folder `var`, with these secrets.

    `unarchived` is the `pg_wal` of the broken cluster where its disk can still be read: the last minute is only there.
    """

    var: Path
    secrets: Path
    until: datetime | None = None
    base: str | None = None
    unarchived: Path | None = None


@dataclass(frozen=True, slots=True)
class Restored:
    """What has been restored: the last change's moment, by the database's clock; None where nothing followed the base."""

    base: Base
    last: datetime | None


def restore(store: Store, wish: Wish, tell: Tell) -> Restored:
    """Make the new folder. Raises OperatorError or StartError and leaves nothing that could be started where it fails."""
    home = wish.var / "postgres"
    if home.exists():
        raise OperatorError(f"{home} is there already: name a new folder with --into")
    base = store.choose(wish.until, wish.base)
    tell("核对备份 / verifying the copy", 0.0)
    verify(base.folder)
    fresh = wish.var / "postgres.restoring"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        _secrets(wish)
        _unpack(base, fresh / "data", tell)
        if wish.unarchived is not None:
            _add_log(wish.unarchived, fresh / "data" / "pg_wal")
        _own(fresh / "data")
        last = _recover(store, wish, base, fresh, tell)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    (wish.var / "sample-played").touch()  # whatever it holds, it is no place for the sample
    fresh.rename(home)
    return Restored(base, last)


def _secrets(wish: Wish) -> None:
    """They are kept apart from backups; without them no one gets in, and sealed originals stay sealed."""
    if not (wish.secrets / "passwords.json").exists():
        raise OperatorError(
            f"{wish.secrets} holds no secrets (passwords.json): restore them first, name them with --secrets"
        )
    target = wish.var / "secrets"
    if target.resolve() != wish.secrets.resolve():
        shutil.copytree(wish.secrets, target, dirs_exist_ok=True)
        target.chmod(0o700)


def _unpack(base: Base, data: Path, tell: Tell) -> None:
    data.mkdir(mode=0o700)
    for name, into in (("base.tar.gz", data), ("pg_wal.tar.gz", data / "pg_wal")):
        file = base.folder / name
        size = file.stat().st_size
        into.mkdir(mode=0o700, exist_ok=True)
        with file.open("rb") as packed, tarfile.open(fileobj=packed, mode="r:gz") as tar:
            for member in tar:
                tar.extract(member, into, filter="data")
                tell(f"解包 / unpacking {name}", packed.tell() / size)


def _add_log(source: Path, pg_wal: Path) -> None:
    """Segments that the broken cluster had not archived; those of the archive come first, PostgreSQL sees to it."""
    if not source.is_dir():
        raise OperatorError(f"{source} is no folder: --unarchived names pg_wal of the broken cluster")
    for file in source.iterdir():
        if file.is_file() and not (pg_wal / file.name).exists():
            shutil.copy2(file, pg_wal)


def _own(data: Path) -> None:
    user = unprivileged_user()
    for path in (data, *data.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
        if user is not None:
            os.chown(path, user.uid, user.gid)


def _recovery(store: Store, wish: Wish) -> Mapping[str, str]:
    settings = {**restore_settings(store.wal), "max_connections": _CONNECTIONS}
    if wish.until is not None:
        settings |= {"recovery_target_time": wish.until.isoformat(), "recovery_target_action": "promote"}
    return settings


def _recover(store: Store, wish: Wish, base: Base, home: Path, tell: Tell) -> datetime | None:
    signal = home / "data" / "recovery.signal"
    signal.touch(mode=0o600)
    _own_file(signal)
    log = wish.var / "log" / "restore.log"
    server = Postgres(home, secrets=wish.var / "secrets", log=log, settings=_recovery(store, wish))
    server.begin()
    try:
        last = asyncio.run(_promoted(server, base, wish.until, tell))
        tell("为日志更名 / naming the journals anew", 1.0)
        asyncio.run(_rename_journals(server.admin_url))
    finally:
        server.stop()
    return last


def _own_file(path: Path) -> None:
    user = unprivileged_user()
    if user is not None:
        os.chown(path, user.uid, user.gid)


async def _promoted(server: Postgres, base: Base, until: datetime | None, tell: Tell) -> datetime | None:
    """Wait until recovery is over, however long it takes; the moment of the last change."""
    begun, goal, last = base.ended, until or datetime.now(UTC), None
    whole = max((goal - begun).total_seconds(), 0.001)
    while True:
        if server.pid is None:
            raise StartError(_why(server.log))
        try:
            recovering, replayed = await _look(server.admin_url)
        except _NOT_YET:
            await asyncio.sleep(0.1)
            continue
        last = replayed or last
        if not recovering:
            return last
        tell("重放日志 / replaying the log", min(1.0, max(0.0, ((last or begun) - begun).total_seconds() / whole)))
        await asyncio.sleep(0.1)


async def _look(url: str) -> tuple[bool, datetime | None]:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        row = await connection.fetchrow("SELECT pg_is_in_recovery(), pg_last_xact_replay_timestamp()")
        assert row is not None
        return row[0], row[1]
    finally:
        await connection.close()


def _why(log: Path) -> str:
    said = tail(log, 8)
    if "recovery ended before configured recovery target was reached" in said:
        return (
            "日志未到该时刻 / the log does not reach that moment: name an earlier one, or none for all there is, "
            "or add what the broken cluster had not archived yet (--unarchived)"
        )
    return f"the recovery ended, see {log}: {said}"


async def _rename_journals(url: str) -> None:
    """Before anybody can start on it: consumers take from the bus only what carries the present name (ADR 0005)."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            for schema in TOPICS:
                await connection.execute(RENAME.format(schema=schema))
    finally:
        await connection.close()
