"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta


class HandClock:
    """Office time in a test's hand. It ticks by a microsecond at each look, so that no two moments are the same."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime.now(UTC)

    def now(self) -> datetime:
        self._now += timedelta(microseconds=1)
        return self._now

    def move(self, **by: float) -> None:
        """Move on, by what `timedelta` takes."""
        self._now += timedelta(**by)

    def set(self, to: datetime) -> None:
        """Move to a moment."""
        self._now = to
