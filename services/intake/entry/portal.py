"""The portal's API key at the door of its routes, checked before the body is read."""

from collections.abc import Mapping

from fastapi import Request

from services.intake.domain.clients import Scope
from services.intake.entry.door import SENDER
from services.intake.usecases.keys import Client, PortalKeys
from shared.errors import UnauthenticatedError

_CLIENT = "huiying.portal"
_SCOPES: Mapping[str, Scope] = {"POST": "complaints:write", "GET": "complaints:read"}


class PortalGate:
    """The check of routes whose access row is `PORTAL`: a key with the scope of the method, within its rate."""

    def __init__(self, keys: PortalKeys) -> None:
        self._keys = keys

    async def __call__(self, request: Request) -> None:
        """Raises as `PortalKeys.authenticate`."""
        key = request.headers.get("x-api-key")
        client = await self._keys.authenticate(key, _SCOPES[request.method])
        request.scope[_CLIENT] = client
        request.scope[SENDER] = f"key {client.key_id}"


def client_of(request: Request) -> Client:
    """Whose key the gate has let through."""
    client = request.scope.get(_CLIENT)
    if not isinstance(client, Client):
        raise UnauthenticatedError("This route's access row does not ask for a portal key.")
    return client
