"""Organisations, keys and staff for a measured product, made through its public interfaces."""

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from shared.marked_yaml import read_yaml
from shared.secrets import load_secrets
from tests.bench.product import ROOT, Product

RULEBOOKS = ("anhui-medical-security-2021", "xuancheng-2015", "yichun-market-regulation-2020")
PER_SECOND = 10_000
TOKEN_SECONDS = 300.0
PATIENCE = 60.0


class SetupFailedError(Exception):
    """The product refused what every installation must be able to do."""


@dataclass(slots=True)
class Office:
    """One organisation with its portal's key, and a member of staff whose token is fetched anew when it grows old."""

    organisation: str
    api_key: str
    login: str
    password: str
    _token: str = field(default="", repr=False)
    _token_until: float = 0.0

    async def token(self, session: aiohttp.ClientSession, product: Product) -> dict[str, str]:
        """The header of a staff call."""
        if time.monotonic() > self._token_until:
            self._token = await sign_in(session, product, self.login, self.password)
            self._token_until = time.monotonic() + TOKEN_SECONDS
        return {"Authorization": f"Bearer {self._token}"}

    def forget_token(self) -> None:
        """Fetch another at the next call: this one has been refused."""
        self._token_until = 0.0


async def make_offices(product: Product) -> list[Office]:
    """An organisation a rulebook, each with a key that no rate limit holds back. Raises `SetupFailedError`."""
    async with aiohttp.ClientSession() as session:
        login, password = load_secrets(product.var / "secrets").admin
        header = {"Authorization": f"Bearer {await sign_in(session, product, login, password)}"}
        return [await _office(session, product, header, rulebook) for rulebook in RULEBOOKS]


async def sign_in(session: aiohttp.ClientSession, product: Product, login: str, password: str) -> str:
    """A staff token."""
    answer = await _post(session, product.url("console") + "/v1/token", {}, {"login": login, "password": password})
    return str(answer["access_token"])


async def _office(session: aiohttp.ClientSession, product: Product, admin: dict[str, str], rulebook: str) -> Office:
    organisation, console = f"bench-{rulebook.split('-', maxsplit=1)[0]}", product.url("console")
    given = {"id": organisation, "name": f"测试单位（{rulebook}）", "rulebook": rulebook}
    await _post(session, f"{console}/v1/organisations", admin, given)
    key = {
        "organisation": organisation,
        "label": "bench",
        "scopes": ["complaints:write", "complaints:read"],
        "per_second": PER_SECOND,
    }
    issued = await _post(session, f"{product.url('intake')}/v1/keys", admin, key)
    office = Office(organisation, str(issued["key"]), f"{organisation}.office", secrets.token_urlsafe(12))
    account = {
        "login": office.login,
        "password": office.password,
        "display_name": "办公室",
        "roles": roles_of(rulebook),
        "organisation_id": organisation,
    }
    await _post(session, f"{console}/v1/accounts", admin, account)
    return office


def roles_of(rulebook: str) -> list[str]:
    """All posts of a shipped rulebook: whoever holds them all may do whatever its duties ask."""
    file = ROOT / "services" / "grading" / "rulebooks" / f"{rulebook}.yaml"
    return list(read_yaml(file.read_text(encoding="utf-8"), file.name).data["roles"])


async def _post(session: aiohttp.ClientSession, url: str, headers: dict[str, str], body: dict[str, Any]) -> Any:
    """Post until it is made: what was just created elsewhere may need a moment to be known here."""
    deadline = time.monotonic() + PATIENCE
    while True:
        async with session.post(url, json=body, headers=headers) as response:
            if response.status < 300:
                return await response.json()
            said = f"{response.status} {await response.text()}"
        if time.monotonic() > deadline or response.status in {400, 401, 403, 422}:
            raise SetupFailedError(f"POST {url} answered {said[:500]}")
        await asyncio.sleep(0.2)
