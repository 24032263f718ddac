"""Accounts: made by administrators, closed at once everywhere."""

from dataclasses import replace

from services.console.directory.domain.rules import (
    PLATFORM,
    PLATFORM_ADMIN,
    Account,
    Actor,
    Organisation,
    check_disabling,
    check_roles,
    organisation_for_new_account,
)
from services.console.directory.storage import store
from services.console.directory.usecases.passwords import Passwords
from shared.clock import Clock
from shared.contracts.directory import AccountChanged, organisation_subject
from shared.contracts.envelope import NewEvent
from shared.db import Database, Transaction
from shared.errors import ConflictError, MissingError
from shared.ids import new_id
from shared.journal import Journal


class Accounts:
    """`db` and `journal` are the directory's; `system` is the clock of tokens, against which accounts are closed."""

    def __init__(self, db: Database, journal: Journal, system: Clock, passwords: Passwords) -> None:
        self._db = db
        self._journal = journal
        self._system = system
        self._passwords = passwords

    async def create(self, actor: Actor, account: Account, password: str, organisation_id: str | None) -> Account:
        """Keep and tell a new account; its organisation is the actor's unless the platform names another.

        Raises `MissingError` for an organisation that is not there (or not the actor's), `ForbiddenError` or `InvalidError`
        for roles that may not be given, `ConflictError` for a login that is taken.
        """
        account = replace(account, organisation_id=organisation_for_new_account(actor, organisation_id))
        check_roles(actor, account.organisation_id, account.roles)
        kept = await self._passwords.hash(password)
        async with self._db.transaction() as tx:
            if await store.lock_organisation(tx, account.organisation_id) is None:
                raise MissingError("没有这个单位 / There is no such organisation.")
            if not await store.add_account(tx, account, kept, self._system.now()):
                raise ConflictError("登录名已被使用 / This login is taken.", login=account.login)
            await self._tell(tx, account)
        return account

    async def disable(self, actor: Actor, login: str, version: int | None) -> Account:
        """Close an account; closing a closed one changes nothing.

        Raises `MissingError`, `ForbiddenError` for one's own, `ConflictError` with the present state for a stale version.
        """
        async with self._db.transaction() as tx:
            found = await store.load_account(tx, login)
            if found is None:
                raise MissingError("没有这个账号 / There is no such account.")
            await store.lock_organisation(tx, found[0].organisation_id)
            found = await store.load_account(tx, login) or found
            account = found[0]
            check_disabling(actor, account)
            if version is not None and version != account.version:
                raise ConflictError(
                    "账号已变化 / The account has changed.", version=account.version, state=account.state
                )
            if account.state == "disabled":
                return account
            account = replace(account, state="disabled", version=account.version + 1)
            await store.save_state(tx, account)
            await self._tell(tx, account)
        return account

    async def ensure_first_administrator(self, login: str, password: str) -> None:
        """Make the platform and its first administrator where there are none; safe to repeat."""
        kept = await self._passwords.hash(password)
        now = self._system.now()
        async with self._db.transaction() as tx:
            await store.add_organisation(tx, Organisation(PLATFORM, "平台 / Platform", None), now)
            await store.lock_organisation(tx, PLATFORM)
            account = Account(login, PLATFORM, "平台管理员 / Administrator", frozenset({PLATFORM_ADMIN}))
            if await store.add_account(tx, account, kept, now):
                await self._tell(tx, account)

    async def _tell(self, tx: Transaction, account: Account) -> None:
        payload = AccountChanged(
            login=account.login, display_name=account.display_name, roles=sorted(account.roles), state=account.state
        )
        subject = organisation_subject(account.organisation_id)
        event = NewEvent(new_id(), account.organisation_id, subject, self._system.now(), payload)
        await self._journal.append(tx, [event])
