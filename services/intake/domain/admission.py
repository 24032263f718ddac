"""How many may be under way at once, and whose turn it is when that is too few. Pure: moments are given, in monotonic seconds.

The bound is not a setting: it follows what was measured. By Little's law as many are under way as are served in the time that
each waits, so a mean wait above the target says by how much there are too many; below it, a bound that is reached may grow.
"""

import math
from collections.abc import Sequence

ROUND_SECONDS = 0.1
"""So much is measured before the bound moves."""
SHARPEST, GENTLEST = 0.7, 1.1
"""How far it moves at once: down to this part, up to that one."""
SEEN_SECONDS = 1.0
"""So long a sender counts among those that share, after its last request."""
LONGEST_RETRY = 30


class Bound:
    """How many may be under way so that each waits about `target` seconds; never below `least`, never above `most`."""

    def __init__(self, target: float, least: int, most: int) -> None:
        self._target = target
        self._least = least
        self._most = most
        self._limit = float(min(most, 4 * least))
        self._began = 0.0
        self._count = 0
        self._waited = 0.0

    @property
    def limit(self) -> int:
        """The bound now."""
        return int(self._limit)

    def measured(self, waits: Sequence[float], reached: int, now: float) -> bool:
        """Take in what some requests waited, while at most `reached` were under way; true where a round is complete."""
        self._count += len(waits)
        self._waited += sum(waits)
        if now - self._began < ROUND_SECONDS or not self._count:
            return False
        mean = self._waited / self._count
        if mean > self._target:
            self._limit = max(self._least, min(self._limit, reached) * max(SHARPEST, self._target / mean))
        elif reached >= self.limit:
            self._limit = min(self._most, self._limit * GENTLEST + 1)
        self._began, self._count, self._waited = now, 0, 0.0
        return True


class Turns:
    """Who is under way, and who is let in: anybody while there is room, and beyond that whoever has less than an even share.

    So a sender that fills the house alone is turned away, and the one that comes with a request now and then is not; those beyond
    the bound are at most as many again.
    """

    def __init__(self, bound: Bound) -> None:
        self._bound = bound
        self._under_way: dict[str, int] = {}
        self._seen: dict[str, float] = {}
        self._swept = 0.0
        self._entered = self._refused = 0
        self._spread = 1
        self._reached = 0
        self.total = 0

    def enter(self, who: str, now: float) -> str | None:
        """Let one in, to be let out by `leave`; or, where there is no room, say why not: `waiting`, or `full`."""
        if now - self._swept > SEEN_SECONDS:
            self._sweep(now)
        self._seen[who] = now
        own, limit = self._under_way.get(who, 0), self._bound.limit
        if self.total >= limit:
            full = self.total >= 2 * limit
            if full or own >= max(1, limit // len(self._seen)):
                self._refused += 1
                self._reached = max(self._reached, limit)
                return "full" if full else "waiting"
        self._under_way[who] = own + 1
        self._entered += 1
        self.total += 1
        self._reached = max(self._reached, self.total)
        return None

    def leave(self, who: str) -> None:
        """One is done."""
        self.total -= 1
        left = self._under_way[who] - 1
        if left:
            self._under_way[who] = left
        else:
            del self._under_way[who]

    def waited(self, waits: Sequence[float], now: float) -> None:
        """What some of those that were let in have waited, in seconds."""
        if self._bound.measured(waits, self._reached, now):
            self._reached = self.total

    def retry_within(self) -> int:
        """Seconds over which those who were refused should come again, so that they don't all come at once."""
        return self._spread

    def _sweep(self, now: float) -> None:
        """Once a second: forget who has gone, and look how many times too many came."""
        since = now - SEEN_SECONDS
        self._seen = {who: at for who, at in self._seen.items() if at >= since or who in self._under_way}
        self._spread = min(LONGEST_RETRY, 1 + math.ceil(2 * self._refused / max(1, self._entered)))
        self._entered = self._refused = 0
        self._swept = now
