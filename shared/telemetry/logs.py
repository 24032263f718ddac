"""Logs: one JSON object a line on standard output, with service and trace id, without personal data."""

import contextlib
import logging
import sys
from collections.abc import Mapping
from typing import Any, TextIO, cast

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

from shared.telemetry.failures import describe
from shared.telemetry.trace import trace_id

PERSONAL = frozenset({
    "name", "body", "text", "title", "contact", "phone", "mobile", "address", "email", "id_number", "idcard", "receipt",
    "author", "url", "payload", "data", "public_text", "display_name", "detail", "args", "params", "reason",
})  # fmt: skip
SECRET = ("password", "secret", "token", "authorization", "cookie", "api_key", "phone", "id_number", "contact")
DROPPED = "[dropped]"


def drop_personal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blank every field, nested ones too, whose name says that it may hold personal data or a secret."""
    return {key: _without(key, value) for key, value in event.items()}


def _without(key: str, value: Any) -> Any:
    lowered = key.lower()
    if lowered in PERSONAL or lowered.endswith(SECRET):
        return DROPPED
    if isinstance(value, Mapping):
        return {str(inner): _without(str(inner), part) for inner, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without("", part) for part in value]
    return value


def _add_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if identifier := trace_id():
        event["trace_id"] = identifier
    return event


def _describe_failure(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Stand the place of a logged exception where a traceback would, whose last line quotes values."""
    given = event.pop("exc_info", None)
    found = given[1] if isinstance(given, tuple) else given if isinstance(given, BaseException) else sys.exc_info()[1]
    if given and found is not None:
        event["failure"] = describe(found)
    return event


def _dumps(event: EventDict, **_: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


class Unfailing:
    """A text stream whose lines are let go while they cannot be written: a full disk must not stop the work that is logged."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or not."""
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, or not."""
        with contextlib.suppress(OSError):
            self._stream.flush()


def configure_logging(service: str, level: str = "info") -> None:
    """Send structlog and the standard library's logs to standard output as JSON. Call once at start.

    The access log is at `debug`; libraries speak from `warning` on.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
    ]
    last: list[structlog.typing.Processor] = [
        _describe_failure,
        drop_personal,
        structlog.processors.JSONRenderer(serializer=_dumps),
    ]
    out = cast("TextIO", Unfailing(sys.stdout))
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=True,
    )
    # aiokafka reports every failed heartbeat of an outage; that the broker is away is said once a second by shared.bus.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def get_logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """A logger whose lines carry `component=name`. Log ids and counts; fields named like personal data are blanked."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(component=name)
    return logger
