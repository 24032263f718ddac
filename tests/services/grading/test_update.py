"""An installation from before rulebooks could be loaded comes along: what was in force stays so, and accounts are heard again."""

import importlib
from collections.abc import AsyncIterator
from types import ModuleType
from uuid import uuid4

import asyncpg
import pytest

from deploy.local.passwords import passwords
from deploy.local.postgres import Postgres
from shared.migrations import ROLES, provision

_VERSIONS = "services.grading.storage.migrations.versions"


def script(name: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements of one migration."""
    module: ModuleType = importlib.import_module(f"{_VERSIONS}.{name}")
    found: list[str] = []
    monkeypatch.setattr(module, "execute_script", found.append)
    module.upgrade()
    return found


@pytest.fixture
async def old(postgres: Postgres, template: str) -> AsyncIterator[asyncpg.Connection]:
    """An empty database, as its owner; `template` makes the roles first."""
    name = f"old_{template[-4:]}_{uuid4().hex[:8]}"
    secrets = passwords(postgres.home / "secrets")
    await provision(postgres.admin_url, name, {role: secrets[role] for role in ROLES.values()})
    connection = await asyncpg.connect(postgres.url(name))
    yield connection
    await connection.close()
    postgres.drop_database(name)


async def test_what_was_in_force_stays_and_the_directory_is_read_again(
    old: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await old.execute("CREATE SCHEMA IF NOT EXISTS grading")
    for statement in script("0001_initial", monkeypatch):
        await old.execute(statement)
    await old.execute("INSERT INTO grading.rulebooks VALUES ('h', 'xuancheng-2015', '1', '办法', '{}', now())")
    await old.execute("INSERT INTO grading.organisations VALUES ('xuancheng', '宣城', 'h')")
    await old.execute("INSERT INTO grading.positions VALUES ('directory', 3, 7), ('intake', 3, 9)")
    for statement in script("0002_rulebooks_at_run_time", monkeypatch):
        await old.execute(statement)
    (kept,) = await old.fetch("SELECT * FROM grading.organisations")
    assert (kept["rulebook_hash"], kept["named"], kept["named_at"] is not None) == ("h", "xuancheng-2015", True)
    (act,) = await old.fetch("SELECT * FROM grading.activations")
    assert (act["organisation_id"], act["hash"], act["activated_by"]) == ("xuancheng", "h", None)
    assert [row["producer"] for row in await old.fetch("SELECT * FROM grading.positions")] == ["intake"]
