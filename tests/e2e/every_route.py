"""Every route that the services document, given what it cannot want."""

import re
import time
from typing import Any
from uuid import uuid4

from tests.e2e.caller import OFFSETS, Caller, Member, WalkError, checked
from tests.e2e.pushing import sign
from tests.e2e.words import fresh_name

BODIES = (b"", b"{", b"[]", b"null", b'"x"', b"7", b"\xff\xfe", b'{"a": {"b": [1, 2, {}]}}', b"[" * 50_000)
PARAMETERS: tuple[dict[str, str], ...] = (
    {"limit": "many", "after": "x"},
    {"limit": "-1"},
    {"limit": "99999999999999999999"},
    {"state": "no-such-state", "incident_id": "x", "due_before": "0001-01-01T00:00:00Z"},
    {"channel": "👨‍👩‍👧‍👦" * 40, "owner": "'; --", "after": "\x00"},
)
IDS = ("not-an-id", "👨‍👩‍👧‍👦", "'; DROP TABLE x; --", "%00", "a" * 500)
METHODS = ("get", "post", "patch", "put", "delete")


def every_route(caller: Caller, organisation: str) -> None:
    """No route answers 5xx, and every refusal is a problem document."""
    staff = caller.bearer(Member(caller, organisation, "department").login)
    tried = 0
    for service in OFFSETS:
        paths: dict[str, dict[str, Any]] = caller.raw(service, "GET", "/openapi.json").json()["paths"]
        for path, operations in paths.items():
            for method in sorted(set(METHODS) & operations.keys()):
                if not path.startswith("/v1/"):
                    continue
                for address, content, parameters in _attempts(path, method, operations[method]):
                    headers = _credentials(caller, organisation, path, staff, content)
                    _try(caller, service, method, address, content, parameters, headers)
                    tried += 1
    caller.say(f"every documented route, {tried} times what it cannot want: no 5xx, every refusal a problem document")


def _attempts(path: str, method: str, operation: dict[str, Any]) -> list[tuple[str, bytes, dict[str, str]]]:
    """Addresses, bodies and parameters to try on one route."""
    vendor_path = path.replace("{vendor}", "sample-monitor")
    known = re.sub(r"\{[^}]*\}", str(uuid4()), vendor_path)
    attempts: list[tuple[str, bytes, dict[str, str]]] = []
    if method != "get":
        attempts += [(known, body, {}) for body in BODIES]
    if "parameters" in operation:
        attempts += [(known, b"", parameters) for parameters in PARAMETERS]
    if "{" in path:
        attempts += [(re.sub(r"\{[^}]*\}", identifier, path), b"{}", {}) for identifier in IDS]
    return attempts


def _credentials(caller: Caller, organisation: str, path: str, staff: dict[str, str], content: bytes) -> dict[str, str]:
    if "/monitoring/" in path:
        return sign(caller.dev["vendor"]["secret"], fresh_name(), int(time.time()), content)
    if "/complaints" in path:
        return caller.api_key(organisation)
    return {} if path == "/v1/token" else staff


def _try(
    caller: Caller,
    service: Any,
    method: str,
    address: str,
    content: bytes,
    parameters: dict[str, str],
    headers: dict[str, str],
) -> None:
    body = content if method != "get" else None
    answer = caller.raw(service, method.upper(), address, content=body, headers=headers, params=parameters or None)
    if answer.status_code >= 400:
        checked(answer, answer.status_code, f"{method} {address} {content[:20]!r} {parameters}")
    elif method != "get":
        raise WalkError(f"{method} {service}{address} took {content[:20]!r}: {answer.status_code}")
