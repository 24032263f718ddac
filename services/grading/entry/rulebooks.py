"""Routes of the shelf: load a rulebook into the running product, read it beside its original, bring it into force."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import ValidationError

from services.grading.entry.bodies import Activation, ImpactQuery, RulebookHash, Upload
from services.grading.usecases.activate import Activate
from services.grading.usecases.relocate import Relocate
from services.grading.usecases.shelf import Shelf, Uploaded
from shared.auth import CurrentStaff
from shared.errors import InvalidError
from shared.web import UnsupportedMediaError, parse_json
from shared.web.faults import readable

Hash = Annotated[RulebookHash, Path()]
_TEXTS = frozenset({"text/plain", "text/yaml", "text/x-yaml", "application/yaml", "application/x-yaml"})
_WORDS: dict[str, Any] = {"type": "string", "minLength": 1}
_UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "text/plain": {"schema": {**_WORDS, "description": "The YAML itself"}},
            "application/json": {"schema": Upload.model_json_schema()},
        },
    }
}
_NEW: dict[int | str, Any] = {
    201: {"description": "It is new here", "content": {"application/json": {"schema": {"type": "object"}}}}
}
_TEXT: dict[str, Any] = {"requestBody": {"required": True, "content": {"text/plain": {"schema": _WORDS}}}}


def rulebook_routes(shelf: Shelf, activate: Activate, relocate: Relocate) -> APIRouter:
    """The shelf of an organisation."""
    router = APIRouter(tags=["rulebooks"], prefix="/v1/rulebooks")

    @router.post("", summary="载入规则 / Load a rulebook", openapi_extra=_UPLOAD, responses=_NEW)
    async def upload(staff: CurrentStaff, request: Request, response: Response) -> dict[str, Any]:
        """Checked, and kept as a draft of this organisation. 201 where it is new, 200 where the same was here already.

        A refusal lists in `errors` every finding with its `line` and place.
        """
        given = await _upload(request)
        made = await shelf.upload(staff, given.text, given.layers)
        response.status_code = 201 if made.new else 200
        return _uploaded(made)

    @router.get("", summary="规则列表 / The shelf")
    async def all_of_them(staff: CurrentStaff) -> dict[str, Any]:
        """Shipped ones and the organisation's own, which is in force since when, and every activation with who and why."""
        return await shelf.all(staff)

    @router.get("/{hash}", summary="规则全文 / A rulebook")
    async def one(staff: CurrentStaff, hash: Hash) -> dict[str, Any]:  # noqa: A002 - the path's own word
        """Its canonical form, which the hash is over, and its YAML as it was loaded."""
        return await shelf.one(staff, hash)

    @router.put("/{hash}/original", summary="上传原文 / Keep the original", status_code=204, openapi_extra=_TEXT)
    async def put_original(staff: CurrentStaff, hash: Hash, request: Request) -> Response:  # noqa: A002
        """The regulation itself, plain UTF-8 text of at most 1 MiB, to be read beside the rulebook. A later one replaces it."""
        await shelf.put_original(staff, hash, await _text(request))
        return Response(status_code=204)

    @router.get("/{hash}/original", summary="原文 / The original", response_class=PlainTextResponse)
    async def original(staff: CurrentStaff, hash: Hash) -> Response:  # noqa: A002
        """As it was uploaded."""
        return PlainTextResponse((await shelf.original(staff, hash)).original)

    @router.post("/{hash}/activate", summary="施行 / Bring into force")
    async def bring_into_force(staff: CurrentStaff, hash: Hash, body: Activation) -> dict[str, Any]:  # noqa: A002
        """Incidents from now on are under it; running ones stay under theirs. Refused where nobody holds a post that it needs."""
        return await activate(staff, hash, body.reason, body.layers)

    @router.post("/{hash}/impact", summary="试算影响 / What it would change")
    async def impact(staff: CurrentStaff, hash: Hash, body: ImpactQuery) -> dict[str, Any]:  # noqa: A002
        """What moving running incidents to it would issue, withdraw and move. Nothing is written."""
        return await relocate.impact(staff, hash, body.incidents, body.layers)

    return router


def _uploaded(made: Uploaded) -> dict[str, Any]:
    rulebook = made.rulebook
    return {
        "hash": rulebook.hash,
        "rulebook": rulebook.id,
        "version": rulebook.version,
        "title": rulebook.title,
        "layers": list(made.layers),
        "new": made.new,
        "doubts": made.doubts,
    }


async def _upload(request: Request) -> Upload:
    kind = _kind(request)
    if kind in _TEXTS:
        return Upload(text=await _text(request))
    if kind != "application/json":
        raise UnsupportedMediaError(
            "请以 text/plain 或 application/json 发送 / Send the YAML as text/plain, or JSON {text, layers}."
        )
    try:
        return Upload.model_validate(parse_json(await request.body()))
    except ValidationError as error:
        raise InvalidError("请更正所列各项 / Correct what `errors` lists.", errors=readable(error.errors())) from None


async def _text(request: Request) -> str:
    """The body as text. Raises `UnsupportedMediaError`, or `InvalidError` where it is none or is empty."""
    if _kind(request) not in _TEXTS:
        raise UnsupportedMediaError("请以 text/plain 发送 / Send it as 'Content-Type: text/plain; charset=utf-8'.")
    raw = await request.body()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InvalidError(f"不是 UTF-8 文本(第 {line} 行)/ Not UTF-8 text, line {line}: save it as UTF-8.") from None
    if not text.strip() or "\0" in text:
        raise InvalidError("内容为空或含有空字符 / The text is empty, or contains a NUL character.")
    return text


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
