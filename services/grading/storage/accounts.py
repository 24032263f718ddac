"""Who holds which post, as the directory says: a rulebook that needs a post nobody holds does not come into force."""

from collections.abc import Sequence

from shared.contracts.directory import AccountChanged
from shared.contracts.envelope import Event
from shared.db import Transaction


async def save_accounts(tx: Transaction, events: Sequence[Event[AccountChanged]]) -> None:
    """Take over accounts as they now are; a disabled one holds nothing."""
    rows = {(each.organisation_id, each.data.login): each.data for each in events}
    for (organisation_id, login), account in sorted(rows.items()):
        await tx.execute(
            "INSERT INTO grading.accounts (organisation_id, login, roles) VALUES ($1, $2, $3) "
            "ON CONFLICT (organisation_id, login) DO UPDATE SET roles = excluded.roles",
            organisation_id,
            login,
            sorted(account.roles) if account.state == "active" else [],
        )


async def held_roles(tx: Transaction, organisation_id: str) -> frozenset[str]:
    """The posts that somebody holds."""
    rows = await tx.fetch(
        "SELECT DISTINCT unnest(roles) AS role FROM grading.accounts WHERE organisation_id = $1", organisation_id
    )
    return frozenset(row["role"] for row in rows)
