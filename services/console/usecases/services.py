"""Asking other services on behalf of who is signed in, with that person's own token: the console itself may do nothing there."""

from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import orjson

from shared.errors import UnavailableError

_TIMEOUT = aiohttp.ClientTimeout(total=10, connect=1)


class RefusedError(Exception):
    """A service refused; `detail` and `errors` (`{where, what}`) are its problem document's, as people are to read them."""

    def __init__(self, status: int, detail: str, errors: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors


class Services:
    """The other services by name and base URL."""

    def __init__(self, peers: Mapping[str, str]) -> None:
        self._peers = peers

    async def post(self, service: str, path: str, token: str, body: Any) -> Any:
        """What the service answers to this body. Raises `RefusedError`, or `UnavailableError` where it does not answer."""
        base = self._peers.get(service)
        if base is None:
            raise UnavailableError(f"未设置 {service} 的地址 / HUIYING_PEERS names no address for {service}.")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT) as http,
                http.post(f"{base}{path}", data=orjson.dumps(body), headers=headers) as answer,
            ):
                content, status = await answer.read(), answer.status
        except (aiohttp.ClientError, TimeoutError):
            # Never the error itself: it quotes the request with its token.
            raise UnavailableError(
                f"{service} 暂时没有应答，请稍后再试 / {service} does not answer; try again."
            ) from None
        if status >= 400:
            raise _refusal(service, status, content)
        return orjson.loads(content)


def _refusal(service: str, status: int, content: bytes) -> RefusedError:
    try:
        told = orjson.loads(content)
    except orjson.JSONDecodeError:
        told = {}
    detail = told.get("detail") if isinstance(told, dict) else None
    if not isinstance(detail, str):
        return RefusedError(status, f"{service} 未能办理（{status}） / {service} could not do this ({status}).")
    return RefusedError(status, detail, told.get("errors", ()))
