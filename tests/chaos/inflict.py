"""Faults one after another and over one another, never two in the same place."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.chaos.faults.kind import Fault, NotBackError
from tests.chaos.plan import BY_NAME
from tests.chaos.stage import Say, Stage


@dataclass(slots=True)
class Inflicting:
    """A run's faults. `said` hears of each; `done` is called after each has begun. `failures`: what did not come back."""

    stage: Stage
    say: Say
    done: Callable[[Fault], None]
    failures: list[str] = field(default_factory=list)
    _busy: dict[str, "asyncio.Task[None]"] = field(default_factory=dict)

    async def all(self, faults: Sequence[Fault]) -> None:
        """Begin them in order; one whose place is busy lets others go before it. Returns when all are over."""
        left = list(faults)
        while left:
            fault = await self._next(left)
            kind = BY_NAME[fault.kind]
            if kind.alone:
                await self.quiet()
            task = asyncio.create_task(self._one(fault))
            self._busy[kind.place(fault.target)] = task
            if kind.alone or not fault.lasts:
                await task
            self.done(fault)
            await asyncio.sleep(fault.gap)
        await self.quiet()

    async def quiet(self) -> None:
        """Wait for those under way."""
        while tasks := [task for task in self._busy.values() if not task.done()]:
            await asyncio.wait(tasks)

    async def _next(self, left: list[Fault]) -> Fault:
        while True:
            for fault in left:
                task = self._busy.get(BY_NAME[fault.kind].place(fault.target))
                if task is None or task.done():
                    if BY_NAME[fault.kind].alone and self._long_under_way():
                        continue
                    left.remove(fault)
                    return fault
            await asyncio.wait(
                [task for task in self._busy.values() if not task.done()], return_when=asyncio.FIRST_COMPLETED
            )

    def _long_under_way(self) -> bool:
        """Whether something goes on that one should not wait for."""
        return any(name.startswith("broker") and not task.done() for name, task in self._busy.items())

    async def _one(self, fault: Fault) -> None:
        try:
            await BY_NAME[fault.kind].inflict(self.stage, fault, self.say)
        except NotBackError as error:
            self.failures.append(f"{fault}: {error}")
            self.say(f"[red]{fault}: {error}[/]")
