"""The trace that a piece of work belongs to (W3C Trace Context), carried in a context variable."""

import os
from collections.abc import Iterable
from contextvars import ContextVar

_TRACE: ContextVar[str] = ContextVar("trace_id", default="")


def trace_id() -> str:
    """The present trace id, 32 hexadecimal digits; empty outside any request or event."""
    return _TRACE.get()


def begin_trace(headers: Iterable[tuple[bytes, bytes]] = ()) -> str:
    """Continue the caller's `traceparent`, or start a trace where there is none or it is malformed; the trace id."""
    identifier = next((_parent(value) for name, value in headers if name == b"traceparent"), "")
    identifier = identifier or os.urandom(16).hex()
    _TRACE.set(identifier)
    return identifier


def traceparent() -> str:
    """The header value that carries the present trace into an outgoing call."""
    return f"00-{_TRACE.get() or os.urandom(16).hex()}-{os.urandom(8).hex()}-00"


def _parent(value: bytes) -> str:
    parts = value.decode("latin-1").split("-")
    if len(parts) < 4 or len(parts[1]) != 32 or parts[1] == "0" * 32:
        return ""
    return parts[1] if all(digit in "0123456789abcdef" for digit in parts[1]) else ""
