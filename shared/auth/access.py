"""Who may call a route: each service lists all its routes in one literal table, and every app is checked against it.

A row reads `"POST /v1/tasks/{task_id}/claim": staff("office", "department")`; the path is written as in OpenAPI.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["public", "portal", "vendor", "service", "staff"]


@dataclass(frozen=True, slots=True)
class Access:
    """What a caller needs. `roles`: any one of them; none listed means any member of staff."""

    kind: Kind
    roles: frozenset[str] = frozenset()


PUBLIC = Access("public")
"""Anybody."""
PORTAL = Access("portal")
"""The portal's API key, checked by what intake gives the guard, for keys belong to intake."""
VENDOR = Access("vendor")
"""A vendor's signature over the body; the route checks it."""
SERVICE = Access("service")
"""Another service's token for this audience."""


def staff(*roles: str) -> Access:
    """A staff token with any of these roles; without roles, any staff token."""
    return Access("staff", frozenset(roles))


class AccessTableError(ValueError):
    """Routes and access table do not match; the app does not start."""


def check_table(routes: Iterable[str], access: Mapping[str, Access]) -> None:
    """Raise `AccessTableError` unless every route has a row and every row a route."""
    present = set(routes)
    without, stale = sorted(present - access.keys()), sorted(access.keys() - present)
    if without or stale:
        raise AccessTableError(f"Routes without a row in ACCESS: {without}; rows in ACCESS without a route: {stale}.")
