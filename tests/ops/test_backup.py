"""A restored moment is that moment: what stood then is there, what came after is gone, also where a bus still holds it."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from deploy.backup.__main__ import main, moment
from deploy.backup.restore import Wish, restore
from deploy.backup.store import Base, Store
from deploy.backup.take import take
from deploy.installation import OperatorError
from deploy.local.cluster import DATABASE
from deploy.local.errors import StartError
from deploy.local.passwords import passwords
from deploy.local.postgres import Postgres
from deploy.local.wal import archive_settings
from shared.contracts.envelope import TOPICS
from shared.migrations import ROLES
from tests.builders.brokers import TestBus
from tests.builders.clocks import HandClock
from tests.builders.databases import TestDatabase, make_template
from tests.builders.office import Office, settle
from tests.builders.product import Product, running_product
from tests.builders.texts import complaint
from tests.flows.conftest import MONDAY


class House:
    """An installation in a folder: its server, its secrets, its backups."""

    def __init__(self, folder: Path) -> None:
        self.var = folder / "var"
        self.store = Store(folder / "backup")
        self.server = Postgres(
            self.var / "postgres",
            secrets=self.var / "secrets",
            durable=False,
            settings=archive_settings(self.store.wal),
        )

    def product(self, server: Postgres, broker: TestBus) -> AbstractAsyncContextManager[Product]:
        """The services on that server."""
        return running_product(
            TestDatabase(server, DATABASE),
            broker.bootstrap,
            self.var,
            HandClock(MONDAY),
            kafka_idempotent=broker.address.idempotent,
        )

    def wish(self, name: str, **more: Any) -> Wish:
        """To be restored beside."""
        return Wish(self.var.with_name(name), self.var / "secrets", **more)


@pytest.fixture
def house() -> Iterator[House]:
    """A running server with every schema at its head, archiving."""
    with tempfile.TemporaryDirectory(prefix="huiying-backup-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        place.chmod(0o755)
        made = House(place)
        made.server.start()
        secrets = passwords(made.var / "secrets")
        make_template(made.server, DATABASE, {role: secrets[role] for role in ROLES.values()})
        yield made
        made.server.stop(patience=1)


async def ask(url: str, question: str) -> list[Any]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(question)
    await connection.close()
    return [row[0] for row in rows]


async def archived(house: House) -> None:
    """Close the segment that is being written and see it into the archive."""
    segment = (await ask(house.server.admin_url, "SELECT pg_walfile_name(pg_switch_wal())"))[0]
    async with asyncio.timeout(30):
        while not (house.store.wal / f"{segment}.gz").exists():
            await asyncio.sleep(0.02)


async def complain(office: Office, n: int) -> dict[str, Any]:
    return await office.complain("anhui", *complaint(n))


INCIDENTS = ("intake.incidents", "grading.procedures", "tasks.incidents", "publishing.incidents", "console.incidents")


async def incidents(url: str) -> set[UUID]:
    """The incidents, the same in every schema."""
    found = [set(await ask(url, f"SELECT incident_id FROM {table}")) for table in INCIDENTS]
    assert all(each == found[0] for each in found)
    return found[0]


def quietly(_what: object, _part: object) -> None:
    """Told of progress."""


async def a_life(house: House, broker: TestBus) -> tuple[Base, datetime, list[dict[str, Any]], Office]:
    """A base, a complaint, the moment, two more complaints: all told to their clients, all on the bus."""
    async with house.product(house.server, broker) as product:
        office = await settle(product)
        base = await asyncio.to_thread(take, house.server.admin_url, house.store, quietly)
        told = [await complain(office, 0)]
        await product.drain()
        present: datetime = (await ask(house.server.admin_url, "SELECT clock_timestamp()"))[0]
        told += [await complain(office, n) for n in (1, 2)]
        await product.drain()
        await archived(house)
    return base, present, told, office


async def test_a_moment_between_two_complaints(house: House, broker: TestBus) -> None:
    base, present, (first, *lost), before = await a_life(house, broker)
    names = {
        schema: (await ask(house.server.admin_url, f"SELECT journal_id FROM {schema}.identity")) for schema in TOPICS
    }
    house.server.stop()

    done = await asyncio.to_thread(restore, house.store, house.wish("then", until=present), quietly)
    assert done.base == base
    assert done.last is not None
    assert done.last <= present
    server = Postgres(house.var.with_name("then") / "postgres", secrets=house.var / "secrets", durable=False)
    server.start()
    try:
        for schema, name in names.items():
            assert await ask(server.admin_url, f"SELECT journal_id FROM {schema}.identity") != name
        assert await incidents(server.admin_url) == {UUID(first["incident_id"])}
        async with house.product(server, broker) as product:
            office = Office(product, before.keys, before.vendor_secret)
            assert (await office.citizen("anhui", first["receipt"]))["state"] == "received"
            for gone in lost:
                with pytest.raises(AssertionError, match="404"):
                    await office.citizen("anhui", gone["receipt"])
            # The next complaints take the numbers that the lost ones had; the bus holds both.
            later = [await complain(office, n) for n in range(3, 23)]
            await product.drain()
            stand = {UUID(each["incident_id"]) for each in (first, *later)}
            assert await incidents(server.admin_url) == stand
            tasks = await ask(server.admin_url, "SELECT count(*) FROM tasks.tasks GROUP BY incident_id")
            assert len(tasks) == len(stand)
            assert len(set(tasks)) == 1
            assert await ask(server.admin_url, "SELECT 1 FROM tasks.parked UNION SELECT 1 FROM grading.parked") == []
    finally:
        server.stop(patience=1)


async def test_all_there_is_and_what_was_not_archived_yet(house: House, broker: TestBus) -> None:
    async with house.product(house.server, broker) as product:
        office = await settle(product)
        await asyncio.to_thread(take, house.server.admin_url, house.store, quietly)
        told = await complain(office, 0)
        await product.drain()
    house.server.kill()

    wish = house.wish("all", unarchived=house.server.data / "pg_wal")
    await asyncio.to_thread(restore, house.store, wish, quietly)
    server = Postgres(house.var.with_name("all") / "postgres", secrets=house.var / "secrets", durable=False)
    server.start()
    assert await incidents(server.admin_url) == {UUID(told["incident_id"])}
    server.stop(patience=1)


def test_what_cannot_be_restored_is_refused_and_leaves_nothing(house: House) -> None:
    with pytest.raises(OperatorError, match="there are none"):
        restore(house.store, house.wish("none"), quietly)
    base = take(house.server.admin_url, house.store, quietly)
    with pytest.raises(OperatorError, match="no base fits"):
        restore(house.store, house.wish("early", until=moment("2020-01-01T00:00:00+08:00")), quietly)
    with pytest.raises(StartError, match="the log does not reach that moment"):
        restore(house.store, house.wish("late", until=moment("2099-01-01T00:00:00+08:00")), quietly)
    assert not list(house.var.with_name("late").glob("postgres*"))
    (base.folder / "base.tar.gz").write_bytes(b"")
    with pytest.raises(OperatorError, match="damaged"):
        restore(house.store, house.wish("damaged"), quietly)


def test_the_command_line_says_what_is_there(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    store = str(house.store.folder)
    assert main(["list", "--store", store]) == 0
    assert "—" in capsys.readouterr().out
    assert main(["take", "--store", store, "--database", house.server.admin_url, "--var", str(house.var)]) == 0
    assert main(["restore", "--store", store, "--secrets", str(house.var / "no"), "--into", str(house.var)]) == 1
    assert "is there already" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["restore", "--store", store, "--into", "x", "--until", "2026-11-22T14:05:00"])
    assert "names no zone" in capsys.readouterr().err
