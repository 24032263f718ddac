"""The only door to PostgreSQL: one pool, one transaction helper.

Statements are either SQL text with `$1` places or SQLAlchemy Core objects, which are compiled for asyncpg. Everything runs
inside `Database.transaction()`, which begins, commits and rolls back itself; nobody else does.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import asyncpg
from sqlalchemy import ClauseElement
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

from shared.errors import UnavailableError
from shared.telemetry import spans

_DATABASE: spans.Said = {"db.system.name": "postgresql"}
_DIALECT: Dialect = asyncpg_dialect.dialect()  # type: ignore[no-untyped-call]  # untyped in SQLAlchemy
Statement = str | ClauseElement

TRANSIENT = (
    asyncpg.PostgresConnectionError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InsufficientResourcesError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.InvalidCachedStatementError,  # a schema was expanded under us; the driver has forgotten its plans by then
    EOFError,
    TimeoutError,
    OSError,
)
"""What says nothing about the work itself: the same transaction may be tried again."""


def _compile(statement: Statement, args: Sequence[Any]) -> tuple[str, Sequence[Any]]:
    if isinstance(statement, str):
        return statement, args
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    assert isinstance(compiled, SQLCompiler)
    places = compiled.positiontup or ()
    return str(compiled), [compiled.params[name] for name in places]


async def _keep_as_is(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Spare the reset query of each release: `transaction()` leaves no session state behind."""


class Transaction:
    """One open transaction; `after_commit` callbacks run only once it has committed."""

    def __init__(self, connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]") -> None:
        self._connection = connection
        self.after_commit: list[Callable[[], None]] = []

    async def fetch(self, statement: Statement, *args: Any) -> list["asyncpg.Record"]:
        """All rows."""
        sql, values = _compile(statement, args)
        return await self._connection.fetch(sql, *values)

    async def row(self, statement: Statement, *args: Any) -> "asyncpg.Record | None":
        """The first row, or None."""
        sql, values = _compile(statement, args)
        return await self._connection.fetchrow(sql, *values)

    async def value(self, statement: Statement, *args: Any) -> Any:
        """The first column of the first row, or None."""
        sql, values = _compile(statement, args)
        return await self._connection.fetchval(sql, *values)

    async def copy(self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert many rows by COPY, the cheapest way in; `table` is `schema.name`. Constraints hold as for INSERT."""
        if rows:
            schema, _, name = table.partition(".")
            await self._connection.copy_records_to_table(name, schema_name=schema, columns=list(columns), records=rows)

    async def execute(self, statement: Statement, *args: Any) -> None:
        """Run for effect."""
        sql, values = _compile(statement, args)
        await self._connection.execute(sql, *values)


class Database:
    """A pool of connections to one schema's role.

    `lock_timeout` (PostgreSQL interval text) bounds every wait for a row lock: short for HTTP, longer for consumers.
    `direct` is `host:port` of PostgreSQL itself (`host:port?sslmode=…` with options of its own) where `url` leads to a pooler in
    transaction mode (PgBouncer): a session is then nobody's for longer than a transaction, so settings go into each transaction
    and no statement stays prepared.
    """

    def __init__(
        self, url: str, *, name: str, lock_timeout: str = "5s", size: int = 8, direct: str | None = None
    ) -> None:
        self._url = url
        self._size = size
        self._name = {"application_name": name}
        self._span = f"{name} transaction"
        self._settings = {"lock_timeout": lock_timeout, "timezone": "UTC"}
        self._direct = direct
        self._local = "; ".join(f"SET LOCAL {key} = '{value}'" for key, value in self._settings.items())
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def open(self) -> None:
        """Open the pool; raises `OSError` or a PostgreSQL error where the database cannot be reached."""
        pooled = self._direct is not None
        self._pool = await asyncpg.create_pool(
            self._url,
            min_size=1,
            max_size=self._size,
            server_settings=self._name if pooled else self._name | self._settings,
            command_timeout=30,
            reset=_keep_as_is,
            statement_cache_size=0 if pooled else 100,
        )

    async def close(self) -> None:
        """Close the pool, waiting no more than two seconds for what is running."""
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None

    async def connection(self) -> "asyncpg.Connection[asyncpg.Record]":
        """A connection of its own, outside the pool and past any pooler, for holders of session locks (the relay)."""
        url = self._url if self._direct is None else _at(self._url, self._direct)
        return await asyncpg.connect(url, server_settings=self._name | self._settings, command_timeout=30)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Raises `UnavailableError` where the pool is not open.
        """
        if self._pool is None:
            raise UnavailableError("The database is not connected yet; try again shortly.", retry_after=1)
        async with self._pool.acquire() as connection:
            transaction = Transaction(connection)
            with spans.within(self._span, _DATABASE):
                async with connection.transaction():
                    if self._direct is not None:
                        await connection.execute(self._local)
                    yield transaction
        for callback in transaction.after_commit:
            callback()


def _at(url: str, address: str) -> str:
    """The same role and database at another address, `host:port` with or without a query."""
    parts = urlsplit(url)
    place, _, query = address.partition("?")
    role = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{role}@{place}", query=query))


async def lock_rows(tx: Transaction, table: str, column: str, ids: Sequence[UUID]) -> None:
    """Lock the rows of `table` whose `column` is among `ids`, always in the order of the ids: no two batches deadlock."""
    await tx.fetch(f"SELECT 1 FROM {table} WHERE {column} = ANY($1::uuid[]) ORDER BY {column} FOR UPDATE", list(ids))
