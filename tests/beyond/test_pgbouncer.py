"""The whole product behind a real PgBouncer in transaction mode, with its shipped configuration."""

import os
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from deploy.local.broker import Broker
from deploy.local.passwords import passwords
from deploy.local.ports import LOOPBACK, answers, free_port
from deploy.local.postgres import Postgres
from deploy.local.processes import launch, unprivileged_user
from deploy.pgbouncer.userlist import write_userlist
from shared.db import Database
from shared.migrations import ROLES
from tests.beyond.programs import ROOT, libraries, program
from tests.builders.clocks import HandClock
from tests.builders.databases import TestDatabase
from tests.builders.office import Office, settle
from tests.builders.product import running_product

MONDAY = datetime(2026, 11, 16, 1, 30, tzinfo=UTC)


@dataclass(frozen=True)
class ThroughPooler(TestDatabase):
    """A test database, reached by its services through the pooler."""

    pooler_port: int = 0

    def url(self, schema: str | None = None) -> str:
        direct = super().url(schema)
        return direct.replace(f":{self.server.port}/", f":{self.pooler_port}/") if schema else direct


@pytest.fixture
def pooled(
    database: TestDatabase, postgres: Postgres, server_home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ThroughPooler]:
    """A PgBouncer of this test's own before its database."""
    binary = program("pgbouncer", "deploy/local/debian.sh pgbouncer libevent-2.1-7 libc-ares2")
    home, port = server_home / f"pgbouncer-{database.name}", free_port()
    home.mkdir(mode=0o755)
    shutil.copy(ROOT / "deploy" / "pgbouncer" / "pgbouncer.ini", home)
    roles = {
        role: password for role, password in passwords(postgres.home / "secrets").items() if role in ROLES.values()
    }
    write_userlist(roles, home / "userlist.txt")
    (home / "pgbouncer.local.ini").write_text(
        f"listen_addr = {LOOPBACK}\nlisten_port = {port}\nunix_socket_dir =\nauth_file = userlist.txt\n"
        f"[databases]\n* = host={LOOPBACK} port={postgres.port}\n"
    )
    user = unprivileged_user()
    if user is not None:
        for file in [home, *home.iterdir()]:
            os.chown(file, user.uid, user.gid)
    for name, value in libraries(binary).items():
        monkeypatch.setenv(name, value)
    copy = shutil.copy(binary, home / "program")  # where an unprivileged user may read it
    process = launch([copy, "pgbouncer.ini"], log=server_home / "pgbouncer.log", cwd=home, user=user)
    until = time.monotonic() + 10
    while not answers(port) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    assert process.poll() is None, (server_home / "pgbouncer.log").read_text()
    yield ThroughPooler(postgres, database.name, port)
    process.kill()
    process.wait()


@pytest.fixture
async def office(pooled: ThroughPooler, broker: Broker, tmp_path: Path) -> AsyncIterator[Office]:
    direct = f"{LOOPBACK}:{pooled.server.port}"
    async with running_product(
        pooled, broker.bootstrap, tmp_path, HandClock(MONDAY), database_direct=direct
    ) as product:
        yield await settle(product)


async def test_complaints_reach_the_boards_through_a_pooler(office: Office, pooled: ThroughPooler) -> None:
    kept = [await office.complain("anhui", f"第{n}号投诉", f"窗口{n}不肯受理报销材料,请核实。") for n in range(20)]
    await office.product.drain()
    for each in kept[:3]:
        assert await office.tasks("anhui", each["incident_id"])
    connection = await asyncpg.connect(pooled.url())
    try:
        rows = await connection.fetch(
            "SELECT usename, count(*) AS n FROM pg_stat_activity WHERE datname = $1 GROUP BY 1", pooled.name
        )
        relays = await connection.fetchval(
            "SELECT count(DISTINCT pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        )
    finally:
        await connection.close()
    assert relays >= 5  # each relay holds its shards on a session of its own
    assert max(row["n"] for row in rows) <= 21


async def test_a_lock_is_waited_for_as_long_as_the_pool_says(pooled: ThroughPooler) -> None:
    direct = f"{LOOPBACK}:{pooled.server.port}"
    patient, hasty = (
        Database(pooled.url("intake"), name=name, lock_timeout=timeout, direct=direct)
        for name, timeout in (("patient", "5s"), ("hasty", "50ms"))
    )
    await patient.open()
    await hasty.open()
    try:
        async with patient.transaction() as holder:
            await holder.fetch("SELECT pg_advisory_xact_lock(4711)")
            with pytest.raises(asyncpg.LockNotAvailableError):
                async with hasty.transaction() as waiting:
                    await waiting.fetch("SELECT pg_advisory_xact_lock(4711)")
    finally:
        await patient.close()
        await hasty.close()
