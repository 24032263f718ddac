"""Prometheus numbers that every service has; a label `service`, for tests run several services in one process."""

from functools import cache

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=1.0.0; charset=utf-8"

_REQUESTS = Histogram(
    "huiying_http_request_seconds",
    "Time to answer a request, by route template, method and status class",
    ("service", "route", "method", "status"),
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0),
)


@cache
def request_time(service: str, route: str, method: str, status: str) -> Histogram:
    """The histogram of one route, method and status class (`2xx`); cached, for finding a child by labels is slow."""
    return _REQUESTS.labels(service, route, method, status)


@cache
def counter(name: str, help_text: str, labels: tuple[str, ...] = ()) -> Counter:
    """The counter of that name, made on first use: a second app in the process shares it."""
    return Counter(name, help_text, labels)


@cache
def gauge(name: str, help_text: str, labels: tuple[str, ...] = ()) -> Gauge:
    """The gauge of that name, made on first use."""
    return Gauge(name, help_text, labels)


@cache
def histogram(name: str, help_text: str, labels: tuple[str, ...] = ()) -> Histogram:
    """The histogram of that name, in seconds, made on first use."""
    return Histogram(name, help_text, labels, buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5))


def exposition() -> bytes:
    """All numbers in the text format that Prometheus scrapes."""
    return generate_latest(REGISTRY)
