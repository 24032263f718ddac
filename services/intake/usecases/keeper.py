"""Group commit: requests that wait at the same moment share one transaction, and each still gets its own answer."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from services.intake.usecases.keep import Answer, Keep, Kept, Submission
from shared.db import TRANSIENT
from shared.errors import HuiyingError, IdempotencyConflictError, UnavailableError

_log = structlog.get_logger()
_MOST_TOGETHER = 64
_SECOND_FROM = 16
"""So many waiting call the second writer: while one waits for the disk, the other prepares. Below that two would only make the
batches smaller, and a batch costs nearly the same whatever its size; a third would race for the same keys."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A submission in line, since when (monotonic seconds), and whom its answer is for."""

    submission: Submission
    since: float
    answer: "asyncio.Future[Kept]"


class Keeper:
    """Keeps submissions through one or two writers; answers only once the transaction has committed.

    `waited` hears of each batch how many seconds each of its submissions took from here to its answer.
    """

    def __init__(
        self, keep: Keep, waited: Callable[[list[float]], None], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._keep = keep
        self._waited = waited
        self._now = monotonic
        self._queue: deque[Waiting] = deque()
        self._any = asyncio.Event()
        self._many = asyncio.Event()

    async def keep(self, submission: Submission) -> Kept:
        """Keep one report. Raises `IdempotencyConflictError` and `UnavailableError`; how many may wait is decided before."""
        future: asyncio.Future[Kept] = asyncio.get_running_loop().create_future()
        self._queue.append(Waiting(submission, self._now(), future))
        self._signal()
        return await future

    async def run(self) -> None:
        """Write until cancelled; who still waits then is told that nothing was kept."""
        try:
            async with asyncio.TaskGroup() as writers:
                writers.create_task(self._write(self._any))
                writers.create_task(self._write(self._many))
        finally:
            stopping = UnavailableError("The service is stopping; try again.", retry_after=1)
            _fail([self._queue.popleft() for _ in range(len(self._queue))], stopping)

    def _signal(self) -> None:
        for event, least in ((self._any, 1), (self._many, _SECOND_FROM)):
            if len(self._queue) >= least:
                event.set()
            else:
                event.clear()

    async def _write(self, enough: asyncio.Event) -> None:
        while True:
            await enough.wait()
            batch = [self._queue.popleft() for _ in range(min(_MOST_TOGETHER, len(self._queue)))]
            self._signal()
            # A caller that hung up before its turn is not kept; its key lets it come again.
            batch = [waiting for waiting in batch if not waiting.answer.done()]
            if batch:
                await self._commit(batch)
                now = self._now()
                self._waited([now - waiting.since for waiting in batch])

    async def _commit(self, batch: Sequence[Waiting]) -> None:
        try:
            answers = await self._keep.batch([waiting.submission for waiting in batch])
        except asyncio.CancelledError:
            _fail(batch, UnavailableError("The service is stopping; ask again whether it was kept.", retry_after=1))
            raise
        except Exception as error:  # noqa: BLE001 - every waiting request gets its answer, whatever went wrong
            await self._refuse(batch, error)
        else:
            for waiting, answer in zip(batch, answers, strict=True):
                _settle(waiting.answer, answer)

    async def _refuse(self, batch: Sequence[Waiting], error: Exception) -> None:
        if isinstance(error, HuiyingError):
            _fail(batch, error)
        elif isinstance(error, TRANSIENT):
            _log.warning("keeper.unavailable", waiting=len(batch), error=repr(error))
            _fail(
                batch, UnavailableError("The database cannot be reached; nothing was kept, try again.", retry_after=1)
            )
        elif len(batch) == 1:
            _log.error("keeper.failed", error=repr(error))
            _fail(batch, error)
        else:  # one bad report must not take the others with it
            for waiting in batch:
                await self._commit([waiting])


def _settle(future: "asyncio.Future[Kept]", answer: Answer) -> None:
    if future.done():
        return
    if isinstance(answer, IdempotencyConflictError):
        future.set_exception(answer)
    else:
        future.set_result(answer)


def _fail(batch: Sequence[Waiting], error: Exception) -> None:
    for waiting in batch:
        if not waiting.answer.done():
            waiting.answer.set_exception(error)
