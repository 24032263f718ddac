"""Organisations, staff, portal and vendor for flow tests, made through the public interfaces."""

import time
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson
from standardwebhooks import Webhook

from tests.builders.product import Product

ORGANISATIONS = {
    "anhui": "anhui-medical-security-2021",
    "xuancheng": "xuancheng-2015",
    "yichun": "yichun-market-regulation-2020",
}


@dataclass
class Office:
    """The product with what outsiders need: a portal key by organisation, and a vendor's secret."""

    product: Product
    keys: dict[str, str]
    vendor_secret: str
    hired: set[str] = field(default_factory=set)

    async def complain(self, organisation: str, title: str, body: str, **more: Any) -> dict[str, Any]:
        """A citizen's complaint through the portal; answers the receipt."""
        headers = {"X-API-Key": self.keys[organisation], "Idempotency-Key": more.pop("key", uuid4().hex)}
        answer = await self.product.http.post(
            f"{self.product.urls['intake']}/v1/complaints", json={"title": title, "body": body, **more}, headers=headers
        )
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def citizen(self, organisation: str, receipt: str) -> dict[str, Any]:
        """The citizen's view."""
        answer = await self.product.http.get(
            f"{self.product.urls['intake']}/v1/complaints/{receipt}", headers={"X-API-Key": self.keys[organisation]}
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def push(self, organisation: str, *events: dict[str, Any], expect: int = 202) -> dict[str, Any]:
        """A vendor's signed push."""
        body = orjson.dumps({"organisation": organisation, "events": list(events)})
        answer = await self.product.http.post(
            f"{self.product.urls['intake']}/v1/monitoring/watcher/events",
            content=body,
            headers={"content-type": "application/json", **self.signed(body)},
        )
        assert answer.status_code == expect, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def signed(self, body: bytes, push_id: str | None = None, at: float | None = None) -> dict[str, str]:
        """The headers of a signed push, by the reference implementation."""
        push_id = push_id or f"msg_{uuid4().hex}"
        moment = at or time.time()
        secret = b64decode(self.vendor_secret.removeprefix("whsec_"))
        signature = Webhook(secret).sign(push_id, datetime.fromtimestamp(moment, UTC), body.decode())
        return {
            "webhook-id": push_id,
            "webhook-timestamp": str(int(moment)),
            "webhook-signature": signature,
        }

    async def login(self, organisation: str, role: str) -> str:
        """The login of the account that holds this role, made when it is first needed."""
        login = f"{organisation}.{role.replace('_', '-')}"
        if login not in self.hired:
            await _account(self.product, organisation, role, login)
            self.hired.add(login)
        return login

    async def tasks(self, organisation: str, incident_id: str, role: str = "office") -> dict[str, dict[str, Any]]:
        """An incident's tasks by key."""
        return await self.product.tasks_of(incident_id, await self.login(organisation, role))

    async def staff(self, organisation: str, role: str, method: str, path: str, **more: Any) -> Any:
        """A call as whoever holds `role`; the service is told by the first part of `path`, as `tasks:/v1/…`."""
        service, _, rest = path.partition(":")
        return await self.product.call(service, method, rest, await self.login(organisation, role), **more)


async def settle(product: Product) -> Office:
    """Make the organisations, keys and the vendor; accounts are made as they are needed."""
    admin = product.admin[0]
    for slug, rulebook in ORGANISATIONS.items():
        body = {"id": slug, "name": f"示范单位 {slug}", "rulebook": rulebook}
        await product.call("console", "POST", "/v1/organisations", admin, json=body, expect=201)
    await product.drain()
    keys = {}
    for slug in ORGANISATIONS:
        key: dict[str, Any] = {
            "organisation": slug,
            "label": "portal",
            "scopes": ["complaints:write", "complaints:read"],
            "per_second": 1000,
        }
        keys[slug] = (await product.call("intake", "POST", "/v1/keys", admin, json=key, expect=201))["key"]
    vendor: dict[str, Any] = {"name": "watcher", "organisations": list(ORGANISATIONS)}
    made = await product.call("intake", "POST", "/v1/vendors", admin, json=vendor, expect=201)
    return Office(product, keys, made["secret"])


async def _account(product: Product, organisation: str, role: str, login: str) -> None:
    account: dict[str, Any] = {
        "login": login,
        "password": f"{login}-Password-1",
        "display_name": role,
        "roles": [role],
        "organisation_id": organisation,
    }
    await product.call("console", "POST", "/v1/accounts", product.admin[0], json=account, expect=201)
