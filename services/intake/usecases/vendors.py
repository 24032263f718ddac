"""Monitoring vendors: registered, rotated and revoked by administrators; their secrets at hand for checking signatures."""

import secrets
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg

from services.intake.domain.clients import SECRET_BYTES, SECRET_PREFIX, Vendor
from services.intake.domain.sealing import Keyring
from services.intake.storage import keys as store
from services.intake.usecases.administrators import Administrator, check_version
from services.intake.usecases.remembered import Remembered
from shared.clock import Clock
from shared.db import Database
from shared.errors import ConflictError, ForbiddenError, MissingError
from shared.ids import new_id

REMEMBERED_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ActiveVendor:
    """A vendor as a push needs it: `secrets` are those that hold now, in the clear, never to be logged or stored."""

    vendor_id: UUID
    name: str
    organisations: frozenset[str]
    secrets: tuple[bytes, ...]

    def require(self, organisation_id: str) -> None:
        """Raise `ForbiddenError` unless this vendor may push for the organisation."""
        if organisation_id not in self.organisations:
            raise ForbiddenError(
                f"此监测服务商未获授权向该单位推送 / The vendor {self.name} may not push for {organisation_id!r}."
            )


class Vendors:
    """The vendors of this installation. `clock` is the system clock."""

    def __init__(
        self, db: Database, keyring: Keyring, clock: Clock, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._db = db
        self._keyring = keyring
        self._clock = clock
        self._known: Remembered[str, Vendor] = Remembered(REMEMBERED_SECONDS, monotonic)

    async def active(self, name: str) -> ActiveVendor | None:
        """The vendor of that name with the secrets that hold now; None where nobody goes by it."""
        vendor = await self._known.get(name, lambda: self._load(name))
        if vendor is None:
            return None
        unwrapped = (self._keyring.unwrap(vendor.vendor_id, each) for each in vendor.secrets_at(self._clock.now()))
        return ActiveVendor(vendor.vendor_id, vendor.name, vendor.organisations, tuple(unwrapped))

    async def create(self, name: str, organisations: frozenset[str], *, by: Administrator) -> tuple[Vendor, str]:
        """Register a vendor; its secret (`whsec_…`) is told this once.

        Raises `MissingError` for a foreign organisation and `ConflictError` for a name in use.
        """
        for organisation_id in sorted(organisations):
            by.require(organisation_id)
        vendor_id, now, secret = new_id(), self._clock.now(), secrets.token_bytes(SECRET_BYTES)
        vendor = Vendor(
            vendor_id=vendor_id,
            organisation_id=by.owner,
            name=name,
            organisations=organisations,
            secret=self._keyring.wrap(vendor_id, secret),
            created_at=now,
            changed_at=now,
            changed_by=by.login,
        )
        try:
            async with self._db.transaction() as tx:
                await store.save_vendor(tx, vendor)
        except asyncpg.UniqueViolationError:
            raise ConflictError(f"名称 {name} 已被使用 / The vendor name {name} is taken; choose another.") from None
        self._known.forget()
        return vendor, _told(secret)

    async def rotate(
        self, vendor_id: UUID, *, by: Administrator, grace: timedelta, version: int | None = None
    ) -> tuple[Vendor, str]:
        """A new secret; the old one holds for `grace`.

        Raises `MissingError`, `ForbiddenError` for a vendor shared with other organisations, `ConflictError` where it is
        revoked or has moved on from `version`.
        """
        secret, now = secrets.token_bytes(SECRET_BYTES), self._clock.now()
        wrapped = self._keyring.wrap(vendor_id, secret)
        vendor = await self._change(
            vendor_id, by, version, lambda present: present.rotated(wrapped, now=now, grace=grace, by=by.login)
        )
        return vendor, _told(secret)

    async def revoke(self, vendor_id: UUID, *, by: Administrator, version: int | None = None) -> Vendor:
        """End a vendor at once (elsewhere within five seconds). Raises as `rotate`."""
        now = self._clock.now()
        return await self._change(vendor_id, by, version, lambda present: present.revoked(now=now, by=by.login))

    async def list_all(self, *, by: Administrator) -> list[Vendor]:
        """The newest vendors that push for this administrator's organisation, at most 200."""
        async with self._db.transaction() as tx:
            return await store.list_vendors(tx, by.organisation_id)

    async def _change(
        self, vendor_id: UUID, by: Administrator, version: int | None, change: Callable[[Vendor], Vendor]
    ) -> Vendor:
        async with self._db.transaction() as tx:
            present = await store.vendor_for_change(tx, vendor_id)
            if present is None or not any(by.answers_for(each) for each in present.organisations):
                raise MissingError("没有这个监测服务商 / There is no such vendor.")
            if not by.answers_for(present.organisation_id):
                raise ForbiddenError(
                    "此服务商由平台登记，请联系平台管理员 / The platform registered this vendor; ask it."
                )
            check_version(present.version, version)
            if present.revoked_at is not None:
                raise ConflictError(
                    "此服务商已停用 / This vendor is revoked; register it anew.", version=present.version
                )
            changed = change(present)
            await store.save_vendor(tx, changed)
        self._known.forget()
        return changed

    async def _load(self, name: str) -> Vendor | None:
        async with self._db.transaction() as tx:
            return await store.vendor_by_name(tx, name)


def _told(secret: bytes) -> str:
    return SECRET_PREFIX + b64encode(secret).decode()
