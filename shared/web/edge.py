"""The outermost layer of every app, plain ASGI: trace, time, log, and the answer to what nobody foresaw."""

import logging
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import InvalidError
from shared.telemetry import begin_trace, get_logger, request_time, spans
from shared.web.handlers import internal
from shared.web.responses import problem

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_UNTRACED = ("/healthz", "/readyz", "/metrics", "/docs", "/openapi.json", "/internal/", "/static/")
"""What machines ask every few seconds."""
_CLASSES = ("", "1xx", "2xx", "3xx", "4xx", "5xx")


class Edge:
    """Wraps an app; a failure before the response began becomes a problem document, a later one ends the connection."""

    def __init__(self, app: ASGIApp, *, service: str) -> None:
        self._app = app
        self._service = service
        log = get_logger("access").bind()
        self._log = log if log.is_enabled_for(logging.DEBUG) else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        tracing = spans.active()
        if tracing is None or scope["path"].startswith(_UNTRACED):
            begin_trace(scope["headers"])
            await self._answer(scope, receive, send)
            return
        parent = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"), None)
        with tracing.span("request", "server", parent, {}) as span:
            begin_trace([(b"traceparent", (tracing.present() or "").encode())])
            status = await self._answer(scope, receive, send)
            method, route = _method(scope), _route(scope)
            said: spans.Said = {"http.request.method": method, "http.route": route, "http.response.status_code": status}
            span.say(f"{method} {route}", said)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> int:
        """Answer one request; answers the status that went out."""
        began, status = perf_counter(), 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            if _carries_nul(scope):
                refusal = problem(InvalidError("地址含有空字符 / The address contains a NUL character."))
                await refusal(scope, receive, watched)
            else:
                await self._app(scope, receive, watched)
        except Exception as error:
            if status:
                raise
            await internal(error)(scope, receive, watched)
        finally:
            self._record(scope, status, perf_counter() - began)
        return status

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route, method = _route(scope), _method(scope)
        request_time(self._service, route, method, _CLASSES[status // 100]).observe(seconds)
        if self._log is not None:
            self._log.debug("request", route=route, method=method, status=status, ms=round(seconds * 1000, 1))


def _route(scope: Scope) -> str:
    route: str = getattr(scope.get("route"), "path_format", "unmatched")
    return route


def _method(scope: Scope) -> str:
    method: str = scope["method"]
    return method if method in _METHODS else "other"


def _carries_nul(scope: Scope) -> bool:
    return b"%00" in scope["query_string"] or "\0" in scope["path"]
