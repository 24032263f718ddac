"""Who works here and what posts are called: mirrors of the directory's accounts and the rulebook's roles."""

from collections.abc import Sequence

import orjson

from services.tasks.domain.moves import Person
from shared.contracts.directory import AccountChanged
from shared.contracts.envelope import Event
from shared.contracts.grading import RulebookActivated
from shared.db import Transaction


async def save_accounts(tx: Transaction, events: Sequence[Event[AccountChanged]]) -> None:
    """Take over accounts as they now are."""
    rows = sorted(
        (
            e.organisation_id,
            e.data.login,
            e.data.display_name,
            orjson.dumps(e.data.roles).decode(),
            e.data.state == "active",
        )
        for e in events
    )
    await tx.execute(
        "INSERT INTO tasks.accounts (organisation_id, login, display_name, roles, active) "
        "SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bool[]) "
        "ON CONFLICT (organisation_id, login) DO UPDATE "
        "SET display_name = excluded.display_name, roles = excluded.roles, active = excluded.active",
        *map(list, zip(*rows, strict=True)),
    )


async def find_person(tx: Transaction, organisation_id: str, login: str) -> Person | None:
    """An active account of the organisation, or None."""
    row = await tx.row(
        "SELECT login, display_name, roles FROM tasks.accounts WHERE organisation_id = $1 AND login = $2 AND active",
        organisation_id,
        login,
    )
    return None if row is None else Person(row["login"], row["display_name"], frozenset(orjson.loads(row["roles"])))


async def save_roles(tx: Transaction, events: Sequence[Event[RulebookActivated]]) -> None:
    """Take over the names of posts; those of earlier rulebooks stay, for incidents are pinned to them."""
    rows = sorted((e.organisation_id, role, name) for e in events for role, name in e.data.roles.items())
    if rows:
        await tx.execute(
            "INSERT INTO tasks.roles (organisation_id, role, name) SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) "
            "ON CONFLICT (organisation_id, role) DO UPDATE SET name = excluded.name",
            *map(list, zip(*rows, strict=True)),
        )


async def role_names(tx: Transaction, organisation_id: str, roles: Sequence[str]) -> dict[str, str]:
    """What these posts are called in this organisation, as far as known."""
    rows = await tx.fetch(
        "SELECT role, name FROM tasks.roles WHERE organisation_id = $1 AND role = ANY($2::text[])",
        organisation_id,
        list(roles),
    )
    return {row["role"]: row["name"] for row in rows}
