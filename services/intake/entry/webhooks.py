"""Signed pushes by the Standard Webhooks specification: who sent them, unchanged, just now.

A push that passes here may still be a repetition: its id is claimed in the transaction of its effect
(`storage.keys.claim_webhook_id`), and `ReplayedError` is for one that was taken in before.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from fastapi import Path, Request

from services.intake.entry.door import SENDER
from services.intake.usecases.vendors import ActiveVendor, Vendors
from shared.clock import Clock
from shared.errors import ConflictError, UnauthenticatedError

TOLERANCE_SECONDS = 300
LONGEST_ID = 256
MOST_SIGNATURES = 16
SIGNATURE_BYTES = 32
ID_SCHEMA = {"type": "string", "minLength": 1, "maxLength": LONGEST_ID, "pattern": "^[ -~]+$"}
TIMESTAMP_SCHEMA = {"type": "string", "pattern": "^[0-9]{1,12}$", "description": "Seconds since 1970, UTC"}
"""What the document says of the two headers that the signature covers beside the body."""


class ReplayedError(ConflictError):
    """This webhook-id was taken in before; nothing was kept twice, and the sender may count it as delivered."""

    type: ClassVar[str] = "replayed"
    title: ClassVar[str] = "重复推送 / Already received"


@dataclass(frozen=True, slots=True)
class SignedPush:
    """A push whose signature holds; `body` is exactly what was signed."""

    vendor: ActiveVendor
    webhook_id: str
    body: bytes


class WebhookGate:
    """The dependency of a push route with the path parameter `vendor`. `clock` is the system clock."""

    def __init__(self, vendors: Vendors, clock: Clock) -> None:
        self._vendors = vendors
        self._clock = clock

    async def __call__(self, request: Request, vendor: Annotated[str, Path(max_length=63)]) -> SignedPush:
        """The push. Raises `UnauthenticatedError`, the same for an unknown vendor as for a wrong signature."""
        signature = read_headers(request.headers, self._clock.now())
        body = await request.body()
        active = await self._vendors.active(vendor)
        if active is None or not signature.holds(body, active.secrets):
            raise UnauthenticatedError(
                "签名不符 / No signature in webhook-signature matches the body under this vendor's secret."
            )
        request.scope[SENDER] = f"vendor {active.vendor_id}"
        return SignedPush(active, signature.webhook_id, body)


@dataclass(frozen=True, slots=True)
class Signature:
    """What the headers claim: id, timestamp as it was sent, and the v1 signatures."""

    webhook_id: str
    timestamp: str
    candidates: tuple[bytes, ...]

    def holds(self, body: bytes, secrets: Sequence[bytes]) -> bool:
        """Whether any signature is that of `body` under any of the secrets; all are compared, in constant time."""
        signed = f"{self.webhook_id}.{self.timestamp}.".encode() + body
        found = False
        for secret in secrets:
            expected = hmac.digest(secret, signed, hashlib.sha256)
            for candidate in self.candidates:
                found |= hmac.compare_digest(expected, candidate)
        return found


def read_headers(headers: Mapping[str, str], now: datetime) -> Signature:
    """The three webhook headers (names in lower case), their time checked against `now`.

    Raises `UnauthenticatedError` naming what is missing, malformed, or more than five minutes off.
    """
    webhook_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (0 < len(webhook_id) <= LONGEST_ID and webhook_id.isascii() and webhook_id.isprintable()):
        raise UnauthenticatedError(
            f"Send webhook-id, 1 to {LONGEST_ID} ASCII characters, the same for repetitions of a push."
        )
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise UnauthenticatedError("Send webhook-timestamp in whole seconds since 1970.")
    off = int(timestamp) - now.timestamp()
    if abs(off) > TOLERANCE_SECONDS:
        raise UnauthenticatedError(
            f"推送时间相差 {abs(off):.0f} 秒 / webhook-timestamp is {abs(off):.0f} s {'ahead' if off > 0 else 'old'}; "
            f"{TOLERANCE_SECONDS} s are allowed. Sign each attempt anew and check the clock."
        )
    candidates = tuple(_candidates(headers.get("webhook-signature", "")))
    if not candidates:
        raise UnauthenticatedError("Send webhook-signature: 'v1,<base64>', several separated by spaces.")
    return Signature(webhook_id, timestamp, candidates)


def _candidates(header: str) -> list[bytes]:
    found = []
    for part in header.split(" ")[:MOST_SIGNATURES]:
        scheme, _, encoded = part.partition(",")
        if scheme == "v1":
            try:
                found.append(base64.b64decode(encoded, validate=True))
            except ValueError:
                continue  # another signature may still be good
    return [candidate for candidate in found if len(candidate) == SIGNATURE_BYTES]
