"""A small memory of what was looked up, so that a key is not asked of the database on every call."""

from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST = 4096


class Remembered(Generic[K, V]):
    """Values by key for `seconds`, absences too. `monotonic` gives seconds.

    What was loaded while `forget` was called is not kept, for it may be from before the change.
    """

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._seconds = seconds
        self._now = monotonic
        self._kept: dict[K, tuple[float, V | None]] = {}
        self._generation = 0

    async def get(self, key: K, load: Callable[[], Awaitable[V | None]]) -> V | None:
        """The value, or None where there is none; loaded where it is not fresh in memory."""
        kept = self._kept.get(key)
        if kept is not None and self._now() < kept[0]:
            return kept[1]
        generation = self._generation
        value = await load()
        if generation == self._generation:
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[key] = self._now() + self._seconds, value
        return value

    def forget(self) -> None:
        """Start over; the next look-up of each key goes to its source."""
        self._generation += 1
        self._kept.clear()
