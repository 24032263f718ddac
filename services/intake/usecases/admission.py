"""Admission to one of intake's queues: decided before a body is read, from what those before have waited."""

import random
import time
from collections.abc import Callable, Sequence
from typing import Final

from services.intake.domain.admission import Bound, Turns
from shared.errors import ThrottledError
from shared.telemetry import counter, gauge, histogram

SHED: Final = ("huiying_intake_shed_total", "Requests turned away unread, by queue and reason", ("queue", "reason"))
WAITING: Final = ("huiying_intake_waiting", "Requests let in and not answered yet, by queue", ("queue",))
WAITED: Final = ("huiying_intake_wait_seconds", "From a report's being ready until it is kept, by queue", ("queue",))


class Admission:
    """The door of one queue (`portal`, `vendor`). `draw` gives a number from 1 to its argument, for jitter."""

    def __init__(
        self,
        queue: str,
        bound: Bound,
        monotonic: Callable[[], float] = time.monotonic,
        draw: Callable[[int], int] = lambda most: random.randint(1, most),  # noqa: S311 - spreads load, guards nothing
    ) -> None:
        self._queue = queue
        self._turns = Turns(bound)
        self._now = monotonic
        self._draw = draw
        self._shed = {reason: counter(*SHED).labels(queue, reason) for reason in ("waiting", "full")}
        self._wait_seconds = histogram(*WAITED).labels(queue)
        gauge(*WAITING).labels(queue).set_function(lambda: self._turns.total)

    @property
    def under_way(self) -> int:
        """How many have been let in and are not done."""
        return self._turns.total

    def enter(self, who: str) -> ThrottledError | None:
        """Let `who` in, to be let out by `leave`, or answer the refusal. Nothing of a refused request is kept."""
        reason = self._turns.enter(who, self._now())
        if reason is None:
            return None
        self._shed[reason].inc()
        seconds = self._draw(self._turns.retry_within())
        return ThrottledError(
            f"来件过多，请 {seconds} 秒后原样重发 / Too much is arriving; nothing was read. Send the same again in {seconds} s.",
            retry_after=seconds,
        )

    def leave(self, who: str) -> None:
        """Whoever was let in is done."""
        self._turns.leave(who)

    def waited(self, seconds: Sequence[float]) -> None:
        """What some of those let in have waited; by this the bound is moved."""
        for each in seconds:
            self._wait_seconds.observe(each)
        self._turns.waited(seconds, self._now())
