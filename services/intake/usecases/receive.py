"""Receiving: what each kind of sender hands in, made into submissions and kept."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.intake.domain.joining import Post
from services.intake.domain.reports import ALL_METRICS
from services.intake.domain.sealing import Keyring
from services.intake.domain.times import Occurred, TimeRefusedError, occurred
from services.intake.domain.wording import Wording, wordings
from services.intake.storage.idempotency import Guarded
from services.intake.usecases.keep import Keep, Kept, Submission
from services.intake.usecases.keeper import Keeper
from services.intake.usecases.organisations import Organisation, Organisations
from services.intake.usecases.pace import Pace
from services.intake.usecases.prepare import Told, prepare
from shared.clock import Clock
from shared.contracts.intake import Spread
from shared.db import Transaction

AT_ONCE = 6000
"""Characters of posts that are read at a time: about two milliseconds."""


@dataclass(frozen=True, slots=True)
class PostSample:
    """One post as a vendor saw it, with its counts at that moment, or at `observed_at`; `known` are those that were told."""

    post: Post
    platform: str
    author_type: str
    posted_at: datetime
    text: str
    spread: Spread
    observed_at: datetime | None = None
    known: frozenset[str] = ALL_METRICS


@dataclass(slots=True)
class PushResult:
    """What became of a push; `rejected` by the index in the call."""

    accepted: int = 0
    duplicates: int = 0
    rejected: list[tuple[int, str]] = field(default_factory=list)


class Receive:
    """The use cases of intake's senders. Portal and vendors have queues and pools of their own."""

    def __init__(
        self,
        keeper: Keeper,
        vendor_keep: Keep,
        pace: Pace,
        organisations: Organisations,
        keyring: Keyring,
        office: Clock,
    ) -> None:
        self._keeper = keeper
        self._vendor_keep = vendor_keep
        self._pace = pace
        self._organisations = organisations
        self._keyring = keyring
        self._office = office

    async def complaint(
        self, organisation_id: str, told: Told, occurred_at: datetime | None, guarded: Guarded | None
    ) -> Kept:
        """Keep a citizen's complaint and give its receipt.

        Raises `TimeRefusedError`, `MissingError`, and as `Keeper.keep`.
        """
        organisation = await self._organisations.get(organisation_id)
        now = self._office.now()
        arrival = prepare(told, organisation, occurred(occurred_at, now=now), now, self._keyring)
        return await self._keeper.keep(Submission(arrival, guarded, told.receipt))

    async def patrol(self, organisation_id: str, told: Told, occurred_at: datetime | None) -> Kept:
        """Keep what a patrol of the organisation's own staff found."""
        return await self.complaint(organisation_id, told, occurred_at, None)

    async def push(
        self,
        organisation_id: str,
        vendor: str,
        samples: Sequence[tuple[int, PostSample]],
        result: PushResult,
        first: Callable[[Transaction], Awaitable[None]],
    ) -> PushResult:
        """Keep a vendor's posts in one transaction, `first` (the claim of the push's id) included; adds to `result`."""
        organisation = await self._organisations.get(organisation_id)
        now = self._office.now()
        timely = list(_timely(samples, now, result))
        read = await self._read([sample.text for sample, _ in timely], organisation)
        submissions = []
        for sample, at in timely:
            await self._pace.step()
            told = _told(sample, vendor)
            submissions.append(Submission(prepare(told, organisation, at, now, self._keyring, read[sample.text])))
        for kept in await self._vendor_keep.batch(submissions, first):
            if isinstance(kept, Kept) and kept.result == "duplicate":
                result.duplicates += 1
            else:
                result.accepted += 1
        result.rejected.sort()
        return result

    async def _read(self, texts: Sequence[str], organisation: Organisation) -> dict[str, Wording]:
        """The wording of each different text, read by slices of a length that others can wait for."""
        read: dict[str, Wording] = {}
        for some in _slices(list(dict.fromkeys(texts))):
            await self._pace.step()
            found = wordings(organisation.organisation_id, some, organisation.words)
            read.update(zip(some, found, strict=True))
        return read


def _slices(texts: Sequence[str]) -> Iterator[list[str]]:
    """As many texts at a time as have `AT_ONCE` characters together; a longer one by itself."""
    some: list[str] = []
    length = 0
    for text in texts:
        if some and length + len(text) > AT_ONCE:
            yield some
            some, length = [], 0
        some.append(text)
        length += len(text)
    if some:
        yield some


def _timely(
    samples: Sequence[tuple[int, PostSample]], now: datetime, result: PushResult
) -> Iterator[tuple[PostSample, Occurred]]:
    """Those whose times are believed; the others are refused by their index."""
    for index, sample in samples:
        try:
            posted = occurred(sample.posted_at, now=now, name="posted_at")
            if sample.observed_at is not None:
                observed = occurred(sample.observed_at, now=now, name="observed_at")
                yield replace(sample, observed_at=observed.at), posted
            else:
                yield sample, posted
        except TimeRefusedError as error:
            result.rejected.append((index, error.detail))


def _told(sample: PostSample, vendor: str) -> Told:
    return Told(
        kind="post",
        source=vendor,
        title="",
        body=sample.text,
        post=sample.post,
        platform=sample.platform,
        author_type=sample.author_type,
        spread=sample.spread,
        observed_at=sample.observed_at,
        known=sample.known,
    )
