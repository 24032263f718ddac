"""The outermost layer of intake: turns away what would wait too long, before its body is read and at the least cost.

Whoever sends is known here by what the gates have said of the same credential before, so that a refusal needs no look-up; a
credential that no gate has let through yet shares one place with all such.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from services.intake.usecases.admission import Admission
from shared.telemetry import begin_trace
from shared.web import problem

SENDER = "huiying.sender"
"""Where a gate leaves in the scope whose request it has let through."""
STRANGERS = "strangers"
_MOST_KNOWN = 4096
_PUSHES = ("/v1/monitoring/", "/events")


class Door:
    """Wraps the app. `portal` admits complaints and patrol entries, `vendor` pushes."""

    def __init__(self, app: ASGIApp, *, portal: Admission, vendor: Admission) -> None:
        self._app = app
        self._vendor = vendor
        self._portal: Mapping[str, tuple[Admission, bytes]] = {
            "/v1/complaints": (portal, b"x-api-key"),
            "/v1/patrol-entries": (portal, b"authorization"),
        }
        self._known: dict[bytes, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._place(scope) if scope["type"] == "http" and scope["method"] == "POST" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        admission, shown = found
        who = self._known.get(shown, STRANGERS)
        refusal = admission.enter(who)
        if refusal is not None:
            begin_trace(scope["headers"])
            await problem(refusal)(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            admission.leave(who)
        if who is STRANGERS:
            self._learn(shown, scope.get(SENDER))

    def _place(self, scope: Scope) -> tuple[Admission, bytes] | None:
        """The queue of a request, and a digest of the credential that it shows; None for all that has no queue."""
        path: str = scope["path"]
        door = self._portal.get(path)
        if door is not None:
            admission, header = door
            return admission, _digest(next((value for name, value in scope["headers"] if name == header), b""))
        if path.startswith(_PUSHES[0]) and path.endswith(_PUSHES[1]):
            return self._vendor, _digest(path.encode("utf-8", "surrogatepass"))
        return None

    def _learn(self, shown: bytes, sender: Any) -> None:
        if isinstance(sender, str):
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[shown] = sender


def _digest(shown: bytes) -> bytes:
    """So that no credential lies about in memory."""
    return hashlib.blake2b(shown, digest_size=16).digest()
