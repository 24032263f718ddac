"""What intake says: a matter became known, and what became of it since."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from shared.contracts.envelope import Payload

ReportKind = Literal["complaint", "post", "patrol"]


class Spread(BaseModel):
    """How far something has been carried; counts, never negative."""

    reads: int = 0
    comments: int = 0
    reposts: int = 0
    likes: int = 0


class IncidentReported(Payload):
    """The first report of a matter: an incident begins. `words` are the rulebook's watch words found in the text.

    `finder` is the role of the member of staff who found it, where a patrol did.
    """

    TYPE: ClassVar[str] = "incident.reported.v1"
    report_id: UUID
    kind: ReportKind
    source: str
    title: str = Field(max_length=80)
    region: str | None = None
    topic: str | None = None
    platform: str | None = None
    author_type: str | None = None
    occurred_at: datetime
    occurred_assumed: bool
    discovered_at: datetime
    words: list[str] = Field(default_factory=list)
    spread: Spread = Field(default_factory=Spread)
    finder: str | None = None


class IncidentChanged(Payload):
    """A known incident gained reports, spread further, or was merged or split by a person.

    `spread` and `reports` are totals over the incident, not increments. `other` is the incident merged in (`merged`: its
    reports are ours now), merged into (`absorbed`) or split off from (`split`).
    """

    TYPE: ClassVar[str] = "incident.changed.v1"
    change: Literal["joined", "spread", "merged", "absorbed", "split"]
    report_ids: list[UUID] = Field(default_factory=list)
    reports: int
    spread: Spread
    kinds: list[ReportKind] = Field(default_factory=list)
    platforms: list[str] = Field(default_factory=list)
    author_types: list[str] = Field(default_factory=list)
    words: list[str] = Field(default_factory=list)
    earliest_occurred_at: datetime | None = None
    other: UUID | None = None
    by: str | None = None
    reason: str | None = None


class OriginalShown(Payload):
    """A member of staff opened a report's original words and contact: who, which, why; never what stood in it."""

    TYPE: ClassVar[str] = "original.shown.v1"
    report_id: UUID
    by: str
    reason: str
