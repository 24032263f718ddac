"""Logs, numbers and traces; nothing here may carry personal data."""

from shared.telemetry.failures import describe, summary
from shared.telemetry.logs import configure_logging, get_logger
from shared.telemetry.metrics import counter, exposition, gauge, histogram, request_time
from shared.telemetry.trace import begin_trace, trace_id, traceparent

__all__ = [
    "begin_trace",
    "configure_logging",
    "counter",
    "describe",
    "exposition",
    "gauge",
    "get_logger",
    "histogram",
    "request_time",
    "summary",
    "trace_id",
    "traceparent",
]
