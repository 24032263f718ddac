"""The sample's members of staff: signed in when first needed, their tokens renewed before they end."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from deploy.sample.client import Product, RefusedError, Reply, SampleError, Service

_RENEW_BEFORE = 120.0
"""Seconds before its end at which a token is not used any more."""


class People:
    """Calls by login. `password` tells that of a login, at each time it signs in."""

    def __init__(self, product: Product, password: Callable[[str], str]) -> None:
        self._product = product
        self._password = password
        self._tokens: dict[str, tuple[float, str]] = {}
        self._one_at_a_time: dict[str, asyncio.Lock] = {}

    async def call(
        self,
        login: str,
        service: Service,
        method: str,
        path: str,
        body: Any = None,
        *,
        params: Mapping[str, str] | None = None,
    ) -> Reply:
        """Call a staff route as this member. Raises as `Product.call`."""
        headers = {"Authorization": f"Bearer {await self._token(login)}"}
        return await self._product.call(service, method, path, body, headers=headers, params=params)

    async def _token(self, login: str) -> str:
        async with self._one_at_a_time.setdefault(login, asyncio.Lock()):
            until, token = self._tokens.get(login, (0.0, ""))
            if time.monotonic() < until:
                return token
            answer = await self._sign_in(login)
            self._tokens[login] = time.monotonic() + answer["expires_in"] - _RENEW_BEFORE, answer["access_token"]
            return self._tokens[login][1]

    async def _sign_in(self, login: str) -> Any:
        credentials = {"login": login, "password": self._password(login)}
        try:
            return (await self._product.call("console", "POST", "/v1/token", credentials)).data
        except RefusedError as refused:
            if refused.status == 401:
                raise SampleError(
                    f"The password of {login} in var/dev.json is not the account's. "
                    "Restore that file, or start with an empty var folder."
                ) from refused
            raise
