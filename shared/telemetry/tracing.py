"""Tracing by OpenTelemetry: spans sent to a collector by OTLP over HTTP, in the background, dropped rather than waited for.

Loaded only where `HUIYING_TRACES` is set. `OTEL_TRACES_SAMPLER` and `OTEL_RESOURCE_ATTRIBUTES` are the SDK's own; a caller's
`traceparent` that says "not sampled" is obeyed.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.telemetry.spans import Kind, Said

_KINDS: Final = {
    "internal": SpanKind.INTERNAL,
    "server": SpanKind.SERVER,
    "producer": SpanKind.PRODUCER,
    "consumer": SpanKind.CONSUMER,
}
_PATIENCE_SECONDS = 3
_HEADER = TraceContextTextMapPropagator()


class OpenTelemetry:
    """`spans.Tracing` over a tracer provider, which is closed with it."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("huiying")

    @contextmanager
    def span(self, name: str, kind: Kind, parent: str | None, said: Said) -> Iterator["Named"]:
        """As `spans.Tracing.span`."""
        made = self._tracer.start_span(name, _context(parent), _KINDS[kind], dict(said))
        with trace.use_span(made, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            try:
                yield Named(made)
            except BaseException as error:
                _failed(made, error)
                raise

    @contextmanager
    def each(self, name: str, kind: Kind, parents: Sequence[str], said: Said) -> Iterator[list[str]]:
        """As `spans.Tracing.each`."""
        made = [self._tracer.start_span(name, _context(parent), _KINDS[kind], dict(said)) for parent in parents]
        with ExitStack() as ending:
            for each in made:
                ending.callback(each.end)
            try:
                yield [_traceparent(each) or parent for each, parent in zip(made, parents, strict=True)]
            except BaseException as error:
                for each in made:
                    _failed(each, error)
                raise

    def present(self) -> str | None:
        """As `spans.Tracing.present`."""
        return _traceparent(trace.get_current_span())

    def close(self) -> None:
        """As `spans.Tracing.close`."""
        self._provider.shutdown()


class Named:
    """`spans.Span`."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def say(self, name: str, said: Said) -> None:
        """As `spans.Span.say`."""
        self._span.update_name(name)
        self._span.set_attributes(dict(said))


def to_collector(base: str, service: str) -> OpenTelemetry:
    """Spans of `service`, sent to the collector at this base URL."""
    # A collector that is away is said once in a while, not at each of its tries.
    logging.getLogger("opentelemetry.exporter").setLevel(logging.ERROR)
    provider = TracerProvider(resource=Resource.create({"service.name": f"huiying-{service}"}))
    exporter = OTLPSpanExporter(endpoint=f"{base}/v1/traces", timeout=_PATIENCE_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter, export_timeout_millis=_PATIENCE_SECONDS * 1000))
    return OpenTelemetry(provider)


def _context(parent: str | None) -> Context | None:
    return _HEADER.extract({"traceparent": parent}, Context()) if parent else None


def _traceparent(span: trace.Span) -> str | None:
    carrier: dict[str, str] = {}
    _HEADER.inject(carrier, trace.set_span_in_context(span, Context()))
    return carrier.get("traceparent")


def _failed(span: trace.Span, error: BaseException) -> None:
    span.set_status(Status(StatusCode.ERROR, type(error).__name__))
