"""Organisations as the directory and grading tell of them."""

from collections.abc import Sequence
from typing import NamedTuple

import asyncpg

from services.console.storage.tables import organisations
from shared.db import Transaction


class ActivationRow(NamedTuple):
    """The rulebook an organisation works under; `levels` and `roles` are JSON, id to name."""

    organisation_id: str
    rulebook: str
    levels: str
    roles: str


async def save_organisation(tx: Transaction, organisation_id: str, name: str, state: str) -> None:
    """Upsert what the directory said."""
    await tx.execute(
        "INSERT INTO console.organisations (organisation_id, name, state) VALUES ($1, $2, $3) "
        "ON CONFLICT (organisation_id) DO UPDATE SET name = excluded.name, state = excluded.state",
        organisation_id,
        name,
        state,
    )


async def save_activation(tx: Transaction, row: ActivationRow) -> None:
    """Upsert what grading said."""
    await tx.execute(
        "INSERT INTO console.organisations (organisation_id, rulebook, levels, roles) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (organisation_id) DO UPDATE SET "
        "rulebook = excluded.rulebook, levels = excluded.levels, roles = excluded.roles",
        *row,
    )


async def load_organisation(tx: Transaction, organisation_id: str) -> asyncpg.Record | None:
    """One organisation's row."""
    return await tx.row(organisations.select().where(organisations.c.organisation_id == organisation_id))


async def load_organisations(tx: Transaction) -> Sequence[asyncpg.Record]:
    """All of them, for the platform."""
    return await tx.fetch(organisations.select().order_by(organisations.c.organisation_id).limit(500))
