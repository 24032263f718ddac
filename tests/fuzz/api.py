"""The running product as the fuzzers call it, with credentials of every kind made from its secrets folder.

Tokens are signed here with the console's key: signing in a thousand times would only meet the limit of sign-ins.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from shared.auth import ServiceTokens, Staff, StaffTokens
from shared.clock import SystemClock
from shared.secrets import load_secrets
from tests.bench.product import Product

T = TypeVar("T")
PATIENCE = 60.0
"""Seconds until one service has heard what another said."""


class WorldError(Exception):
    """The product refused what every installation must be able to do."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff."""

    login: str
    organisation: str
    roles: frozenset[str]


@dataclass(slots=True)
class Api:
    """Calls that must succeed."""

    product: Product
    _http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def staff(self, member: Member) -> dict[str, str]:
        """The header of a fresh staff token, good for ten minutes."""
        tokens = StaffTokens(load_secrets(self.product.var / "secrets").staff_signing(), SystemClock())
        token = tokens.issue(Staff(member.login, member.organisation, member.roles, "测试人员"))
        return {"Authorization": f"Bearer {token}"}

    def service(self, caller: str, audience: str) -> dict[str, str]:
        """The header of a service's token for another, good for five minutes."""
        secrets = load_secrets(self.product.var / "secrets")
        return ServiceTokens(secrets.service_signing(caller), caller, SystemClock()).header(audience)

    def send(
        self,
        service: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        *,
        body: Any = None,
        content: bytes | None = None,
        params: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Whatever it answers."""
        url = self.product.url(service) + path
        return self._http.request(method, url, headers=dict(headers), json=body, content=content, params=params)

    def get(self, service: str, path: str, headers: Mapping[str, str], **params: str) -> Any:
        """What a list or a file shows. Raises `WorldError`."""
        return _read(self.send(service, "GET", path, headers, params=params))

    def post(self, service: str, path: str, headers: Mapping[str, str], body: Any) -> Any:
        """Do it. Raises `WorldError`."""
        return _read(self.send(service, "POST", path, headers, body=body))


def _read(answer: httpx.Response) -> Any:
    if answer.status_code >= 300:
        raise WorldError(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:400]}")
    return answer.json()


def eventually(look: Callable[[], T], what: str) -> T:
    """What `look` finds, asked again while that is nothing or an error. Raises `WorldError`."""
    deadline, last = time.monotonic() + PATIENCE, ""
    while time.monotonic() < deadline:
        try:
            found = look()
        except WorldError as error:
            last = str(error)
        else:
            if found:
                return found
        time.sleep(0.05)
    raise WorldError(f"after {PATIENCE:.0f} s not: {what} {last}")


def sign(secret: bytes, webhook_id: str, timestamp: str, body: bytes) -> str:
    """A Standard Webhooks signature, as the specification says it, not as the product does."""
    mac = hmac.new(
        secret,
        webhook_id.encode("latin-1", "replace") + b"." + timestamp.encode("latin-1", "replace") + b"." + body,
        hashlib.sha256,
    )
    return "v1," + base64.b64encode(mac.digest()).decode()


def secret_bytes(secret: str) -> bytes:
    """The key of a `whsec_…`."""
    return base64.b64decode(secret.removeprefix("whsec_"))
