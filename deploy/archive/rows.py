"""Reading, deleting and putting back the rows of an incident, as JSON text that PostgreSQL writes and reads."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from deploy.archive.tables import ROWS
from deploy.installation import OperatorError

_COLUMNS = """
SELECT n.nspname || '.' || c.relname AS name, array_agg(quote_ident(a.attname) ORDER BY a.attnum) AS columns
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY($1::text[]) AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
GROUP BY 1
"""
_MAY_BE_TAKEN = "intake.join_keys"
"""A key passes to the newcomer once its incident is closed: what has passed on meanwhile stays there."""


async def columns(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[str, list[str]]:
    """By `schema.table`: the columns that are stored, computed ones left out."""
    rows = await connection.fetch(_COLUMNS, list(ROWS))
    return {row["name"]: row["columns"] for row in rows}


async def take(
    connection: "asyncpg.Connection[asyncpg.Record]", incident: UUID, known: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """The incident's rows by `schema.table`, tables without any left out."""
    found: dict[str, list[str]] = {}
    for schema, tables in ROWS.items():
        for table, condition in tables.items():
            name = f"{schema}.{table}"
            rows = await connection.fetch(
                f"SELECT row_to_json(x)::text FROM (SELECT {', '.join(known[name])} FROM {name} WHERE {condition}) x",
                incident,
            )
            if rows:
                found[name] = sorted(row[0] for row in rows)
    return found


async def delete(connection: "asyncpg.Connection[asyncpg.Record]", incident: UUID) -> None:
    """Delete them, in the order of the list: what is found by an answer goes before it."""
    for schema, tables in ROWS.items():
        for table, condition in tables.items():
            await connection.execute(f"DELETE FROM {schema}.{table} WHERE {condition}", incident)


async def put_back(connection: "asyncpg.Connection[asyncpg.Record]", rows: Mapping[str, Sequence[str]]) -> None:
    """Insert rows as they were; columns that are new since take their defaults. Raises OperatorError."""
    known = await columns(connection)
    for name, texts in rows.items():
        await _insert(connection, name, texts, known.get(name, []))


async def _insert(
    connection: "asyncpg.Connection[asyncpg.Record]", name: str, texts: Sequence[str], known: Sequence[str]
) -> None:
    written = await connection.fetch("SELECT DISTINCT quote_ident(k) FROM json_object_keys($1::json) k", texts[0])
    names = [row[0] for row in written]
    if gone := sorted(set(names) - set(known)):
        raise OperatorError(
            f"{name} has no column {', '.join(gone)} any more: restore with the version that archived it"
        )
    listed = ", ".join(names)
    more = "ON CONFLICT DO NOTHING" if name == _MAY_BE_TAKEN else ""
    try:
        await connection.execute(
            f"INSERT INTO {name} ({listed}) OVERRIDING SYSTEM VALUE "
            f"SELECT {listed} FROM json_populate_recordset(NULL::{name}, $1::json) {more}",
            f"[{','.join(texts)}]",
        )
    except asyncpg.UniqueViolationError as error:
        raise OperatorError(
            f"{name}: a row of it is there again ({error.constraint_name}); the same was told anew since it was archived"
        ) from None
