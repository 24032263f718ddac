"""Whether clocks may fire: not while the wall clock is in doubt, for a verdict of lateness cannot be taken back."""

import structlog
from prometheus_client import Counter, Gauge

from shared.clock import StepWatch

_log = structlog.get_logger()
STEPS = Counter("huiying_clock_steps", "Steps of the wall clock against the steady clock by more than 5 s", ["service"])
PAUSED = Gauge("huiying_verdicts_paused", "1 while nothing fires because the wall clock has stepped", ["service"])


class Verdicts:
    """The watch of one process over the wall clock, asked before each firing."""

    def __init__(self, service: str, watch: StepWatch) -> None:
        self._watch = watch
        self._steps = STEPS.labels(service)
        self._gauge = PAUSED.labels(service)

    def allowed(self) -> bool:
        """Look at the wall clock; false while it is in doubt."""
        before = self._watch.paused
        step = self._watch.check()
        after = self._watch.paused
        if step is not None:
            self._steps.inc()
            _log.error("clock.stepped", seconds=round(step.total_seconds(), 1), paused=after)
        elif before and not after:
            _log.warning("clock.believed_again")
        self._gauge.set(int(after))
        return not after
