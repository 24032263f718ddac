"""The two clocks of the house, and the watch over the wall clock's steps.

`SystemClock` is the wall clock that tokens, signatures, leases and rate limits use; it is never moved.
`OfficeClock` is what deadlines, timers and facts use; tests and the demonstration may move it by an offset that every
process shares through one small file, and a production setting refuses that.
`StepWatch` compares the wall clock with the steady one, which nobody can set.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Anything that tells the time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class SystemClock:
    """The wall clock of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class OfficeClock:
    """The wall clock plus an offset that can be moved, in one process or through `offset_file` for all of them.

    The file holds whole seconds as text; its absence means zero. It is looked at no more than once a second.
    """

    def __init__(self, system: Clock, offset_file: Path | None = None) -> None:
        self._system = system
        self._file = offset_file
        self._offset = timedelta()
        self._read_at: datetime | None = None

    def now(self) -> datetime:
        present = self._system.now()
        if self._file is not None and self._is_stale(present):
            self._read_at = present
            self._offset = timedelta(seconds=int(self._file.read_text()) if self._file.exists() else 0)
        return present + self._offset

    def _is_stale(self, present: datetime) -> bool:
        # In both directions: after a step back of the wall clock a look into the future would count as fresh for long.
        return self._read_at is None or abs(present - self._read_at) > timedelta(seconds=1)

    def move(self, by: timedelta) -> None:
        """Move office time by `by`; a shared file carries it to the other processes within a second."""
        if self._file is not None and self._file.exists():
            self._offset = timedelta(seconds=int(self._file.read_text()))
        self._offset += by
        if self._file is not None:
            fresh = self._file.with_suffix(".new")
            fresh.write_text(str(int(self._offset.total_seconds())))
            fresh.replace(self._file)  # in one step: nobody reads half a number


class StepWatch:
    """Notices steps of the wall clock: it moved between two looks by over 5 s more or less than steady time did.

    After a step `paused` holds, so that nothing is decided by a time that may be wrong: until the step is taken back, or
    `pause` of steady time has passed, when the new time is believed. Slow corrections, as NTP makes, are no steps.
    `monotonic` answers steady seconds. Both change only in `check`; call it often, at least every few seconds.
    `believed` is what an earlier watch of the same boot believed; a wall clock that has left it since is in doubt from the start.
    """

    TOLERANCE = timedelta(seconds=5)

    def __init__(
        self,
        system: Clock,
        monotonic: Callable[[], float] = time.monotonic,
        pause: timedelta = timedelta(seconds=60),
        believed: datetime | None = None,
    ) -> None:
        self._system = system
        self._monotonic = monotonic
        self._pause = pause
        self._last = believed or self._start()
        self._believed = self._last
        self._until: float | None = None

    @property
    def paused(self) -> bool:
        """Whether the last look found the wall clock in doubt."""
        return self._until is not None

    @property
    def believed(self) -> datetime:
        """Where the wall clock, as it is believed, puts the beginning of steady time."""
        return self._believed

    def check(self) -> timedelta | None:
        """Look now; answers the step since the last look (forward is positive), None where there was none."""
        present = self._start()
        step, self._last = present - self._last, present
        stepped = abs(step) > self.TOLERANCE
        if stepped:
            self._until = self._monotonic() + self._pause.total_seconds()
        taken_back = abs(present - self._believed) <= self.TOLERANCE
        if self._until is None or taken_back or self._monotonic() >= self._until:
            self._until, self._believed = None, present
        return step if stepped else None

    def _start(self) -> datetime:
        """Where the wall clock puts the beginning of steady time: it stays unless one of the two is moved."""
        return self._system.now() - timedelta(seconds=self._monotonic())
