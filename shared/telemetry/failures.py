"""What may be said of an exception in a log: where it came from, never the values it quotes."""

import traceback
from typing import Any

import asyncpg
from pydantic import ValidationError

from shared.errors import HuiyingError


def describe(error: BaseException) -> dict[str, Any]:
    """The type, the frames and PostgreSQL's codes. The message is left out: drivers and validators quote data in it."""
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    said: dict[str, Any] = {
        "error": type(error).__name__,
        "frames": [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}" for frame in frames],
    }
    for attribute in ("sqlstate", "constraint_name", "table_name", "column_name"):
        if isinstance(value := getattr(error, attribute, None), str):
            said[attribute] = value
    if isinstance(error, HuiyingError):
        said["problem"] = error.type
    if error.__cause__ is not None:
        said["cause"] = type(error.__cause__).__name__
    return said


def summary(error: BaseException) -> str:
    """One line for people who mend it: what failed and where, without the values that libraries quote."""
    if isinstance(error, ValidationError):
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        return "ValidationError: " + "; ".join(f"{_place(fault)}: {fault['type']}" for fault in faults)
    if isinstance(error, asyncpg.PostgresError):
        return f"{type(error).__name__} {error.sqlstate or ''} {error.constraint_name or ''}".strip()
    return f"{type(error).__name__}: {error}"


def _place(fault: Any) -> str:
    return ".".join(map(str, fault["loc"])) or "(whole)"
