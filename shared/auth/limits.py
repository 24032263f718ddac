"""Rate limits in one process: a token bucket a client."""

import math
import time
from collections.abc import Callable

from shared.errors import ThrottledError

_CLIENTS = 10_000


class RateLimiter:
    """Lets each client through `rate` times a second, `burst` times at once. `monotonic` gives seconds."""

    def __init__(self, rate: float, burst: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._now = monotonic
        self._buckets: dict[str, tuple[float, float]] = {}

    def check(self, client: str, cost: float = 1) -> None:
        """Take `cost` from the client's bucket. Raises `ThrottledError` with the seconds to wait."""
        now = self._now()
        left, at = self._buckets.get(client, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._rate)
        if left < cost:
            wait = max(1, math.ceil((cost - left) / self._rate))
            raise ThrottledError(f"请 {wait} 秒后再试 / Too many requests; try again in {wait} s.", retry_after=wait)
        if len(self._buckets) >= _CLIENTS:
            self._forget_idle(now)
        self._buckets[client] = left - cost, now

    def give_back(self, client: str, cost: float = 1) -> None:
        """Undo a `check`, where only failures are to count."""
        if client in self._buckets:
            left, at = self._buckets[client]
            self._buckets[client] = min(self._burst, left + cost), at

    def _forget_idle(self, now: float) -> None:
        """Drop full buckets, which say nothing; if all are in use, start over rather than grow."""
        busy = {
            c: (left, at) for c, (left, at) in self._buckets.items() if left + (now - at) * self._rate < self._burst
        }
        self._buckets = busy if len(busy) < _CLIENTS else {}
