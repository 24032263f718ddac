"""The OpenAPI document with its problem responses and access rows, and a page of it that needs nothing from outside."""

from collections.abc import Mapping
from html import escape
from typing import Any

from shared.auth.access import Access

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "A problem document (RFC 9457); some types add members.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:huiying:problem:conflict"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What was wrong, where, and what to do."},
        "trace_id": {"type": "string", "description": "To be quoted to the administrator."},
        "errors": {
            "type": "array",
            "description": "With status 422: the places that are not acceptable.",
            "items": {
                "type": "object",
                "required": ["where", "what"],
                "properties": {"where": {"type": "string"}, "what": {"type": "string"}},
            },
        },
    },
}
_ANSWER = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "Refused: the request or the state does not allow it", **_ANSWER},
    "5XX": {"description": "Not possible just now; nothing was changed", **_ANSWER},
}
"""Documented on every route."""

_SCHEMES = {
    "staff": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "POST /v1/token on the console",
    },
    "service": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "Between services"},
    "portal": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "vendor": {"type": "apiKey", "in": "header", "name": "webhook-signature", "description": "Standard Webhooks"},
}


def complete(document: dict[str, Any], access: Mapping[str, Access]) -> dict[str, Any]:
    """Add the problem schema, and to each operation who may call it."""
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = _PROBLEM
    used = {row.kind for row in access.values()} - {"public"}
    if used:
        components["securitySchemes"] = {kind: scheme for kind, scheme in _SCHEMES.items() if kind in used}
    for path, operations in document.get("paths", {}).items():
        for method, operation in operations.items():
            row = access.get(f"{method.upper()} {path}")
            if row is not None and row.kind != "public":
                operation["security"] = [{row.kind: sorted(row.roles)}]
    return document


def page(document: Mapping[str, Any]) -> str:
    """A plain page listing every operation: method, path, who, what."""
    rows = [
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in _cells(method, path, operation)) + "</tr>"
        for path, operations in document.get("paths", {}).items()
        for method, operation in operations.items()
    ]
    title = escape(document["info"]["title"])
    return (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1>'
        '<p><a href="/openapi.json">openapi.json</a></p>'
        "<table><tr><th>方法 Method</th><th>地址 Path</th><th>岗位 Who</th><th>说明 What</th></tr>"
        f"{''.join(rows)}</table></html>"
    )


def _cells(method: str, path: str, operation: Mapping[str, Any]) -> tuple[str, str, str, str]:
    who = "; ".join(
        f"{scheme} {', '.join(roles)}".strip() for row in operation.get("security", []) for scheme, roles in row.items()
    )
    what = operation.get("description") or operation.get("summary", "")
    return method.upper(), f"<code>{escape(path)}</code>", escape(who or "public"), escape(what)
