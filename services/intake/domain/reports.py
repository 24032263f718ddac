"""A report as it arrives, and an incident as its reports make it: counted, never twice."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from services.intake.domain.joining import JoinKeys
from services.intake.domain.spread import METRICS, Threshold, crossed, plus
from services.intake.domain.times import Occurred
from shared.contracts.intake import Crossed, IncidentChanged, IncidentReported, ReportKind, Spread

ALL_METRICS = frozenset(METRICS)
AT_MOST_EVERY = timedelta(seconds=1)
"""How often an incident says that it was joined or spread on; what it owes meanwhile is said by one event for many."""
MOST_NAMED = 100
"""Reports that one event names, the latest."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A report made ready for keeping: masked, sealed, and with everything it may be recognised by.

    `keys` say 'the very same thing' (link, root post, wording); `bands` and `grams` say 'nearly the same words', which count
    within `window`; `cleaned` is the wording that they were taken from. `known` are the metrics of `spread` that were told:
    the others are unknown, not none. `observed_at` is when they were counted, where the sender says so. `thresholds` are
    those of the organisation's rulebook.
    """

    report_id: UUID
    organisation_id: str
    kind: ReportKind
    source: str
    title: str
    masked_text: str
    sealed_body: bytes
    wrapped_key: bytes | None
    key_id: str | None
    occurred: Occurred
    received_at: datetime
    sealed_contact: bytes | None = None
    receipt_hash: bytes | None = None
    external_id: str | None = None
    url: str | None = None
    platform: str | None = None
    author_type: str | None = None
    region: str | None = None
    topic: str | None = None
    spread: Spread = field(default_factory=Spread)
    keys: JoinKeys = field(default_factory=JoinKeys)
    bands: tuple[int, ...] = ()
    grams: bytes = b""
    window: timedelta = timedelta(days=30)
    words: tuple[str, ...] = ()
    finder: str | None = None
    cleaned: str = ""
    observed_at: datetime | None = None
    known: frozenset[str] = ALL_METRICS
    thresholds: tuple[Threshold, ...] = ()

    @property
    def event_key(self) -> tuple[str, str, str] | None:
        """What makes this the very report that a source has sent before."""
        return (self.organisation_id, self.source, self.external_id) if self.external_id else None

    @property
    def sampled_at(self) -> datetime:
        """As of when its counts are; a sender's clock that runs ahead counts as now."""
        return min(self.observed_at or self.received_at, self.received_at)


@dataclass(slots=True)
class Incident:
    """An incident's totals over its reports; `gained` and `spread_moved` are what this batch did to it.

    `said_at` is when it last spoke, `unsaid` what it owes since ("joined" or "spread"), both by the office clock. `state` is
    what citizens are shown of it; `follows` is the closed incident of the same matter. `reopened`: this batch reached it
    closed and takes it up again. `passed` are those of `thresholds` that its total passed in this batch, perhaps not for the first time;
    `owed` is what it had not said before this batch; `crossed` what it is to speak of now.
    """

    incident_id: UUID
    organisation_id: str
    title: str
    region: str | None
    topic: str | None
    opened_at: datetime
    occurred_at: datetime
    reports: int
    spread: Spread
    kinds: set[str]
    platforms: set[str]
    author_types: set[str]
    words: set[str]
    version: int = 1
    first: Arrival | None = None
    gained: list[UUID] = field(default_factory=list)
    spread_moved: bool = False
    said_at: datetime | None = None
    unsaid: str | None = None
    state: str = "received"
    closed_at: datetime | None = None
    merged_into: UUID | None = None
    follows: UUID | None = None
    reopened: bool = False
    speaks: bool = False
    owed: str | None = None
    before: Spread | None = None
    thresholds: tuple[Threshold, ...] = ()
    passed: list[Crossed] = field(default_factory=list)
    crossed: list[Crossed] = field(default_factory=list)

    def add(self, arrival: Arrival, counted: Spread | None = None) -> None:
        """One report more; `counted` is what it adds, where that is not all of its counts (another vendor told of it before)."""
        self.reports += 1
        self.gained.append(arrival.report_id)
        self.gain(arrival.spread if counted is None else counted, arrival)
        self.occurred_at = min(self.occurred_at, arrival.occurred.at)
        self._note(arrival)

    def resample(self, gained: Spread, arrival: Arrival) -> None:
        """A known report is counted anew, upwards or, corrected, downwards."""
        self.gain(gained, arrival)
        self.spread_moved = True

    def gain(self, gained: Spread, arrival: Arrival) -> None:
        """The total moves by `gained`, from what it was `before` this batch."""
        if self.before is None:
            self.before, self.thresholds = self.spread, arrival.thresholds
        self.spread = plus(self.spread, gained)

    def settle(self, now: datetime) -> None:
        """Decide whether it speaks of this batch, or owes it: at most one event in `AT_MOST_EVERY`, but of a reopening at once.

        A clock that was set back silences nobody: a last word that lies in the future by as much counts as long ago.
        """
        if self.before is not None:
            self.passed = crossed(self.thresholds, self.before, self.spread, now)
        news = self.gained or self.spread_moved or (self.first is not None and self.passed)
        if not news and not self.reopened:
            return
        quiet = self.said_at is not None and abs(now - self.said_at) < AT_MOST_EVERY
        self.speaks = self.reopened or not quiet
        self.owed = self.unsaid
        if self.speaks:
            self.said_at, self.unsaid = now, None
        else:
            self.unsaid = "joined" if self.gained or self.unsaid == "joined" else "spread"

    def _note(self, arrival: Arrival) -> None:
        self.kinds.add(arrival.kind)
        self.words.update(arrival.words)
        if arrival.platform:
            self.platforms.add(arrival.platform)
        if arrival.author_type:
            self.author_types.add(arrival.author_type)

    def reported(self) -> IncidentReported | None:
        """What to say where this batch opened it."""
        if self.first is None:
            return None
        return IncidentReported(
            report_id=self.first.report_id,
            kind=self.first.kind,
            source=self.first.source,
            title=self.title,
            region=self.region,
            topic=self.topic,
            platform=self.first.platform,
            author_type=self.first.author_type,
            occurred_at=self.first.occurred.at,
            occurred_assumed=self.first.occurred.assumed,
            discovered_at=self.first.received_at,
            words=list(self.first.words),
            spread=self.first.spread,
            finder=self.first.finder,
            follows=self.follows,
        )

    def changed(self) -> IncidentChanged | None:
        """What to say of further reports and of spread, once for the whole batch and for what is owed; None where it is silent."""
        if not self.speaks:
            return None
        if self.reopened:
            return self.told("reopened")
        return self.told("joined" if self.gained or self.owed == "joined" else "spread")

    def told(self, change: Literal["joined", "spread", "reopened"]) -> IncidentChanged:
        """Its totals as they stand."""
        return IncidentChanged(
            change=change,
            report_ids=self.gained[-MOST_NAMED:],
            reports=self.reports,
            spread=self.spread,
            kinds=sorted(self.kinds),
            platforms=sorted(self.platforms),
            author_types=sorted(self.author_types),
            words=sorted(self.words),
            earliest_occurred_at=self.occurred_at,
            crossed=self.crossed,
        )


def opened(incident_id: UUID, arrival: Arrival) -> Incident:
    """A new incident with its leading report."""
    incident = Incident(
        incident_id=incident_id,
        organisation_id=arrival.organisation_id,
        title=arrival.title,
        region=arrival.region,
        topic=arrival.topic,
        opened_at=arrival.received_at,
        occurred_at=arrival.occurred.at,
        reports=0,
        spread=Spread(),
        kinds=set(),
        platforms=set(),
        author_types=set(),
        words=set(),
    )
    incident.add(arrival)
    incident.first, incident.gained = arrival, []
    return incident
