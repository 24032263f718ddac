"""Envelope encryption of what a complainant said and who they are.

Each report has a data key of its own; its columns are sealed under it with AES-256-GCM and a random 96-bit nonce each. The
data key is wrapped by the current key of a `Keyring` and stands beside the report as `WrappedKey`: destroying that one
value erases the report for good, wherever copies of the sealed columns lie. Row, column and key id are authenticated, so
that a sealed value moved to another row or column does not open.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.errors import HuiyingError, UnavailableError

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16


class SealBrokenError(HuiyingError):
    """A sealed value does not open here: changed, or moved from another row or column."""

    type: ClassVar[str] = "seal-broken"
    title: ClassVar[str] = "密封数据无法开启 / Sealed data does not open"


class KeyAbsentError(UnavailableError):
    """A key id is in use but not among the keys of this process; put the key back, then try again."""

    type: ClassVar[str] = "key-absent"


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A key as it is stored: the id of the key that wraps it, and nonce, ciphertext and tag in one."""

    kid: str
    blob: bytes


def new_data_key() -> bytes:
    """A fresh 256-bit key for one report."""
    return os.urandom(KEY_BYTES)


def seal(row_id: UUID, column: str, plaintext: bytes, data_key: bytes) -> bytes:
    """Seal one column of one row; the answer is 28 bytes longer than `plaintext`."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(data_key).encrypt(nonce, plaintext, _bound_to(row_id, column))


def open_(row_id: UUID, column: str, sealed: bytes, data_key: bytes) -> bytes:
    """Open what `seal` made for this row and column; raises `SealBrokenError`."""
    return _decrypt(AESGCM(data_key), sealed, _bound_to(row_id, column), f"column {column} of row {row_id}")


class Keyring:
    """The keys that wrap other keys: `current` wraps, all of `keys` (32 bytes each, by id) unwrap.

    Raises `ValueError` for a key of another length and `KeyAbsentError` where `current` is not among them.
    """

    def __init__(self, current: str, keys: Mapping[str, bytes]) -> None:
        for kid, key in keys.items():
            if len(key) != KEY_BYTES:
                raise ValueError(f"key {kid} has {len(key)} bytes; a wrapping key has {KEY_BYTES}")
        self.current = current
        self._ciphers = {kid: AESGCM(key) for kid, key in keys.items()}
        self._cipher(current)

    @property
    def kids(self) -> frozenset[str]:
        """The ids of all keys held, for the readiness check against those in use."""
        return frozenset(self._ciphers)

    def wrap(self, row_id: UUID, key: bytes) -> WrappedKey:
        """Wrap key material (a report's data key, a vendor's secret) for one row under the current key."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self.current].encrypt(nonce, key, _wrapped_for(row_id, self.current))
        return WrappedKey(self.current, nonce + sealed)

    def unwrap(self, row_id: UUID, wrapped: WrappedKey) -> bytes:
        """The key again; raises `KeyAbsentError` for an unknown key id and `SealBrokenError` where it does not open."""
        return _decrypt(
            self._cipher(wrapped.kid),
            wrapped.blob,
            _wrapped_for(row_id, wrapped.kid),
            f"the key of row {row_id}, wrapped by {wrapped.kid}",
        )

    def rewrap(self, row_id: UUID, wrapped: WrappedKey) -> WrappedKey:
        """The same key under the current wrapping key; unchanged where it already is."""
        return wrapped if wrapped.kid == self.current else self.wrap(row_id, self.unwrap(row_id, wrapped))

    def _cipher(self, kid: str) -> AESGCM:
        cipher = self._ciphers.get(kid)
        if cipher is None:
            raise KeyAbsentError(
                f"The encryption key {kid!r} is in use but not among the keys of this service "
                f"({', '.join(sorted(self._ciphers)) or 'none'}); restore it in the secrets folder."
            )
        return cipher


@dataclass(frozen=True, slots=True)
class Sealed:
    """A report's sealed columns. Without a `key_id` nothing was ever sealed; with one but no `wrapped_key` it was erased."""

    body: bytes
    contact: bytes | None
    wrapped_key: bytes | None
    key_id: str | None


NOTHING_SEALED = Sealed(b"", None, None, None)
"""Of a report whose own words stand in the open, because masking changed nothing about them."""


def seal_report(report_id: UUID, original: bytes, contact: bytes | None, keyring: Keyring) -> Sealed:
    """A report's original and contact under a key of its own."""
    data_key = new_data_key()
    wrapped = keyring.wrap(report_id, data_key)
    return Sealed(
        body=seal(report_id, "body", original, data_key),
        contact=None if contact is None else seal(report_id, "contact", contact, data_key),
        wrapped_key=wrapped.blob,
        key_id=wrapped.kid,
    )


def _decrypt(cipher: AESGCM, sealed: bytes, bound_to: bytes, what: str) -> bytes:
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise SealBrokenError(f"Sealed data is too short to be whole: {what}.")
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
    except InvalidTag:
        raise SealBrokenError(f"Sealed data was changed, or belongs to another place: {what}.") from None


def _bound_to(row_id: UUID, column: str) -> bytes:
    return b"huiying.intake.column.v1\0" + row_id.bytes + column.encode()


def _wrapped_for(row_id: UUID, kid: str) -> bytes:
    return b"huiying.intake.key.v1\0" + row_id.bytes + kid.encode()
