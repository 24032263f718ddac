"""Who may send reports: portal keys and vendors, and how each is rotated and revoked. Pure; time is system time."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Self
from uuid import UUID

from services.intake.domain.sealing import WrappedKey

Scope = Literal["complaints:write", "complaints:read"]
SCOPES: tuple[Scope, ...] = ("complaints:write", "complaints:read")

KEY_PREFIX = "hyk_"
SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix of secrets, not one
SECRET_BYTES = 32
PLATFORM = "platform"
"""The organisation of platform administrators; it owns what serves several organisations."""

_KEY = re.compile(KEY_PREFIX + r"[A-Za-z0-9_-]{43}")


def new_api_key() -> str:
    """A fresh portal key with 256 random bits; shown once, kept only as `key_mac`."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def key_mac(presented: str, pepper: bytes) -> bytes | None:
    """HMAC-SHA256 of a portal key, under which it is found; None for what cannot be one."""
    if not _KEY.fullmatch(presented):
        return None
    return hmac.digest(pepper, presented.encode(), hashlib.sha256)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A portal's key: one organisation, some scopes, `per_second` calls for each scope. The previous key of a rotation holds
    until `previous_until`; the id stays, and with it whatever is remembered of the client."""

    key_id: UUID
    organisation_id: str
    label: str
    scopes: frozenset[str]
    per_second: int
    mac: bytes
    created_at: datetime
    changed_at: datetime
    changed_by: str
    previous_mac: bytes | None = None
    previous_until: datetime | None = None
    revoked_at: datetime | None = None
    version: int = 1

    def accepts(self, mac: bytes, now: datetime) -> bool:
        """Whether a presented key with this MAC holds now."""
        if self.revoked_at is not None:
            return False
        if hmac.compare_digest(mac, self.mac):
            return True
        return self.previous_mac is not None and hmac.compare_digest(mac, self.previous_mac) and self._in_grace(now)

    def rotated(self, mac: bytes, *, now: datetime, grace: timedelta, by: str) -> Self:
        """With a new key; the present one holds for `grace` more, one still older ends at once."""
        return replace(
            self,
            mac=mac,
            previous_mac=self.mac,
            previous_until=now + grace,
            changed_at=now,
            changed_by=by,
            version=self.version + 1,
        )

    def revoked(self, *, now: datetime, by: str) -> Self:
        """Ended for good."""
        return replace(self, revoked_at=now, changed_at=now, changed_by=by, version=self.version + 1)

    def _in_grace(self, now: datetime) -> bool:
        return self.previous_until is not None and now < self.previous_until


@dataclass(frozen=True, slots=True)
class Vendor:
    """A monitoring vendor: the organisations it may push for, and its secrets, sealed for this row.

    `organisation_id` is who registered it: an organisation for itself alone, or the platform.
    """

    vendor_id: UUID
    organisation_id: str
    name: str
    organisations: frozenset[str]
    secret: WrappedKey
    created_at: datetime
    changed_at: datetime
    changed_by: str
    previous: WrappedKey | None = None
    previous_until: datetime | None = None
    revoked_at: datetime | None = None
    version: int = 1

    def secrets_at(self, now: datetime) -> list[WrappedKey]:
        """The secrets that hold now, the newest first; none once revoked."""
        if self.revoked_at is not None:
            return []
        grace = self.previous is not None and self.previous_until is not None and now < self.previous_until
        return [self.secret, self.previous] if grace and self.previous is not None else [self.secret]

    def rotated(self, secret: WrappedKey, *, now: datetime, grace: timedelta, by: str) -> Self:
        """With a new secret; the present one holds for `grace` more, one still older ends at once."""
        return replace(
            self,
            secret=secret,
            previous=self.secret,
            previous_until=now + grace,
            changed_at=now,
            changed_by=by,
            version=self.version + 1,
        )

    def revoked(self, *, now: datetime, by: str) -> Self:
        """Ended for good; the name may be registered anew."""
        return replace(self, revoked_at=now, changed_at=now, changed_by=by, version=self.version + 1)
