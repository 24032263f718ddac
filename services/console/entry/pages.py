"""The pages: signing in, and the overview that renews itself every two seconds."""

from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Header, Request
from jinja2 import Environment
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.console.directory.entry.routes import address_of
from services.console.entry.assets import Asset
from services.console.entry.sessions import COOKIE, Sessions
from services.console.usecases.overview import Overviews
from shared.errors import ForbiddenError, MalformedError, MissingError, ThrottledError, UnauthenticatedError

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Of every page: nothing from outside, nothing inline, nothing kept by the browser."""


class Pages:
    """Renders and answers; every page is one organisation's, told by the session."""

    def __init__(self, templates: Environment, sessions: Sessions, overviews: Overviews) -> None:
        self._templates = templates
        self._sessions = sessions
        self._overviews = overviews

    async def home(self, request: Request) -> Response:
        """The overview, or the way to the sign-in form."""
        try:
            return await self.overview(request, "overview.html")
        except UnauthenticatedError:
            return RedirectResponse("/login", 303, PAGE_HEADERS)

    async def overview(self, request: Request, template: str) -> Response:
        """The whole page or its changing part. Raises `UnauthenticatedError` without a session."""
        visit = await self._sessions.visit(request)
        found = await self._overviews.of(visit.member.organisation_id, everybody=visit.runs_platform)
        return self._sessions.keep(request, self.render(template, visit=visit, o=found), visit)

    async def sign_in(self, request: Request) -> Response:
        """Take the form; the overview with a session, or the form again with the reason."""
        refuse_foreign_form(request)
        login, password = read_form(await request.body())
        try:
            visit = await self._sessions.begin(login, password, address_of(request))
        except (UnauthenticatedError, ThrottledError) as error:
            return self.render("login.html", status=error.status, reason=error.detail)
        return self._sessions.keep(request, RedirectResponse("/", 303, PAGE_HEADERS), visit)

    def sign_out(self, request: Request) -> Response:
        """End the session in this browser."""
        refuse_foreign_form(request)
        answer = RedirectResponse("/login", 303, PAGE_HEADERS)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return answer

    def render(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """A page of ours, with the headers that keep it ours."""
        return HTMLResponse(self._templates.get_template(template).render(values), status, PAGE_HEADERS)


def read_form(body: bytes) -> tuple[str, str]:
    """Login and password of a form, empty where it has none. Raises `MalformedError` for what our form never sends."""
    try:
        given = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
    except ValueError:
        raise MalformedError("表单项过多 / The form has too many fields.") from None
    login, password = (given.get(name, [""])[0].replace("\0", "") for name in ("login", "password"))
    return login[:100], password[:200]


def refuse_foreign_form(request: Request) -> None:
    """Raise `ForbiddenError` for a form that another site's page sent."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise ForbiddenError("请在本站登录 / The form was sent from another site.")


def pages_router(pages: Pages, assets: dict[str, Asset]) -> APIRouter:
    """`/`, `/login`, `/logout`, the fragment and the static files; kept out of the OpenAPI document."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @router.get("/", response_model=None)
    async def home(request: Request) -> Response:
        return await pages.home(request)

    @router.get("/fragments/overview", response_model=None)
    async def fragment(request: Request) -> Response:
        return await pages.overview(request, "fragment.html")

    @router.get("/login", response_model=None)
    async def form() -> Response:
        return pages.render("login.html", reason="")

    @router.post("/login", response_model=None)
    async def sign_in(request: Request) -> Response:
        return await pages.sign_in(request)

    @router.post("/logout", response_model=None)
    async def sign_out(request: Request) -> Response:
        return pages.sign_out(request)

    @router.get("/static/{name}", response_model=None)
    async def static(name: str, if_none_match: Annotated[str | None, Header()] = None) -> Response:
        return serve(assets.get(name), if_none_match)

    return router


def serve(asset: Asset | None, known: str | None) -> Response:
    """A static file, or 304 where the browser has this very one. Raises `MissingError`."""
    if asset is None:
        raise MissingError("没有这个文件 / There is no such file.")
    headers = {"ETag": asset.etag, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    if known == asset.etag:
        return Response(status_code=304, headers=headers)
    return Response(asset.content, media_type=asset.media_type, headers=headers)
