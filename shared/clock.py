"""The two clocks of the house.

`SystemClock` is the wall clock that tokens, signatures, leases and rate limits use; it is never moved.
`OfficeClock` is what deadlines, timers and facts use; tests and the demonstration may move it by an offset that every
process shares through one small file, and a production setting refuses that.
"""

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
        if self._file is not None and (self._read_at is None or present - self._read_at > timedelta(seconds=1)):
            self._read_at = present
            self._offset = timedelta(seconds=int(self._file.read_text()) if self._file.exists() else 0)
        return present + self._offset

    def move(self, by: timedelta) -> None:
        """Move office time by `by`; a shared file carries it to the other processes within a second."""
        if self._file is not None and self._file.exists():
            self._offset = timedelta(seconds=int(self._file.read_text()))
        self._offset += by
        if self._file is not None:
            fresh = self._file.with_suffix(".new")
            fresh.write_text(str(int(self._offset.total_seconds())))
            fresh.replace(self._file)  # in one step: nobody reads half a number
