"""Ending a consumer for good, also where the broker is away and the library waits for it."""

import asyncio
import contextlib
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

_SECONDS = 2.0
_CLOSING_SECONDS = 1.0


async def leave(consumer: AIOKafkaConsumer, asking: "asyncio.Task[Any] | None" = None, *, gone: bool = False) -> None:
    """Leave the group, waiting at most two seconds for the broker; afterwards nothing of the consumer runs any more.

    `asking` is a question that it has not answered yet: stopped under it, a consumer would live on and keep its partitions.
    """
    if asking is not None:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    try:
        async with asyncio.timeout(_SECONDS):
            await consumer.stop()
    except (KafkaError, OSError, TimeoutError):
        await _cut_off(consumer)


async def _cut_off(consumer: Any) -> None:
    """End by hand what `stop` had not come to. A heartbeat left running keeps the partitions of a member that is none any more."""
    coordinator = consumer._coordinator  # noqa: SLF001 - nothing public ends it
    names = ("_coordination_task", "_heartbeat_task", "_commit_refresh_task")
    tasks = [task for name in names if (task := getattr(coordinator, name, None)) is not None and not task.done()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for part in (consumer._fetcher, consumer._client):  # noqa: SLF001 - the same
        if part is not None:
            with contextlib.suppress(KafkaError, OSError, TimeoutError):
                async with asyncio.timeout(_CLOSING_SECONDS):
                    await part.close()
