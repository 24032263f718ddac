"""Routes laid flat into the app, each with its access check and body limit before FastAPI's own handling.

FastAPI looks an included router up twice a request; laid flat it is once, and the caller is checked before a byte of the
body is read.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextvars import ContextVar
from typing import Any

from fastapi import APIRouter, FastAPI, params
from fastapi.datastructures import DefaultPlaceholder
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.requests import Request
from starlette.responses import Response

from shared.web.documents import PROBLEMS
from shared.web.requests import MAX_BODY, EdgeRequest
from shared.web.responses import OrjsonResponse

Check = Callable[[Request], Awaitable[None]]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_laying: ContextVar[tuple[Check | None, int]] = ContextVar("laying")
"""The check and the body limit of the route under construction: FastAPI asks for the handler inside the constructor."""


class EdgeRoute(APIRoute):
    """A route that checks its caller, then reads its body within limits, then lets FastAPI go on."""

    def get_route_handler(self) -> Handler:
        check, limit = _laying.get()
        inner = super().get_route_handler()
        json_body = self.body_field is not None and not isinstance(self.body_field.field_info, params.Form)

        direct = self._direct() if json_body else None

        async def handle(request: Request) -> Response:
            if check is not None:
                await check(request)
            edge = EdgeRequest(request.scope, request.receive, limit)
            if json_body:
                await edge.expect_json()
            response = None if direct is None else await direct(edge)
            return await inner(edge) if response is None else response

        return handle

    def _direct(self) -> Callable[[EdgeRequest], Coroutine[Any, Any, Response | None]] | None:
        """For an endpoint that takes a body and the request, and writes its response itself: a way past FastAPI's solving
        of dependencies, which there are none of. A body that does not validate takes the long way, which says why.
        """
        wants = self.dependant
        others = (wants.path_params, wants.query_params, wants.header_params, wants.cookie_params, wants.dependencies)
        if any(others) or len(wants.body_params) != 1 or self._embed_body_fields or self.response_class is not Response:
            return None
        field, request_name, endpoint = wants.body_params[0], wants.request_param_name, self.endpoint
        if request_name is None or wants.response_param_name or wants.background_tasks_param_name:
            return None

        async def call(request: EdgeRequest) -> Response | None:
            if not await request.body():
                return None
            value, errors = field.validate(await request.json(), {}, loc=("body",))
            if errors:
                return None
            response: Response = await endpoint(**{field.name: value, request_name: request})
            return response

        return call


def routes_of(routers: Sequence[APIRouter]) -> Iterator[tuple[str, RouteContext]]:
    """Every route with its key, as `GET /v1/tasks/{task_id}`. Raises `TypeError` for mounts, which nothing would check."""
    for context in iter_route_contexts([route for router in routers for route in router.routes]):
        if not isinstance(context.original_route, APIRoute):
            raise TypeError(f"Only plain routes can be served, not {context.original_route!r}.")
        for method in sorted(context.methods or ()):
            yield f"{method} {context.path_format}", context


def lay(app: FastAPI, key: str, context: RouteContext, check: Check | None) -> None:
    """Add one route to the app."""
    plain = isinstance(context.response_class, DefaultPlaceholder)
    assert context.endpoint is not None
    token = _laying.set((check, context.max_body_size or MAX_BODY))
    try:
        route = EdgeRoute(
            context.path or "",
            context.endpoint,
            methods=[key.partition(" ")[0]],
            response_model=context.response_model,
            responses={**PROBLEMS, **context.responses},
            # A response model is written by pydantic directly; only what has none needs a faster encoder.
            response_class=OrjsonResponse if plain and context.response_field is None else context.response_class,
            dependency_overrides_provider=app,
            **{name: getattr(context, name) for name in _KEPT},
        )
    finally:
        _laying.reset(token)
    app.router.routes.append(route)


_KEPT = (
    "status_code",
    "tags",
    "dependencies",
    "summary",
    "description",
    "response_description",
    "deprecated",
    "name",
    "operation_id",
    "response_model_include",
    "response_model_exclude",
    "response_model_by_alias",
    "response_model_exclude_unset",
    "response_model_exclude_defaults",
    "response_model_exclude_none",
    "include_in_schema",
    "callbacks",
    "openapi_extra",
    "generate_unique_id_function",
)
