"""Group commit: requests that wait at the same moment share one transaction, and each still gets its own answer."""

import asyncio
from collections.abc import Sequence

import structlog

from services.intake.usecases.keep import Keep, Kept, Submission
from shared.db import TRANSIENT
from shared.errors import HuiyingError, IdempotencyConflictError, ThrottledError, UnavailableError

_log = structlog.get_logger()
_MOST_TOGETHER = 64
_MOST_WAITING = 1000
"""About half a second's work: whoever would wait longer is told so at once."""
_WRITERS = 2
"""While one waits for the disk, the other prepares; more would only race for the same keys."""

Waiting = tuple[Submission, "asyncio.Future[Kept]"]


class Keeper:
    """Keeps submissions through a few writers; answers only once the transaction has committed."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._queue: asyncio.Queue[Waiting] = asyncio.Queue()

    async def keep(self, submission: Submission) -> Kept:
        """Keep one report. Raises `IdempotencyConflictError`, `ThrottledError` when too many wait, `UnavailableError`."""
        if self._queue.qsize() >= _MOST_WAITING:
            raise ThrottledError("Too many complaints are waiting to be kept; try again in a second.", retry_after=1)
        future: asyncio.Future[Kept] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((submission, future))
        return await future

    async def run(self) -> None:
        """Write until cancelled; who still waits then is told that nothing was kept."""
        try:
            async with asyncio.TaskGroup() as writers:
                for _ in range(_WRITERS):
                    writers.create_task(self._write())
        finally:
            while not self._queue.empty():
                _fail(
                    [self._queue.get_nowait()], UnavailableError("The service is stopping; try again.", retry_after=1)
                )

    async def _write(self) -> None:
        while True:
            batch = [await self._queue.get()]
            while len(batch) < _MOST_TOGETHER and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            # A caller that hung up before its turn is not kept; its key lets it come again.
            batch = [waiting for waiting in batch if not waiting[1].done()]
            if batch:
                await self._commit(batch)

    async def _commit(self, batch: Sequence[Waiting]) -> None:
        try:
            answers = await self._keep.batch([submission for submission, _ in batch])
        except asyncio.CancelledError:
            _fail(batch, UnavailableError("The service is stopping; ask again whether it was kept.", retry_after=1))
            raise
        except Exception as error:  # noqa: BLE001 - every waiting request gets its answer, whatever went wrong
            await self._refuse(batch, error)
        else:
            for (_, future), answer in zip(batch, answers, strict=True):
                _settle(future, answer)

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


def _settle(future: "asyncio.Future[Kept]", answer: Kept | IdempotencyConflictError) -> None:
    if future.done():
        return
    if isinstance(answer, IdempotencyConflictError):
        future.set_exception(answer)
    else:
        future.set_result(answer)


def _fail(batch: Sequence[Waiting], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
