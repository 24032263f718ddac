"""Accounts, heard twice over: their tokens shut within seconds, and who holds which post remembered."""

from collections.abc import Sequence

from services.grading.storage.accounts import save_accounts
from shared.auth import AccountGate
from shared.contracts.directory import AccountChanged
from shared.contracts.envelope import Event
from shared.db import Transaction


class KnowAccounts:
    """Handler of `account.changed`."""

    def __init__(self, gate: AccountGate) -> None:
        self._gate = gate

    async def __call__(self, tx: Transaction, events: Sequence[Event[AccountChanged]]) -> None:
        """Keep the posts; tell the gate."""
        await save_accounts(tx, events)
        await self._gate.consume(tx, events)
