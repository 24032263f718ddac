"""Loading and saving organisations and accounts; every function works inside the caller's transaction."""

from datetime import datetime

import asyncpg

from services.console.directory.domain.rules import Account, Organisation
from services.console.directory.storage.tables import organisations
from shared.db import Transaction


async def add_organisation(tx: Transaction, organisation: Organisation, at: datetime) -> bool:
    """Insert, holding its row; False where the id is taken."""
    added = await tx.value(
        "INSERT INTO directory.organisations (organisation_id, name, rulebook, state, version, created_at, layers) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING organisation_id",
        organisation.organisation_id,
        organisation.name,
        organisation.rulebook,
        organisation.state,
        organisation.version,
        at,
        list(organisation.layers),
    )
    return added is not None


async def lock_organisation(tx: Transaction, organisation_id: str) -> Organisation | None:
    """The organisation with its row held until the transaction ends: its events are journaled in one order."""
    row = await tx.row("SELECT * FROM directory.organisations WHERE organisation_id = $1 FOR UPDATE", organisation_id)
    return _organisation(row) if row else None


async def list_organisations(tx: Transaction, only: str | None, limit: int = 500) -> list[Organisation]:
    """Organisations by id; `only` limits the list to one."""
    query = organisations.select().order_by(organisations.c.organisation_id).limit(limit)
    if only is not None:
        query = query.where(organisations.c.organisation_id == only)
    return [_organisation(row) for row in await tx.fetch(query)]


async def add_account(tx: Transaction, account: Account, password_hash: str, at: datetime) -> bool:
    """Insert; False where the login is taken, in whatever organisation."""
    added = await tx.value(
        "INSERT INTO directory.accounts "
        "(login, organisation_id, display_name, roles, password_hash, state, version, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING login",
        account.login,
        account.organisation_id,
        account.display_name,
        sorted(account.roles),
        password_hash,
        account.state,
        account.version,
        at,
    )
    return added is not None


async def load_account(tx: Transaction, login: str) -> tuple[Account, str] | None:
    """The account and its password's hash."""
    row = await tx.row("SELECT * FROM directory.accounts WHERE login = $1", login)
    return (_account(row), row["password_hash"]) if row else None


async def save_state(tx: Transaction, account: Account) -> None:
    """Write state and version."""
    await tx.execute(
        "UPDATE directory.accounts SET state = $2, version = $3 WHERE login = $1",
        account.login,
        account.state,
        account.version,
    )


def _organisation(row: asyncpg.Record) -> Organisation:
    layers = tuple(row["layers"])
    return Organisation(row["organisation_id"], row["name"], row["rulebook"], row["state"], row["version"], layers)


def _account(row: asyncpg.Record) -> Account:
    roles = frozenset(row["roles"])
    return Account(row["login"], row["organisation_id"], row["display_name"], roles, row["state"], row["version"])
