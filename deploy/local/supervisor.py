"""Watching what runs: a thing that has ended is started again, at once at first, then with growing patience."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from deploy.local.errors import StartError

STEADY = 30.0
"""Seconds after which an end is no longer counted with the ones before."""
LONGEST = 3.0


@dataclass(slots=True)
class Watched:
    """One thing to keep running.

    `start` blocks until it is on its way and raises StartError, OSError or TimeoutError when it cannot be; `ended`
    says how it ended, None while it runs. `planned`: its next end was asked for and is no failure.
    """

    name: str
    start: Callable[[], None]
    ended: Callable[[], str | None]
    failures: int = 0
    last_reason: str = ""
    planned: bool = False
    _started: float = 0.0
    _due: float | None = None

    def launch(self) -> None:
        """The first start, whose errors are the caller's."""
        self.start()
        self._started = time.monotonic()

    @property
    def due(self) -> float | None:
        """When it is started again, on the monotonic clock; None while it runs."""
        return self._due

    def look(self, now: float, say: Callable[[str], None]) -> None:
        """Start it again if it has ended and its time has come."""
        if self._due is None:
            reason = self.ended()
            if reason is None:
                return
            if self.planned:
                self.planned, self._due = False, now
            else:
                self._plan(now, reason, say)
        if self._due is not None and now >= self._due:
            self._again(now, say)

    def _again(self, now: float, say: Callable[[str], None]) -> None:
        try:
            self.start()
        except (StartError, OSError, TimeoutError) as error:
            self._plan(now, str(error), say)
            return
        self._due = None
        self._started = time.monotonic()
        say(f"{self.name} 已重新启动 / started again")

    def _plan(self, now: float, reason: str, say: Callable[[str], None]) -> None:
        if self._due is None and now - self._started > STEADY:
            self.failures = 0
        delay = 0.0 if self.failures == 0 else min(LONGEST, 0.25 * 2**self.failures)
        self.failures += 1
        self.last_reason = reason
        self._due = now + delay
        say(f"{self.name} 已停止 / ended: {reason}" + (f"; {delay:.1f} s" if delay else ""))


class Supervisor:
    """The runner's only loop. Single-threaded: waits for SIGCHLD, which it keeps blocked, or for time to pass."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.watched: list[Watched] = []
        self._say = say
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])

    def launch(self, watched: Watched) -> None:
        """Start something and watch it from now on."""
        watched.launch()
        self.watched.append(watched)

    def tick(self, wait: float) -> None:
        """Wait up to `wait` seconds for a child to end, then start what is due."""
        now = time.monotonic()
        dues = [watched.due - now for watched in self.watched if watched.due is not None]
        signal.sigtimedwait([signal.SIGCHLD], max(0.0, min([wait, *dues])))
        now = time.monotonic()
        for watched in self.watched:
            watched.look(now, self._say)

    def hopeless(self, failures: int) -> Watched | None:
        """The first that has failed so many times in a row, if any."""
        return next((watched for watched in self.watched if watched.failures >= failures), None)
