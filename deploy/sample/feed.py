"""Sending a file's lines: complaints one by one over many connections, posts in signed pushes of a hundred."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from uuid import uuid4

from deploy.sample.client import Product, RefusedError
from deploy.sample.lines import Bad, ComplaintLine, Good, PostLine
from deploy.sample.signing import Vendor

PUSH = 100
PUSHES_AT_ONCE = 2
"""As many as intake writes at the same time."""
Parcel = tuple[int, ComplaintLine] | list[tuple[int, PostLine]]
"""What goes in one call, each line with its number."""


@dataclass(slots=True)
class Tally:
    """What became of the lines; `bad` are those that could not be read or were refused, by number."""

    sent: int = 0
    kept: int = 0
    duplicates: int = 0
    bad: list[Bad] = field(default_factory=list)


@dataclass(slots=True)
class Pace:
    """At most `rate` lines a second (None: as fast as they are taken), from when the first one is asked for."""

    rate: float | None
    _next: float | None = None

    async def wait(self, lines: int) -> None:
        """Return when the next `lines` may go."""
        if self.rate is None:
            return
        now = asyncio.get_running_loop().time()
        begin = max(now, self._next or now)
        self._next = begin + lines / self.rate
        if begin > now:
            await asyncio.sleep(begin - now)


class Feed:
    """Sends to one organisation; `advance` is told of every line done with."""

    def __init__(
        self,
        product: Product,
        organisation: str,
        api_key: str,
        vendor: Vendor,
        pace: Pace,
        advance: Callable[[int], None],
    ) -> None:
        self._product = product
        self._organisation = organisation
        self._api_key = api_key
        self._vendor = vendor
        self._pace = pace
        self._advance = advance
        self.tally = Tally()

    async def __call__(self, lines: Iterable[Good | Bad], connections: int) -> None:
        """Send them all. Raises `SampleError` where the product is not to be reached any more."""
        parcels, gate = self._parcels(lines), asyncio.Semaphore(PUSHES_AT_ONCE)
        await asyncio.gather(*(self._work(parcels, gate) for _ in range(connections)))

    async def _work(self, parcels: Iterator[Parcel], gate: asyncio.Semaphore) -> None:
        for parcel in parcels:  # shared by all workers: each takes the next
            if isinstance(parcel, list):
                async with gate:
                    await self._push(parcel)
            else:
                await self._complain(parcel)

    def _parcels(self, lines: Iterable[Good | Bad]) -> Iterator[Parcel]:
        batch: list[tuple[int, PostLine]] = []
        for line in lines:
            if isinstance(line, Bad):
                self.tally.bad.append(line)
                self._advance(1)
            elif isinstance(line.record, ComplaintLine):
                yield line.number, line.record
            else:
                batch.append((line.number, line.record))
                if len(batch) == PUSH:
                    yield batch
                    batch = []
        if batch:
            yield batch

    async def _complain(self, item: tuple[int, ComplaintLine]) -> None:
        number, line = item
        await self._pace.wait(1)
        headers = {"X-API-Key": self._api_key, "Idempotency-Key": line.id}
        self.tally.sent += 1
        try:
            answer = await self._product.call("intake", "POST", "/v1/complaints", line.complaint(), headers=headers)
        except RefusedError as refused:
            self._refused(number, line.id, refused)
        else:
            if answer.headers.get("Idempotency-Replayed") == "true":
                self.tally.duplicates += 1
            else:
                self.tally.kept += 1
        self._advance(1)

    async def _push(self, batch: list[tuple[int, PostLine]]) -> None:
        await self._pace.wait(len(batch))
        self.tally.sent += len(batch)
        try:
            answer = await self._vendor.push(self._organisation, f"play-{uuid4()}", [line.event() for _, line in batch])
        except RefusedError as refused:
            if refused.status == 409:  # our own repetition after a lost answer: it was taken in
                self.tally.kept += len(batch)
            else:
                for number, line in batch:
                    self._refused(number, line.id, refused)
        else:
            self.tally.kept += answer.data["accepted"]
            self.tally.duplicates += answer.data["duplicates"]
            for rejected in answer.data["rejected"]:
                number, line = batch[rejected["index"]]
                self.tally.bad.append(Bad(number, f"{line.id}: {rejected['error']}"))
        self._advance(len(batch))

    def _refused(self, number: int, name: str, refused: RefusedError) -> None:
        if refused.status in {401, 403, 404}:
            raise refused  # true of every line: no use going on
        self.tally.bad.append(Bad(number, f"{name}: {refused}"))
