"""Answers kept for seven days under the client's Idempotency-Key, in the transaction of the effect.

An answer holds a receipt, which nobody but its holder may know: it is encrypted under a key that follows from the request
itself and the installation's pepper, so only the same request, sent again, opens it.
"""

import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.db import Transaction

_NONCE = 12
Place: TypeAlias = tuple[str, str, str]
"""What a key is unique within: client, route, key."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """A request under an idempotency key. `mac` recognises the same body, `secret` opens the kept answer."""

    client: str
    route: str
    key: str
    mac: bytes
    secret: bytes

    @property
    def place(self) -> Place:
        """What the key is unique within."""
        return self.client, self.route, self.key


def guard(pepper: bytes, client: str, route: str, key: str, body: bytes) -> Guarded:
    """Derive what is needed to compare and to open."""
    derived = hmac.digest(pepper, b"idempotency\0" + key.encode() + b"\0" + body, "sha512")
    return Guarded(client, route, key, mac=derived[:32], secret=derived[32:])


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered before."""

    mac: bytes
    sealed: bytes


def open_answer(guarded: Guarded, kept: KeptAnswer) -> bytes:
    """The answer given to the same request before."""
    return AESGCM(guarded.secret).decrypt(
        kept.sealed[:_NONCE], kept.sealed[_NONCE:], b"".join(map(str.encode, guarded.place))
    )


def seal_answer(guarded: Guarded, answer: bytes) -> bytes:
    """The answer as it is kept."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(guarded.secret).encrypt(nonce, answer, b"".join(map(str.encode, guarded.place)))


def answer_rows(answers: Sequence[tuple[Guarded, bytes]], now: datetime) -> list[tuple[Any, ...]]:
    """The rows that keep these answers, in the order in which every transaction writes them."""
    rows = [(*each.place, each.mac, seal_answer(each, answer), now) for each, answer in answers]
    return sorted(rows, key=lambda row: row[:3])


async def forget_old(tx: Transaction, before: datetime) -> None:
    """Drop answers kept before this moment, a bounded number at a time."""
    await tx.execute(
        "DELETE FROM intake.idempotency WHERE ctid IN "
        "(SELECT ctid FROM intake.idempotency WHERE kept_at < $1 LIMIT 5000)",
        before,
    )
