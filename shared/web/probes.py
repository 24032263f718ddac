"""What machines and developers ask of every service: alive, ready, numbers, documents."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from shared.errors import HuiyingError
from shared.telemetry import exposition
from shared.telemetry.metrics import CONTENT_TYPE
from shared.web.documents import page
from shared.web.responses import OrjsonResponse

Readiness = Mapping[str, Callable[[], Awaitable[None]]]
"""Checks by name (`database`, `bus`, `migrations`, `keys`): each returns when all is well and raises otherwise."""

_PATIENCE_SECONDS = 2.0


def add_probes(app: FastAPI, readiness: Readiness) -> None:
    """Add /healthz, /readyz, /metrics and /docs, open to everybody and outside the access table."""

    async def healthz(_request: Request) -> Response:
        return OrjsonResponse({"alive": True})

    async def readyz(_request: Request) -> Response:
        if getattr(app.state, "stopping", False):  # said by the server at SIGTERM; nobody should come any more
            return OrjsonResponse({"ready": False, "stopping": True}, status_code=503)
        said = await asyncio.gather(*(_ask(check) for check in readiness.values()))
        checks = dict(zip(readiness, said, strict=True))
        ready = all(word == "ok" for word in said)
        return OrjsonResponse({"ready": ready, "checks": checks}, status_code=200 if ready else 503)

    async def metrics(_request: Request) -> Response:
        return Response(exposition(), media_type=CONTENT_TYPE)

    async def docs(_request: Request) -> Response:
        return HTMLResponse(page(app.openapi()), headers={"Content-Security-Policy": "default-src 'self'"})

    for path, endpoint in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", metrics), ("/docs", docs)):
        app.add_route(path, endpoint, include_in_schema=False)


async def _ask(check: Callable[[], Awaitable[None]]) -> str:
    try:
        await asyncio.wait_for(check(), _PATIENCE_SECONDS)
    except HuiyingError as error:
        return error.detail
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a part, it is not ready
        return type(error).__name__
    return "ok"
