"""Accounts and posts, as the directory and the rulebook name them."""

from collections.abc import Sequence

from services.tasks.storage.people import save_accounts, save_roles
from shared.auth import AccountGate
from shared.contracts.directory import AccountChanged
from shared.contracts.envelope import Event
from shared.contracts.grading import RulebookActivated
from shared.db import Transaction


class KnowAccounts:
    """Handler of `account.changed`: who can be designated, and whose tokens no longer count."""

    def __init__(self, gate: AccountGate) -> None:
        self._gate = gate

    async def __call__(self, tx: Transaction, events: Sequence[Event[AccountChanged]]) -> None:
        """Keep the accounts, and tell the gate."""
        await save_accounts(tx, events)
        await self._gate.consume(tx, events)


async def know_roles(tx: Transaction, events: Sequence[Event[RulebookActivated]]) -> None:
    """Handler of `rulebook.activated`: what the posts are called."""
    await save_roles(tx, events)
