"""Pulling from producers' journals over HTTP: the repair of every loss on the bus."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import aiohttp
import orjson

from shared.contracts.envelope import RawEvent

PAGE = 500


class JournalUnreachableError(Exception):
    """A producer's journal did not answer; its events wait there, nothing is lost."""


class Heads(NamedTuple):
    """A journal's own name, and the last stamped number of each of its shards."""

    source: str
    by_shard: dict[int, int]


class JournalClient:
    """Reads other services' journals.

    `journals` names, by producer, the service that shows its journal and its base URL; `authorise` gives the headers of a
    service token for a service.
    """

    def __init__(self, journals: Mapping[str, tuple[str, str]], authorise: Callable[[str], Mapping[str, str]]) -> None:
        self._journals = journals
        self._authorise = authorise
        self._http: aiohttp.ClientSession | None = None

    async def heads(self, producer: str) -> Heads:
        """How far the journal is. Raises `JournalUnreachableError`."""
        found = await self._get(producer, "/internal/journal/heads", {})
        return Heads(found["source"], {int(shard): seq for shard, seq in found["heads"].items()})

    async def pull(self, producer: str, shard: int, after: int) -> list[RawEvent]:
        """At most `PAGE` events after this number, in order. Raises `JournalUnreachableError`."""
        found = await self._get(producer, "/internal/journal", {"shard": shard, "after": after, "limit": PAGE})
        return [_event(producer, shard, row) for row in found["events"]]

    async def _get(self, producer: str, path: str, params: Mapping[str, int]) -> dict[str, Any]:
        if producer not in self._journals:
            raise JournalUnreachableError(f"The settings name no address for {producer}; add it to HUIYING_PEERS.")
        service, base = self._journals[producer]
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5, connect=1), raise_for_status=True)
        try:
            async with self._http.get(f"{base}{path}", params=params, headers=self._authorise(service)) as answer:
                content = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            # Never the error itself: it quotes the request with its token.
            status = getattr(error, "status", "no answer")
            raise JournalUnreachableError(f"{producer}{path}: {type(error).__name__}, {status}") from None
        found: dict[str, Any] = orjson.loads(content)
        return found

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close()


def _event(producer: str, shard: int, row: Mapping[str, str]) -> RawEvent:
    return RawEvent(
        producer=producer,
        shard=shard,
        seq=int(row["seq"]),
        id=UUID(row["id"]),
        type=row["type"],
        organisation_id=row["organisation_id"],
        subject=UUID(row["subject"]),
        time=datetime.fromisoformat(row["time"]),
        data=row["data"],
        traceparent=row.get("traceparent"),
    )
