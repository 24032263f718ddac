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

    `finder` is the role of the member of staff who found it, where a patrol did. `follows` is an earlier incident of the
    same matter that is closed; `split_from` the one that a person took this out of, `act` the move.
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
    follows: UUID | None = None
    split_from: UUID | None = None
    act: UUID | None = None


class Crossed(BaseModel):
    """A threshold of the rulebook that an incident's total reached for the first time."""

    metric: str
    threshold: int
    at: datetime


class IncidentChanged(Payload):
    """A known incident gained reports, spread further, or was merged or split by a person.

    `spread` and `reports` are totals over the incident, not increments. `other` is the incident merged in (`merged`: its
    reports are ours now), merged into (`absorbed`), split off from (`split`, told after its `incident.reported`), the one
    that took some of our reports away (`parted`), or the one that had absorbed us (`restored`: the merge `undoes` is
    undone). `act` is the move at intake, where a person's typed reason stays. `reopened`: it was closed, and a report
    joined it within the rulebook's time for that. Under a storm one change speaks for many: `report_ids` are then the
    latest, at most 100.
    """

    TYPE: ClassVar[str] = "incident.changed.v1"
    change: Literal["joined", "spread", "merged", "absorbed", "split", "parted", "restored", "reopened"]
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
    act: UUID | None = None
    undoes: UUID | None = None
    crossed: list[Crossed] = Field(default_factory=list)


class OriginalShown(Payload):
    """A member of staff opened a report's original words and contact: who, which, why; never what stood in it."""

    TYPE: ClassVar[str] = "original.shown.v1"
    report_id: UUID
    by: str
    reason: str
