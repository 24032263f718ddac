"""Passwords: argon2id in a capped thread pool, so that signing in can neither block the loop nor fill the memory."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.errors import UnavailableError

_WORKERS = 2
_WAITING = 32


class Passwords:
    """Hashes and verifies; one thread works on 19 MiB (OWASP's parameters), two at most, 32 callers wait at most."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="argon2")
        self._pending = 0
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """The hash to keep. Raises `UnavailableError` where too many wait."""
        return await self._run(password, None) or ""

    async def holds(self, password: str, kept: str | None) -> bool:
        """Whether the password is the one that was kept; as slow for nobody's (None) as for a wrong one."""
        if kept is None:
            self._nobody = self._nobody or await self.hash("nobody")
        return await self._run(password, kept or self._nobody) is not None and kept is not None

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self, password: str, kept: str | None) -> str | None:
        if self._pending >= _WAITING:
            raise UnavailableError("登录人数过多，请稍后再试 / Too many are signing in; try again.", retry_after=2)
        self._pending += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._work, password, kept)
        finally:
            self._pending -= 1

    def _work(self, password: str, kept: str | None) -> str | None:
        """Hash, or give back `kept` where it holds."""
        if kept is None:
            return self._hasher.hash(password)
        try:
            self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return None
        return kept
