"""Whether clocks may fire: not while the wall clock is in doubt, for a verdict of lateness cannot be taken back."""

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from prometheus_client import Counter, Gauge

from shared.clock import Clock, StepWatch

_log = structlog.get_logger()
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_WORTH_WRITING = timedelta(seconds=1)
STEPS = Counter("huiying_clock_steps", "Steps of the wall clock against the steady clock by more than 5 s", ["service"])
PAUSED = Gauge("huiying_verdicts_paused", "1 while nothing fires because the wall clock has stepped", ["service"])


class Believed:
    """Keeps what is believed of the wall clock in a small file, so that a process that begins amid a step is not fooled by it.

    It holds for one boot of the machine, as steady time does; the last writer counts, for all write the same.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._boot = _BOOT.read_text().strip() if _BOOT.exists() else ""
        self._kept: datetime | None = None

    def read(self) -> datetime | None:
        """What was believed; None where nothing is known of this boot."""
        with suppress(OSError, ValueError):
            boot, _, start = self._file.read_text(encoding="ascii").partition(" ")
            if boot == self._boot:
                self._kept = datetime.fromisoformat(start.strip())
        return self._kept

    def keep(self, start: datetime) -> None:
        """Write it where it has changed."""
        if not self._boot or (self._kept is not None and abs(start - self._kept) < _WORTH_WRITING):
            return
        with suppress(OSError):  # a full disk is others' to tell
            self._file.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._file.with_name(f".{self._file.name}.new")
            fresh.write_text(f"{self._boot} {start.isoformat()}\n", encoding="ascii")
            fresh.replace(self._file)
            self._kept = start


class Verdicts:
    """The watch of one process over the wall clock, asked before each firing."""

    def __init__(self, service: str, watch: StepWatch, believed: Believed | None = None) -> None:
        self._watch = watch
        self._believed = believed
        self._steps = STEPS.labels(service)
        self._gauge = PAUSED.labels(service)

    @classmethod
    def of(cls, service: str, system: Clock, pause: timedelta, file: Path) -> "Verdicts":
        """The verdicts of a service that keeps what it believes in `file`."""
        believed = Believed(file)
        return cls(service, StepWatch(system, pause=pause, believed=believed.read()), believed)

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
        if self._believed is not None and not after:
            self._believed.keep(self._watch.believed)
        self._gauge.set(int(after))
        return not after
