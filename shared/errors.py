"""The one error tree: every refusal a client can meet carries its status and its problem type (RFC 9457).

`detail` says what was wrong, where, and what to do; `extra` becomes members of the problem document.
"""

from typing import Any, ClassVar


class HuiyingError(Exception):
    """The root; anything of it that reaches the edge becomes a problem document."""

    status: ClassVar[int] = 500
    type: ClassVar[str] = "internal"
    title: ClassVar[str] = "内部错误 / Internal error"

    def __init__(self, detail: str, *, retry_after: int | None = None, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after
        self.extra = extra


class MalformedError(HuiyingError):
    """The request cannot be read: not JSON, too large, wrong encoding."""

    status, type, title = 400, "malformed", "请求无法读取 / Malformed request"


class UnauthenticatedError(HuiyingError):
    """No credential, or one that does not hold."""

    status, type, title = 401, "unauthenticated", "未通过身份验证 / Not authenticated"


class ForbiddenError(HuiyingError):
    """Known, but not the post that may do this."""

    status, type, title = 403, "forbidden", "无权办理 / Not permitted"


class MissingError(HuiyingError):
    """Not there, or not this organisation's: the two look alike on purpose."""

    status, type, title = 404, "not-found", "未找到 / Not found"


class ConflictError(HuiyingError):
    """The state has moved on; `extra` carries the present one."""

    status, type, title = 409, "conflict", "状态已变化 / Conflict"


class IdempotencyConflictError(ConflictError):
    """The same Idempotency-Key came with another body."""

    type, title = "idempotency-conflict", "幂等键已用于另一请求 / Idempotency key reused"


class TooLargeError(HuiyingError):
    """The body is over the limit of this route."""

    status, type, title = 413, "too-large", "内容过大 / Too large"


class InvalidError(HuiyingError):
    """Readable, but a value is not acceptable; `extra['errors']` lists them."""

    status, type, title = 422, "invalid", "内容不符合要求 / Invalid content"


class ThrottledError(HuiyingError):
    """Too many calls; `retry_after` in seconds."""

    status, type, title = 429, "throttled", "请求过于频繁 / Too many requests"


class UnavailableError(HuiyingError):
    """A part that is needed cannot be reached now; nothing was kept, try again."""

    status, type, title = 503, "unavailable", "暂时不可用 / Temporarily unavailable"
