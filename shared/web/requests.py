"""Requests read within limits: bodies bounded, JSON by orjson, text that PostgreSQL cannot keep refused by its place."""

import json
from collections.abc import AsyncGenerator
from typing import Any, ClassVar

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope

from shared.errors import InvalidError, MalformedError
from shared.web.faults import fault

MAX_BODY = 1 << 20
"""Bytes of a body where its route says nothing else (`max_body_size=` of the route decorator)."""


class UnsupportedMediaError(MalformedError):
    """The body is of another kind than this route reads."""

    status: ClassVar[int] = 415
    type: ClassVar[str] = "unsupported-media-type"
    title: ClassVar[str] = "不支持的内容类型 / Unsupported media type"


class EdgeRequest(Request):
    """The request that every route gets: `body()` and `stream()` stop at the route's limit, `json()` is strict."""

    def __init__(self, scope: Scope, receive: Receive, limit: int) -> None:
        super().__init__(scope, receive)
        self._limit = limit

    async def body(self) -> bytes:
        """The whole body. Raises as `stream`, without the generator in between: this runs for every call."""
        if hasattr(self, "_body") or self._stream_consumed:
            return await super().body()
        self._check_declared()
        chunks: list[bytes] = []
        total, more = 0, True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            chunks.append(message.get("body", b""))
            total += len(chunks[-1])
            if total > self._limit:
                raise self._too_large()
            more = message.get("more_body", False)
        self._stream_consumed = True
        self._body = b"".join(chunks)
        return self._body

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body's chunks. Raises status 413 once they are over the limit, before reading where the length is told."""
        self._check_declared()
        total = 0
        async for chunk in super().stream():
            total += len(chunk)
            if total > self._limit:
                raise self._too_large()
            yield chunk

    async def json(self) -> Any:
        """The body as JSON. Raises `MalformedError`, or `InvalidError` for text that cannot be kept."""
        if not hasattr(self, "_json"):
            self._json = parse_json(await self.body())
        return self._json

    async def expect_json(self) -> None:
        """Read a JSON body now. Raises as `json` and, for another content type, `UnsupportedMediaError`."""
        if not await self.body():
            return  # validation says what is missing
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
            raise UnsupportedMediaError(
                "请以 application/json 发送 / Send the body as 'Content-Type: application/json'."
            )
        await self.json()

    def _check_declared(self) -> None:
        declared = self.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > self._limit:
            raise self._too_large()

    def _too_large(self) -> HTTPException:
        # Starlette's own type, because FastAPI turns any other into 400 while it reads a form.
        return HTTPException(
            413, f"内容超过 {self._limit} 字节 / The body is over the {self._limit} bytes of this address."
        )


def parse_json(raw: bytes) -> Any:
    """Strict JSON. Raises `MalformedError` where it is none, `InvalidError` for NUL characters or lone surrogates."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        if b"\\ud" in raw or b"\\uD" in raw:
            _refuse_unkeepable(_lenient(raw))
        raise MalformedError(f"不是有效的 JSON / Not valid JSON at byte {error.pos}: {error.msg}.") from None
    if b"\\u0000" in raw:
        _refuse_unkeepable(value)
    return value


def _lenient(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _refuse_unkeepable(value: Any) -> None:
    """Raise `InvalidError` naming the places of text that PostgreSQL cannot keep."""
    found: list[str] = []
    pending: list[tuple[str, Any]] = [("body", value)]
    while pending:
        where, part = pending.pop()
        if isinstance(part, str) and not _keepable(part):
            found.append(where)
        elif isinstance(part, dict):
            found.extend(where for key in part if not _keepable(key))
            pending.extend((f"{where}.{key}" if key.isidentifier() else f"{where}.…", v) for key, v in part.items())
        elif isinstance(part, list):
            pending.extend((f"{where}.{index}", item) for index, item in enumerate(part))
    if found:
        what = "含有空字符或不成对的代理码 / contains a NUL character or a lone surrogate"
        raise InvalidError(
            "文本含有无法保存的字符 / Some text cannot be kept.", errors=[fault(w, what) for w in found[:50]]
        )


def _keepable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
