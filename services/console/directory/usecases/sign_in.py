"""Signing in: a password for a token of ten minutes, told apart from a wrong one by nothing but the answer."""

from services.console.directory.domain.rules import Account
from services.console.directory.storage import store
from services.console.directory.usecases.passwords import Passwords
from shared.auth import RateLimiter, Staff, StaffTokens
from shared.auth.tokens import Session
from shared.clock import Clock
from shared.db import Database
from shared.errors import UnauthenticatedError

SESSION_SECONDS = 8 * 3600
"""A page stays signed in for a working day; then the password is asked again."""
_WRONG = "登录名或密码不正确 / Login or password is wrong."


class SignIn:
    """`db` is the directory's. Failures are throttled by login (10, then one in 5 s) and by address (50, then 2 a second)."""

    def __init__(self, db: Database, tokens: StaffTokens, passwords: Passwords, system: Clock) -> None:
        self._db = db
        self._clock = system
        self._tokens = tokens
        self._passwords = passwords
        self._by_login = RateLimiter(rate=0.2, burst=10)
        self._by_address = RateLimiter(rate=2, burst=50)

    async def __call__(self, login: str, password: str, address: str) -> tuple[str, Staff]:
        """A token and who it is for. Raises `UnauthenticatedError`, the same for every reason, or `ThrottledError`."""
        self._by_address.check(address)
        self._by_login.check(login)
        async with self._db.transaction() as tx:
            found = await store.load_account(tx, login)
        account, kept = found or (None, None)
        if not await self._passwords.holds(password, kept) or account is None or account.state != "active":
            raise UnauthenticatedError(_WRONG)
        self._by_address.give_back(address)
        self._by_login.give_back(login)
        member = _member(account)
        return self._tokens.issue(member), member

    async def renew(self, session: Session) -> str | None:
        """A fresh token for an open session, with the account's present roles; None where it is not to go on."""
        now = self._clock.now().timestamp()
        if now - session.signed_in > SESSION_SECONDS:
            return None
        async with self._db.transaction() as tx:
            found = await store.load_account(tx, session.member.login)
        if found is None or found[0].state != "active":
            return None
        return self._tokens.issue(_member(found[0]), signed_in=session.signed_in)


def _member(account: Account) -> Staff:
    return Staff(account.login, account.organisation_id, account.roles, account.display_name)
