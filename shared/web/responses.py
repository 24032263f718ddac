"""Responses written by orjson, and problem documents (RFC 9457)."""

from typing import Any

import orjson
from starlette.responses import JSONResponse

from shared.errors import HuiyingError
from shared.telemetry import trace_id

PROBLEM_TYPE = "urn:huiying:problem:"


class OrjsonResponse(JSONResponse):
    """JSON by orjson; knows datetime and UUID."""

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content)


class ProblemResponse(OrjsonResponse):
    """A problem document; `type` is `urn:huiying:problem:<type of the error>`."""

    media_type = "application/problem+json"


def problem(error: HuiyingError, headers: dict[str, str] | None = None) -> ProblemResponse:
    """The response that a refusal becomes: its type, title, detail and extra members, with the trace id to quote."""
    headers = dict(headers or {})
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    members = {
        "type": PROBLEM_TYPE + error.type,
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "trace_id": trace_id(),
    }
    return ProblemResponse(error.extra | members, status_code=error.status, headers=headers)
