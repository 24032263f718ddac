"""Builds the web application of a service; the same edge for all of them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.telemetry import TelemetryConfig

from shared.auth.access import Access, check_table
from shared.auth.guard import Guard
from shared.web.documents import complete
from shared.web.edge import Edge
from shared.web.handlers import install
from shared.web.probes import Readiness, add_probes
from shared.web.routing import lay, routes_of

API_VERSION = "1"
_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""FastAPI's own OpenTelemetry asks the environment at each request and keeps invalid input, personal data included."""


class HuiyingApp(FastAPI):
    """FastAPI whose OpenAPI document tells problems and access."""

    access: Mapping[str, Access]

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = complete(super().openapi(), self.access)
        return self.openapi_schema


def create_app(
    *,
    service: str,
    title: str,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None,
    routers: Sequence[APIRouter],
    readiness: Readiness,
    access: Mapping[str, Access],
    guard: Guard | None,
) -> HuiyingApp:
    """The application with its routes, probes, error answers and access checks.

    `access` has a row for each route of `routers` (`AccessTableError` otherwise; the probes need none). `guard` may be
    None only where no row needs it. A route's body limit is 1 MiB or its decorator's `max_body_size`.
    """
    app = HuiyingApp(
        title=title, version=API_VERSION, docs_url=None, redoc_url=None, lifespan=lifespan, telemetry=_NO_TELEMETRY
    )
    app.access = access
    laid = list(routes_of(routers))
    check_table([key for key, _ in laid], access)
    for key, context in laid:
        row = access[key]
        if guard is None and row.kind in {"staff", "service"}:
            raise ValueError(f"{key} needs a guard")
        lay(app, key, context, guard.check_for(row) if guard is not None else None)
    add_probes(app, readiness)
    install(app)
    app.add_middleware(Edge, service=service)
    return app
