"""The loops of a service: run for as long as it lives, started again when they fail, each with a pulse that readiness asks."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping

import structlog

from shared import pulse
from shared.db import TRANSIENT
from shared.pulse import Pulse

_log = structlog.get_logger()
_AGAIN_SECONDS = 0.3
Loop = Callable[[], Awaitable[None]]


class Loops:
    """Runs loops by name, each in a task of its own."""

    def __init__(self, loops: Mapping[str, Loop]) -> None:
        self._loops = dict(loops)
        self._pulses = {name: Pulse(name) for name in loops}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._leaving: set[str] = set()

    def start(self) -> None:
        """Begin all of them."""
        for name, loop in self._loops.items():
            self._tasks[name] = asyncio.create_task(self._forever(name, loop), name=name)

    async def finish(self, name: str, within: float) -> None:
        """Wait until a loop that was asked to end has ended by itself, at most `within` seconds."""
        self._leaving.add(name)
        if name in self._tasks:
            await asyncio.wait([self._tasks[name]], timeout=within)

    async def stop(self, *, but: Collection[str] = ()) -> None:
        """Cancel all `but` these, and wait for their end; a transaction under way is rolled back or has committed."""
        ending = [task for name, task in self._tasks.items() if name not in but]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    def check(self) -> None:
        """Raises `UnavailableError` naming the first loop that has not succeeded for half a minute of trying."""
        for each in self._pulses.values():
            each.check()

    async def _forever(self, name: str, loop: Loop) -> None:
        """Run a loop until cancelled; one that fails is a fault to be seen in the log, and is started again."""
        mine = self._pulses[name]
        pulse.keep(mine)
        while True:
            try:
                await loop()
                if name in self._leaving:
                    return
            except TRANSIENT as error:
                mine.failed(error)
                _log.warning("loop.retry", loop=name, error=repr(error))
            except Exception as error:  # noqa: BLE001 - a loop that ends is a service that only seems alive
                mine.failed(error)
                _log.exception("loop.failed", loop=name)
            await asyncio.sleep(_AGAIN_SECONDS)
