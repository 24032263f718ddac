"""Portal first: how much of the process the work of vendors may take while citizens are being served.

A push of a hundred posts is thirty milliseconds of computing and one long transaction. It steps aside every few of them, and
while anybody waits at the portal pushes go one by one, each followed by a rest; alone they go as fast as they can.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

SLICE_SECONDS = 0.002
"""So long a push computes before others have their turn of the loop."""
AT_ONCE = 2
"""Pushes at the same time, where nobody is at the portal: while one waits for the database, the other is made ready."""
REST = 2.0
"""How long a push is followed by rest beside the portal, in times of what it took: a third of the time is left to vendors."""
LONGEST_REST = 1.0


class Pace:
    """The pace of one process's vendors. `portal` answers how many are being served there now.

    `waited` hears how many seconds a push took from asking for its turn until it was kept or refused.
    """

    def __init__(
        self,
        portal: Callable[[], int],
        waited: Callable[[list[float]], None],
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._portal = portal
        self._waited = waited
        self._now = monotonic
        self._sleep = sleep
        self._places = asyncio.Semaphore(AT_ONCE)
        self._single = asyncio.Lock()
        self._resting_until = 0.0
        self._stepped = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The time of one push; who comes next waits out its rest."""
        asked = self._now()
        async with self._places, AsyncExitStack() as alone:
            if self._portal():
                await alone.enter_async_context(self._single)
                if (rest := self._resting_until - self._now()) > 0:
                    await self._sleep(rest)
            began = self._stepped = self._now()
            try:
                yield
            finally:
                ended = self._now()
                took = ended - began
                self._waited([ended - asked])
                self._resting_until = ended + (min(LONGEST_REST, REST * took) if self._portal() else 0.0)

    async def step(self) -> None:
        """Between two posts: let others have the loop, where it is time."""
        if self._now() - self._stepped > SLICE_SECONDS:
            await self._sleep(0)
            self._stepped = self._now()
