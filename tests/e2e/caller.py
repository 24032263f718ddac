"""Speaking to the running product over HTTP alone, step by step, each step a printed line."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import httpx

Service = Literal["console", "intake", "grading", "tasks", "publishing"]
OFFSETS: Mapping[Service, int] = {"console": 0, "intake": 1, "grading": 2, "tasks": 3, "publishing": 4}
PATIENCE = 30.0
"""Seconds until one service has heard what another said."""


class WalkError(AssertionError):
    """The product did something else than it must."""


class Caller:
    """The product at its ports, with what `var/dev.json` says about it. Counts what was answered, by status class."""

    def __init__(self, var: Path, port_base: int) -> None:
        self.dev: dict[str, Any] = json.loads((var / "dev.json").read_text(encoding="utf-8"))
        self._base = port_base
        self._http = httpx.Client(timeout=30)
        self._tokens: dict[str, str] = {}
        self.answered: dict[int, int] = {}
        self.steps = 0

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def say(self, text: str) -> None:
        """A step that was walked."""
        self.steps += 1
        print(f"  {self.steps:3}  {text}", flush=True)

    def raw(
        self,
        service: Service,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send bytes. Raises `WalkError` for any 5xx: no input may lead to one."""
        url = f"http://127.0.0.1:{self._base + OFFSETS[service]}{path}"
        sent = {"Content-Type": "application/json", **(headers or {})}
        answer = self._http.request(method, url, content=content, headers=sent, params=params)
        self.answered[answer.status_code] = self.answered.get(answer.status_code, 0) + 1
        if answer.status_code >= 500:
            raise WalkError(f"{method} {path} answered {answer.status_code}: {answer.text[:500]}")
        return answer

    def call(
        self,
        service: Service,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        expect: int = 200,
        **params: str,
    ) -> Any:
        """Send JSON and give the JSON back. Raises `WalkError` unless the status is `expect`; a refusal must be a problem."""
        content = None if body is None else json.dumps(body).encode()
        answer = self.raw(service, method, path, content=content, headers=headers, params=params or None)
        return checked(answer, expect, f"{method} {service}{path}")

    def api_key(self, organisation: str) -> dict[str, str]:
        """The header of an organisation's portal."""
        portals: list[dict[str, str]] = self.dev.get("portals") or [self.dev["portal"]]
        return {"X-API-Key": next(each["api_key"] for each in portals if each["organisation"] == organisation)}

    def bearer(self, login: str) -> dict[str, str]:
        """The header of a member of staff, signed in once."""
        if login not in self._tokens:
            password = next(person["password"] for person in self.dev["staff"] if person["login"] == login)
            token = self.call("console", "POST", "/v1/token", {"login": login, "password": password})
            self._tokens[login] = token["access_token"]
        return {"Authorization": f"Bearer {self._tokens[login]}"}

    def logins(self, organisation: str, role: str) -> list[str]:
        """Who holds a role."""
        return [
            person["login"]
            for person in self.dev["staff"]
            if person["organisation"] == organisation and role in person["roles"]
        ]


class Member:
    """A member of staff's calls."""

    def __init__(self, caller: Caller, organisation: str, role: str, nth: int = 0) -> None:
        found = caller.logins(organisation, role)
        if len(found) <= nth:
            raise WalkError(f"{organisation} has {len(found)} accounts for the role {role!r}; the walk needs {nth + 1}")
        self._caller = caller
        self.login = found[nth]

    def get(self, service: Service, path: str, *, expect: int = 200, **params: str) -> Any:
        """Look."""
        return self._caller.call(service, "GET", path, headers=self._caller.bearer(self.login), expect=expect, **params)

    def post(self, service: Service, path: str, body: Any = None, *, expect: int = 200) -> Any:
        """Do."""
        headers = self._caller.bearer(self.login)
        return self._caller.call(service, "POST", path, {} if body is None else body, headers=headers, expect=expect)

    def patch(self, service: Service, path: str, body: Any, *, expect: int = 200) -> Any:
        """Edit."""
        return self._caller.call(service, "PATCH", path, body, headers=self._caller.bearer(self.login), expect=expect)


def checked(answer: httpx.Response, expect: int, what: str) -> Any:
    """The JSON of an answer with the expected status; a refusal's document must be a problem of RFC 9457."""
    if answer.status_code != expect:
        raise WalkError(f"{what}: expected {expect}, got {answer.status_code}: {answer.text[:500]}")
    if answer.status_code >= 400:
        kind = answer.headers.get("content-type", "")
        document = answer.json()
        missing = {"type", "title", "status", "detail"} - set(document)
        if not kind.startswith("application/problem+json") or missing or document["status"] != answer.status_code:
            raise WalkError(f"{what}: not a problem document ({kind}, missing {sorted(missing)}): {document}")
    return answer.json() if answer.content and "json" in answer.headers.get("content-type", "") else answer.text


def require(holds: object, what: str) -> None:
    """Raise `WalkError` unless it holds."""
    if not holds:
        raise WalkError(f"it is not so that {what}")


def eventually(look: Callable[[], Any], what: str | Callable[[], str]) -> Any:
    """What `look` finds, asked again for up to `PATIENCE` seconds while that is nothing."""
    deadline, pause = time.monotonic() + PATIENCE, 0.02
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            told = what if isinstance(what, str) else what()
            raise WalkError(f"after {PATIENCE:.0f} s it is not so that {told}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)
