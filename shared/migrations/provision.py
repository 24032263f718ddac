"""Roles and schemas: each service sees its own schema and no other."""

from collections.abc import Mapping

import asyncpg

ROLES: Mapping[str, str] = {
    "intake": "huiying_intake",
    "grading": "huiying_grading",
    "tasks": "huiying_tasks",
    "publishing": "huiying_publishing",
    "console": "huiying_console",
    "directory": "huiying_directory",
}
"""By schema: the one login role that works in it."""

_LEDGER = ("journal", "outbox", "stamps", "heads", "identity", "archived")
"""Tables that a role may read but touches only through the journal's functions."""


async def provision(admin_url: str, database: str, passwords: Mapping[str, str]) -> None:
    """Create what is missing: the database, a login role and a schema for each service. Safe to repeat.

    `admin_url` is a superuser's, to any database of the server; `passwords` are by role name.
    """
    admin = await asyncpg.connect(admin_url)
    try:
        if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
            await admin.execute(f'CREATE DATABASE "{database}"')
        for role in ROLES.values():
            verb = "ALTER" if await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role) else "CREATE"
            secret = passwords[role].replace("'", "''")
            await admin.execute(f"{verb} ROLE {role} LOGIN PASSWORD '{secret}'")
    finally:
        await admin.close()


async def grant(connection: "asyncpg.Connection[asyncpg.Record]", schema: str) -> None:
    """Give the schema's role its rights: everything on its tables, reading and appending only on the ledger."""
    role = ROLES[schema]
    await connection.execute(
        f"GRANT USAGE ON SCHEMA {schema} TO {role};"
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};"
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {role};"
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role};"
    )
    for table in _LEDGER:
        if await connection.fetchval("SELECT to_regclass($1)", f"{schema}.{table}"):
            await connection.execute(f"REVOKE INSERT, UPDATE, DELETE ON {schema}.{table} FROM {role}")
