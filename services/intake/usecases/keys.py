"""Portal keys: made, rotated and revoked by administrators; checked on every call of a portal, mostly from memory."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.intake.domain.clients import ApiKey, Scope, key_mac, new_api_key
from services.intake.storage import keys as store
from services.intake.usecases.administrators import Administrator, check_version
from services.intake.usecases.remembered import Remembered
from shared.auth.limits import RateLimiter
from shared.clock import Clock
from shared.db import Database
from shared.errors import ConflictError, ForbiddenError, MissingError, UnauthenticatedError
from shared.ids import new_id

REMEMBERED_SECONDS = 5.0
"""How long a revoked key may still pass in another process."""
DEFAULT_PER_SECOND = 50
BURST_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Client:
    """A portal that has shown a key which holds."""

    key_id: UUID
    organisation_id: str
    scopes: frozenset[str]


class PortalKeys:
    """Portal keys of this installation. `pepper` is the HMAC key; `clock` is the system clock."""

    def __init__(
        self, db: Database, pepper: bytes, clock: Clock, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._db = db
        self._pepper = pepper
        self._clock = clock
        self._monotonic = monotonic
        self._known: Remembered[bytes, ApiKey] = Remembered(REMEMBERED_SECONDS, monotonic)
        self._limits: dict[int, RateLimiter] = {}

    async def authenticate(self, presented: str | None, scope: Scope) -> Client:
        """The client that shows this key, one call of its allowance for `scope` used.

        Raises `UnauthenticatedError` (nothing said about why), `ForbiddenError` without the scope, `ThrottledError`.
        """
        mac = key_mac(presented, self._pepper) if presented else None
        key = await self._known.get(mac, lambda: self._load(mac)) if mac else None
        if key is None or mac is None or not key.accepts(mac, self._clock.now()):
            raise UnauthenticatedError("接口密钥无效 / Send a valid key in the header X-API-Key.")
        if scope not in key.scopes:
            raise ForbiddenError(f"此密钥没有所需权限 / This key lacks the scope {scope}.")
        self._limiter(key.per_second).check(f"{key.key_id} {scope}")
        return Client(key.key_id, key.organisation_id, key.scopes)

    async def create(
        self,
        organisation_id: str,
        label: str,
        scopes: frozenset[Scope],
        *,
        by: Administrator,
        per_second: int = DEFAULT_PER_SECOND,
    ) -> tuple[ApiKey, str]:
        """A new key and, this once, what the portal must send. Raises `MissingError` for a foreign organisation."""
        by.require(organisation_id)
        presented, now = new_api_key(), self._clock.now()
        key = ApiKey(
            key_id=new_id(),
            organisation_id=organisation_id,
            label=label,
            scopes=frozenset(scopes),
            per_second=per_second,
            mac=self._mac(presented),
            created_at=now,
            changed_at=now,
            changed_by=by.login,
        )
        async with self._db.transaction() as tx:
            await store.save_key(tx, key)
        return key, presented

    async def rotate(
        self, key_id: UUID, *, by: Administrator, grace: timedelta, version: int | None = None
    ) -> tuple[ApiKey, str]:
        """A new key under the same id; the old one holds for `grace`.

        Raises `MissingError`, or `ConflictError` where it is revoked or has moved on from `version`.
        """
        presented, now = new_api_key(), self._clock.now()
        key = await self._change(
            key_id,
            by,
            version,
            lambda present: present.rotated(self._mac(presented), now=now, grace=grace, by=by.login),
        )
        return key, presented

    async def revoke(self, key_id: UUID, *, by: Administrator, version: int | None = None) -> ApiKey:
        """End a key at once (elsewhere within five seconds). Raises as `rotate`."""
        now = self._clock.now()
        return await self._change(key_id, by, version, lambda present: present.revoked(now=now, by=by.login))

    async def list_all(self, *, by: Administrator) -> list[ApiKey]:
        """The newest keys that this administrator answers for, at most 200."""
        async with self._db.transaction() as tx:
            return await store.list_keys(tx, by.organisation_id)

    async def _change(
        self, key_id: UUID, by: Administrator, version: int | None, change: Callable[[ApiKey], ApiKey]
    ) -> ApiKey:
        async with self._db.transaction() as tx:
            present = await store.key_for_change(tx, key_id)
            if present is None or not by.answers_for(present.organisation_id):
                raise MissingError("没有这个接口密钥 / There is no such key.")
            check_version(present.version, version)
            if present.revoked_at is not None:
                raise ConflictError(
                    "此密钥已作废，请新建 / This key is revoked; make a new one.", version=present.version
                )
            changed = change(present)
            await store.save_key(tx, changed)
        self._known.forget()
        return changed

    async def _load(self, mac: bytes | None) -> ApiKey | None:
        if mac is None:
            return None
        async with self._db.transaction() as tx:
            return await store.key_by_mac(tx, mac)

    def _mac(self, presented: str) -> bytes:
        mac = key_mac(presented, self._pepper)
        assert mac is not None, "a fresh key has the form of a key"
        return mac

    def _limiter(self, per_second: int) -> RateLimiter:
        limiter = self._limits.get(per_second)
        if limiter is None:
            limiter = RateLimiter(per_second, per_second * BURST_SECONDS, self._monotonic)
            self._limits[per_second] = limiter
        return limiter
