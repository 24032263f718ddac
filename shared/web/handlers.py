"""From exceptions to problem documents: the only place that decides what a client learns of a failure."""

from typing import ClassVar

import asyncpg
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match, Route

from shared.db import TRANSIENT
from shared.errors import (
    ConflictError,
    ForbiddenError,
    HuiyingError,
    InvalidError,
    MalformedError,
    MissingError,
    ThrottledError,
    TooLargeError,
    UnauthenticatedError,
    UnavailableError,
)
from shared.telemetry import describe, get_logger
from shared.web.faults import readable
from shared.web.responses import ProblemResponse, problem

_log = get_logger("web")


class MethodError(MalformedError):
    """The address exists, but not for this method."""

    status: ClassVar[int] = 405
    type: ClassVar[str] = "method-not-allowed"
    title: ClassVar[str] = "不支持此方法 / Method not allowed"


_BY_STATUS: dict[int, type[HuiyingError]] = {
    error.status: error
    for error in (
        MalformedError,
        UnauthenticatedError,
        ForbiddenError,
        MissingError,
        MethodError,
        ConflictError,
        TooLargeError,
        InvalidError,
        ThrottledError,
        UnavailableError,
    )
}
_PLAIN = {
    404: "没有这个地址 / There is no such address.",
    405: "此地址不支持该方法，见 Allow / This address does not take that method; see the Allow header.",
}


def install(app: FastAPI) -> None:
    """Register the handlers of everything that a client may cause or wait out."""
    app.add_exception_handler(HuiyingError, _ours)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _starlette)
    app.add_exception_handler(ClientDisconnect, _gone)
    for transient in TRANSIENT:
        app.add_exception_handler(transient, _transient)
    app.add_exception_handler(asyncpg.LockNotAvailableError, _locked)
    app.add_exception_handler(asyncpg.CharacterNotInRepertoireError, _unkeepable)


def internal(error: Exception) -> ProblemResponse:
    """The answer to what nobody foresaw: logged by its place, told without its inside."""
    _log.error("unhandled", **describe(error))
    return problem(HuiyingError("处理时出错，请凭 trace_id 联系管理员 / Something failed here; quote the trace_id."))


async def _ours(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HuiyingError)
    if error.status >= 500:
        _log.warning("refused", **describe(error))
    return problem(error)


async def _validation(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = readable(error.errors())
    places = ", ".join(entry["where"] for entry in errors[:5])
    return problem(InvalidError(f"请更正所列各项 / Correct what `errors` lists: {places}.", errors=errors))


async def _starlette(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = _BY_STATUS.get(error.status_code, MalformedError if error.status_code < 500 else HuiyingError)
    said = error.detail if error.detail and error.status_code not in _PLAIN else ""
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(sorted(_methods_here(request)))
    return problem(kind(said or _PLAIN.get(error.status_code, kind.title)), headers=headers)


def _methods_here(request: Request) -> set[str]:
    """All methods of the address, of which each has a route of its own; the router names those of the first alone."""
    found: set[str] = set()
    for route in request.app.router.routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            found |= set(route.methods or ())
    return found


async def _locked(_request: Request, _error: Exception) -> Response:
    return problem(
        ConflictError("他人正在办理同一事项，请稍后再试 / Somebody is changing this now; try again.", retry_after=1)
    )


async def _transient(_request: Request, error: Exception) -> Response:
    _log.warning("transient", **describe(error))
    return problem(
        UnavailableError(
            "暂时无法办理，未作任何更改 / Not possible just now and nothing was changed; try again.", retry_after=1
        )
    )


async def _unkeepable(_request: Request, _error: Exception) -> Response:
    return problem(InvalidError("文本含有无法保存的字符 / Some text contains characters that cannot be kept."))


async def _gone(_request: Request, _error: Exception) -> Response:
    return Response(status_code=400)
