"""The seam of tracing: what the rest of the house says of its work, whether or not anybody listens.

Off, which is the default, every call here is a look at one variable. On (`HUIYING_TRACES`), `shared.telemetry.tracing` is loaded,
the only module that knows OpenTelemetry. A span carries names, numbers and ids; never what people wrote, never an exception's text.
"""

import asyncio
import importlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from types import MappingProxyType
from typing import Literal, Protocol
from uuid import UUID

Kind = Literal["internal", "server", "producer", "consumer"]
Said = Mapping[str, str | int]


class Span(Protocol):
    """A span under way."""

    def say(self, name: str, said: Said) -> None:
        """Give it its last name, and what became known of it."""


class Tracing(Protocol):
    """What makes spans. Traces are named by their W3C `traceparent`."""

    def span(self, name: str, kind: Kind, parent: str | None, said: Said) -> AbstractContextManager[Span]:
        """A span that is the present one while the block runs; without a `parent` it continues the present one."""

    def each(self, name: str, kind: Kind, parents: Sequence[str], said: Said) -> AbstractContextManager[list[str]]:
        """One span for each parent around the same block; answers their traceparents in the same order."""

    def present(self) -> str | None:
        """The traceparent of the present span."""

    def close(self) -> None:
        """Send what is waiting, for a few seconds at most."""


_active: Tracing | None = None
_NOTHING: AbstractContextManager[None] = nullcontext()
_OF_SUBJECT: ContextVar[Mapping[UUID, str]] = ContextVar("trace_of_subject", default=MappingProxyType({}))


def switch_on(collector: str, service: str) -> None:
    """Send spans to an OpenTelemetry collector (its base URL). Raises `ModuleNotFoundError` where it is not installed."""
    if _active is None:
        install(importlib.import_module("shared.telemetry.tracing").to_collector(collector, service))


def install(tracing: Tracing | None) -> None:
    """Use this from now on; None switches tracing off."""
    global _active  # noqa: PLW0603 - one process, one tracer; a look at a variable is all that tracing costs when off
    _active = tracing


async def close() -> None:
    """Send what waits, at the end of a process: a few seconds at most."""
    if _active is not None:
        await asyncio.to_thread(_active.close)


def active() -> Tracing | None:
    """What makes spans, where tracing is on."""
    return _active


def within(name: str, said: Said) -> AbstractContextManager[object]:
    """A span around a part of the present span's work; nothing where there is none."""
    if _active is None or _active.present() is None:
        return _NOTHING
    return _active.span(name, "internal", None, said)


def sending(producer: str, traces: Sequence[str | None]) -> AbstractContextManager[object]:
    """A span for each traced event of a batch that goes to the bus."""
    traced = [trace for trace in traces if trace is not None] if _active is not None else []
    if _active is None or not traced:
        return _NOTHING
    return _active.each(f"send {producer}", "producer", traced, {"messaging.destination.name": producer})


def for_subjects(
    name: str, kind: Kind, traces: Sequence[tuple[UUID, str | None]], said: Said
) -> AbstractContextManager[None]:
    """Work that one transaction does for several traces: what is appended about a subject belongs to that subject's trace."""
    traced = [(subject, trace) for subject, trace in traces if trace is not None] if _active is not None else []
    return _for_subjects(_active, name, kind, traced, said) if _active is not None and traced else _NOTHING


@contextmanager
def _for_subjects(
    tracing: Tracing, name: str, kind: Kind, traced: Sequence[tuple[UUID, str]], said: Said
) -> Iterator[None]:
    with tracing.each(name, kind, [trace for _, trace in traced], said) as made:
        subjects = [subject for subject, _ in traced]
        token = _OF_SUBJECT.set({**_OF_SUBJECT.get(), **dict(zip(subjects, made, strict=True))})
        try:
            yield
        finally:
            _OF_SUBJECT.reset(token)


def present() -> str | None:
    """The traceparent of what is being done; None where tracing is off or nothing is traced."""
    return _active.present() if _active is not None else None


def of_subjects(subjects: Sequence[UUID]) -> list[str | None] | None:
    """The traceparent for an event about each of these subjects; None where tracing is off."""
    if _active is None:
        return None
    known, otherwise = _OF_SUBJECT.get(), _active.present()
    return [known.get(subject, otherwise) for subject in subjects]
