"""The self-test of the joining rules: an office tries its own examples and reads what would be joined, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.console.entry.joining_examples import EXAMPLES
from services.console.entry.pages import PAGE_HEADERS, Pages, refuse_foreign_form
from services.console.entry.sessions import COOKIE, Sessions, Visit
from services.console.usecases.services import RefusedError, Services
from shared.errors import MalformedError, UnauthenticatedError, UnavailableError

FIELDS = ("title", "body", "id", "root_id", "url", "region", "at")
FEWEST, MOST = 2, 10
MOST_BYTES = 3 << 20
"""Ten texts of 20,000 characters, each of which a form writes in nine bytes, and what stands around them."""

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as it was sent: what was written, row by row, and whether it asks for one row more instead of a result."""

    rows: Sequence[Row]
    more: bool = False

    def texts(self) -> list[dict[str, str]]:
        """What is to be tried: rows in which anything is written, without what was left empty."""
        return [{"body": "", **row} for row in self.rows if row]


class JoiningPage:
    """Renders the form and its result; asks intake with the visitor's own token and keeps nothing."""

    def __init__(self, pages: Pages, sessions: Sessions, services: Services) -> None:
        self._pages = pages
        self._sessions = sessions
        self._services = services

    async def form(self, request: Request) -> Response:
        """The form with its examples, or the way to the sign-in form."""
        try:
            visit = await self._sessions.visit(request)
        except UnauthenticatedError:
            return RedirectResponse("/login", 303, PAGE_HEADERS)
        return self._sessions.keep(request, self._page(visit, EXAMPLES), visit)

    async def send(self, request: Request) -> Response:
        """What the rules make of the texts. Raises `ForbiddenError` for another site's form, `MalformedError` for no form."""
        refuse_foreign_form(request)
        try:
            visit = await self._sessions.visit(request)
        except UnauthenticatedError:
            return RedirectResponse("/login", 303, PAGE_HEADERS)
        filled = read_rows(await request.body())
        if filled.more:
            page = self._page(visit, filled.rows)
        else:
            page = await self._try(visit, visit.renewed or request.cookies[COOKIE], filled)
        return self._sessions.keep(request, page, visit)

    async def _try(self, visit: Visit, token: str, filled: Filled) -> HTMLResponse:
        texts = filled.texts()
        shown = [row for row in filled.rows if row]
        if len(texts) < FEWEST:
            return self._page(visit, shown, 422, reason=f"请至少填写 {FEWEST} 段文字 / Write at least {FEWEST} texts.")
        try:
            result = await self._services.post("intake", "/v1/joining/try", token, {"texts": texts})
        except RefusedError as error:
            return self._page(visit, shown, error.status, reason=error.detail, faults=error.errors)
        except UnavailableError as error:
            return self._page(visit, shown, error.status, reason=error.detail)
        return self._page(visit, shown, result=result)

    def _page(
        self,
        visit: Visit,
        rows: Sequence[Row],
        status: int = 200,
        *,
        result: Any = None,
        reason: str = "",
        faults: Sequence[Mapping[str, str]] = (),
    ) -> HTMLResponse:
        empty: Sequence[Row] = [{}] * max(0, FEWEST - len(rows))
        return self._pages.render(
            "joining.html",
            status=status,
            visit=visit,
            rows=[*rows, *empty],
            most=MOST,
            result=result,
            reason=reason,
            faults=[_placed(each) for each in faults],
        )


def read_rows(body: bytes) -> Filled:
    """The rows of a form, `title1`, `body1`, … to the tenth. Raises `MalformedError` for what our form never sends."""
    try:
        given = parse_qs(body.decode("utf-8", "replace"), max_num_fields=len(FIELDS) * MOST + 2)
    except ValueError:
        raise MalformedError("表单项过多 / The form has too many fields.") from None
    rows = [
        {name: value for name in FIELDS if (value := _written(given, f"{name}{number}"))}
        for number in range(1, MOST + 1)
    ]
    told = max((number for number, row in enumerate(rows, 1) if row), default=0)
    more = "more" in given
    return Filled([*rows[:told], *([{}] if more and told < MOST else [])], more)


def _written(given: Mapping[str, Sequence[str]], name: str) -> str:
    return given.get(name, [""])[0].replace("\0", "").replace("\r\n", "\n").strip()


def _placed(fault: Mapping[str, str]) -> str:
    """`body.texts.1.at: …` as the page numbers its texts: 第 2 段 at: …."""
    steps = fault.get("where", "").split(".")
    if len(steps) > 2 and steps[1] == "texts" and steps[2].isdigit():
        return f"第 {int(steps[2]) + 1} 段 Text {int(steps[2]) + 1} · {'.'.join(steps[3:])}: {fault.get('what', '')}"
    return f"{'.'.join(steps)}: {fault.get('what', '')}"


def joining_router(page: JoiningPage) -> APIRouter:
    """`/joining`; kept out of the OpenAPI document."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @router.get("/joining", response_model=None)
    async def form(request: Request) -> Response:
        return await page.form(request)

    @router.post("/joining", response_model=None, max_body_size=MOST_BYTES)
    async def send(request: Request) -> Response:
        return await page.send(request)

    return router
