"""The portal's API key at the door of a route."""

from typing import Annotated

from fastapi import Security
from fastapi.security import APIKeyHeader

from services.intake.domain.clients import Scope
from services.intake.usecases.keys import Client, PortalKeys

_HEADER = APIKeyHeader(name="X-API-Key", scheme_name="portal key", auto_error=False)


class PortalGate:
    """The dependency of a portal's route: a key with `scope`, within its rate."""

    def __init__(self, keys: PortalKeys, scope: Scope) -> None:
        self._keys = keys
        self._scope = scope

    async def __call__(self, key: Annotated[str | None, Security(_HEADER)]) -> Client:
        """The client. Raises as `PortalKeys.authenticate`."""
        return await self._keys.authenticate(key, self._scope)
