"""Real servers for the tests: one PostgreSQL and one bus a session; a database of its own for each test that asks."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import hypothesis  # noqa: F401  else pytest imports it for its summary, and CPython 3.11 may trip over an AST then
import pytest

from deploy.local.passwords import passwords
from deploy.local.postgres import Postgres
from shared.migrations import ROLES
from tests.builders.brokers import APACHE, GivenBus, OwnBus, TestBus, own_bus
from tests.builders.databases import TestDatabase, make_template, outside_loop

TEMPLATE = "huiying_template"


@pytest.fixture(scope="session")
def server_home() -> Iterator[Path]:
    """A folder for servers that the unprivileged database user can reach."""
    with tempfile.TemporaryDirectory(prefix="huiying-test-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)
        yield home


@pytest.fixture(scope="session")
def postgres(server_home: Path) -> Iterator[Postgres]:
    """A running PostgreSQL without fsync, for tests that do not lose power."""
    server = Postgres(server_home / "postgres", durable=False)
    server.start()
    yield server
    server.stop(patience=1)


@pytest.fixture(scope="session")
def broker(server_home: Path) -> Iterator[TestBus]:
    """A running bus with the product's topics: a broker of the session's own, or the Kafka of the environment."""
    own = None if APACHE else own_bus(server_home / "broker")
    bus: TestBus = own or GivenBus()
    outside_loop(bus.make_topics())
    yield bus
    if own is not None:
        own.stop()


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[OwnBus]:
    """A running bus that this test alone uses and may kill, with the product's topics."""
    bus = own_bus(tmp_path / "broker")
    outside_loop(bus.make_topics())
    yield bus
    bus.stop()


@pytest.fixture(scope="session")
def template(postgres: Postgres) -> str:
    """A database with every schema at its head, to copy from."""
    secrets = passwords(postgres.home / "secrets")
    make_template(postgres, TEMPLATE, {role: secrets[role] for role in ROLES.values()})
    return TEMPLATE


@pytest.fixture
def database(postgres: Postgres, template: str) -> Iterator[TestDatabase]:
    """A fresh, migrated database of this test's own."""
    name = f"test_{uuid4().hex[:12]}"
    postgres.create_database(name, template)
    made = TestDatabase(postgres, name)
    made.be_another()
    yield made
    postgres.drop_database(name)
