"""Watching whose cluster it is: a broker that came up empty says so by another cluster id, and clients do not look at it."""

import asyncio
import contextlib

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared.bus.address import KafkaAddress

_EVERY_SECONDS = 0.5
_PATIENCE_MS = 5000
_GRACE_SECONDS = 10.0


class ClusterWatch:
    """One connection that asks for the cluster's id again and again."""

    def __init__(self, kafka: KafkaAddress) -> None:
        self._kafka = kafka
        self._admin: AIOKafkaAdminClient | None = None
        self._known: str | None = None

    async def until_gone(self) -> str:
        """Wait until no broker answers any more, or another cluster does; answers which.

        Of several brokers one that has just died is still named by the others for some seconds, and asked in vain.
        """
        clock = asyncio.get_running_loop().time
        answered, grace = clock(), _GRACE_SECONDS if self._kafka.several else 0.0
        try:
            while True:
                found = await self._ask()
                if found is None and clock() - answered >= grace:
                    return "away"
                if found is not None:
                    if self._known not in {None, found}:
                        return "another"
                    self._known, answered = found, clock()
                await asyncio.sleep(_EVERY_SECONDS)
        finally:
            await self.close()

    async def _ask(self) -> str | None:
        """The cluster's id; None when nobody answers, also not over a connection made anew, which tries every broker."""
        for _ in range(2):
            try:
                if self._admin is None:
                    admin = AIOKafkaAdminClient(**self._kafka.client(), request_timeout_ms=_PATIENCE_MS)
                    self._admin = admin
                    await admin.start()
                return str((await self._admin.describe_cluster())["cluster_id"])
            except (KafkaError, OSError, TimeoutError):
                await self.close()
        return None

    async def close(self) -> None:
        """Give the connection back."""
        admin, self._admin = self._admin, None
        if admin is not None:
            with contextlib.suppress(KafkaError, OSError, TimeoutError):
                await admin.close()
