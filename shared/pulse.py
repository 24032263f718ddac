"""How a loop of a service is: it says so itself, and readiness asks.

A loop that handles its own failures calls `beat()` after a round that worked and `failed(error)` after one that did not; both are
for the loop's own task and do nothing outside one. A loop that fails by raising is noted by whoever runs it.
"""

import time
from collections.abc import Callable
from contextvars import ContextVar

from shared.errors import UnavailableError

PATIENCE = 30.0
"""Seconds of failing without success after which a loop counts as broken; so long without failing, it counts as well again."""


class Pulse:
    """The state of one loop. `steady` answers steady seconds."""

    def __init__(self, name: str, steady: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self._steady = steady
        self._failing_since: float | None = None
        self._last_failure = 0.0
        self._what = ""

    def beat(self) -> None:
        """A round worked."""
        self._failing_since = None

    def failed(self, error: BaseException) -> None:
        """A round did not work."""
        now = self._steady()
        if self._failing_since is None or now - self._last_failure > PATIENCE:
            self._failing_since = now
        self._last_failure = now
        self._what = type(error).__name__

    def check(self) -> None:
        """Raises `UnavailableError`, naming the loop, where it has failed for 30 s without a success between."""
        if self._failing_since is None or self._steady() - self._last_failure > PATIENCE:
            return
        seconds = self._last_failure - self._failing_since
        if seconds > PATIENCE:
            raise UnavailableError(f"The loop {self.name} has failed for {seconds:.0f} s, last: {self._what}.")


_MINE: ContextVar[Pulse | None] = ContextVar("pulse", default=None)


def keep(pulse: Pulse) -> None:
    """Let the loops of this task speak through `pulse`."""
    _MINE.set(pulse)


def beat() -> None:
    """A round of this task's loop worked."""
    pulse = _MINE.get()
    if pulse is not None:
        pulse.beat()


def failed(error: BaseException) -> None:
    """A round of this task's loop did not work and will be tried again."""
    pulse = _MINE.get()
    if pulse is not None:
        pulse.failed(error)
