"""What a report that leaves its incident takes along: the keys it is known by, and the fingerprint of its words. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.intake.domain import words
from services.intake.domain.joining import JoinKeys, Post, join_keys
from services.intake.domain.membership import Standing
from services.intake.domain.telling_apart import written
from shared.contracts.intake import IncidentReported, ReportKind, Spread


@dataclass(frozen=True, slots=True)
class KeptReport:
    """A report as its row has it; its own words are sealed, `masked_text` is what may be compared."""

    report_id: UUID
    kind: ReportKind
    source: str
    external_id: str | None
    url: str | None
    platform: str | None
    author_type: str | None
    title: str
    masked_text: str
    occurred_at: datetime
    received_at: datetime
    spread: Spread


@dataclass(frozen=True, slots=True)
class Marks:
    """What a newcomer is compared with. `grams` and `bands` are empty for words too few to compare."""

    keys: JoinKeys
    grams: bytes
    bands: tuple[int, ...]


def marks(organisation_id: str, report: KeptReport) -> Marks:
    """The marks that the report had when it came, but for the root that a repost names: that is its original's."""
    told = written(report.kind, report.title, report.masked_text)
    cleaned = words.clean(told)
    grams = words.grams(cleaned)
    post = None
    if report.external_id is not None:
        # What a patrol found is known by a number of its own, not by the login in its source.
        vendor = "patrol" if report.kind == "patrol" else report.source
        post = Post(vendor, report.external_id, report.url, None)
    bands = tuple(words.bands(organisation_id, grams))
    return Marks(join_keys(organisation_id, cleaned, grams, post, told), grams, bands)


def reported(
    first: KeptReport, origin: Standing, said: IncidentReported | None, found: list[str], act: UUID
) -> IncidentReported:
    """What to say of an incident taken out of `origin`, led by `first`. `said`: what was said when that report opened one once."""
    return IncidentReported(
        report_id=first.report_id,
        kind=first.kind,
        source=first.source,
        title=first.title,
        region=said.region if said else origin.region,
        topic=said.topic if said else origin.topic,
        platform=first.platform,
        author_type=first.author_type,
        occurred_at=first.occurred_at,
        # A time that nobody gave is the time of discovery.
        occurred_assumed=first.occurred_at == first.received_at,
        discovered_at=first.received_at,
        words=said.words if said else found,
        spread=first.spread,
        finder=said.finder if said else None,
        split_from=origin.incident_id,
        act=act,
    )
