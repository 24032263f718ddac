"""Receiving: what each kind of sender hands in, made into submissions and kept."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.intake.domain.joining import Post
from services.intake.domain.reports import Arrival
from services.intake.domain.sealing import Keyring
from services.intake.domain.times import TimeRefusedError, occurred
from services.intake.storage.idempotency import Guarded
from services.intake.usecases.keep import Keep, Kept, Submission
from services.intake.usecases.keeper import Keeper
from services.intake.usecases.organisations import Organisation, Organisations
from services.intake.usecases.pace import Pace
from services.intake.usecases.prepare import Told, prepare
from shared.clock import Clock
from shared.contracts.intake import Spread
from shared.db import Transaction


@dataclass(frozen=True, slots=True)
class PostSample:
    """One post as a vendor saw it, with its counts at that moment."""

    post: Post
    platform: str
    author_type: str
    posted_at: datetime
    text: str
    spread: Spread


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
        submissions = []
        for index, sample in samples:
            await self._pace.step()
            try:
                submissions.append(Submission(self._arrival(sample, vendor, organisation, now)))
            except TimeRefusedError as error:
                result.rejected.append((index, error.detail))
        for kept in await self._vendor_keep.batch(submissions, first):
            if isinstance(kept, Kept) and kept.result == "duplicate":
                result.duplicates += 1
            else:
                result.accepted += 1
        result.rejected.sort()
        return result

    def _arrival(self, sample: PostSample, vendor: str, organisation: Organisation, now: datetime) -> Arrival:
        told = Told(
            kind="post",
            source=vendor,
            title="",
            body=sample.text,
            post=sample.post,
            platform=sample.platform,
            author_type=sample.author_type,
            spread=sample.spread,
        )
        return prepare(told, organisation, occurred(sample.posted_at, now=now), now, self._keyring)
