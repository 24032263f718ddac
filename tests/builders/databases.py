"""Databases for tests: a migrated template, and copies of it."""

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import asyncpg

from deploy.local.postgres import Postgres
from shared.migrations import ROLES, migrate_all, provision

JOURNALS = ("intake", "grading", "tasks", "publishing", "directory")


@dataclass(frozen=True)
class TestDatabase:
    """One database of the test server."""

    __test__: ClassVar[bool] = False
    server: Postgres
    name: str

    def url(self, schema: str | None = None) -> str:
        """As the schema's own role, or as superuser."""
        return self.server.url(self.name, ROLES[schema]) if schema else self.server.url(self.name)

    def be_another(self) -> None:
        """Give a copied database journals of its own name, as one made by migrations has."""
        outside_loop(_rename_journals(self.url()))


def make_template(server: Postgres, name: str, secrets: Mapping[str, str]) -> None:
    """Provision roles and migrate every schema into a database called `name`."""

    async def make() -> None:
        await provision(server.admin_url, name, secrets)
        await migrate_all(server.url(name))

    outside_loop(make())


async def _rename_journals(url: str) -> None:
    connection = await asyncpg.connect(url)
    for schema in JOURNALS:
        await connection.execute(f"UPDATE {schema}.identity SET journal_id = gen_random_uuid()")
    await connection.close()


def outside_loop(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end from synchronous code, also where this thread already has a running loop."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(work)
        except BaseException as error:  # noqa: BLE001 - carried to the caller's thread
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
