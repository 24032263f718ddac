"""Answers kept for seven days under the client's Idempotency-Key, in the transaction of the effect.

An answer holds a receipt, which nobody but its holder may know: it is encrypted under a key that follows from the request
itself and the installation's pepper, so only the same request, sent again, opens it.
"""

import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.db import Transaction

_NONCE = 12


@dataclass(frozen=True, slots=True)
class Guarded:
    """A request under an idempotency key. `mac` recognises the same body, `secret` opens the kept answer."""

    client: str
    route: str
    key: str
    mac: bytes
    secret: bytes

    @property
    def place(self) -> tuple[str, str, str]:
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


async def answered(tx: Transaction, requests: Sequence[Guarded]) -> dict[tuple[str, str, str], KeptAnswer]:
    """Which of these requests have been answered before."""
    if not requests:
        return {}
    rows = await tx.fetch(
        "SELECT t.* FROM unnest($1::text[], $2::text[], $3::text[]) w(client, route, key) "
        "JOIN intake.idempotency t USING (client, route, key)",
        *(list(column) for column in zip(*(each.place for each in requests), strict=True)),
    )
    return {(row["client"], row["route"], row["key"]): KeptAnswer(row["body_mac"], row["answer"]) for row in rows}


async def remember(tx: Transaction, answers: Sequence[tuple[Guarded, bytes]], now: datetime) -> None:
    """Keep these answers. A racing twin fails with a unique violation and nothing of this transaction stays."""
    if not answers:
        return
    rows = [(*each.place, each.mac, seal_answer(each, answer), now) for each, answer in answers]
    columns = ("client", "route", "key", "body_mac", "answer", "kept_at")
    await tx.copy("intake.idempotency", columns, sorted(rows, key=lambda row: row[:3]))


async def forget_old(tx: Transaction, before: datetime) -> None:
    """Drop answers kept before this moment, a bounded number at a time."""
    await tx.execute(
        "DELETE FROM intake.idempotency WHERE ctid IN "
        "(SELECT ctid FROM intake.idempotency WHERE kept_at < $1 LIMIT 5000)",
        before,
    )
