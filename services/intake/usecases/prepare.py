"""Making a report ready for keeping, outside any transaction: masked, sealed, fingerprinted."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import orjson

from services.intake.domain import words
from services.intake.domain.joining import Post, join_keys
from services.intake.domain.masking import mask, masked_title
from services.intake.domain.receipts import receipt_hash
from services.intake.domain.reports import ALL_METRICS, Arrival
from services.intake.domain.sealing import NOTHING_SEALED, Keyring, Sealed, seal_report
from services.intake.domain.telling_apart import written
from services.intake.domain.times import Occurred
from services.intake.domain.wording import TITLED, Wording
from services.intake.usecases.organisations import Organisation
from shared.contracts.intake import ReportKind, Spread
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody told us, still in the clear; it goes no further than `prepare`."""

    kind: ReportKind
    source: str
    title: str
    body: str
    contact: dict[str, str] | None = None
    receipt: str | None = None
    post: Post | None = None
    platform: str | None = None
    author_type: str | None = None
    region: str | None = None
    topic: str | None = None
    spread: Spread = field(default_factory=Spread)
    finder: str | None = None
    observed_at: datetime | None = None
    known: frozenset[str] = ALL_METRICS


def prepare(
    told: Told,
    organisation: Organisation,
    occurred: Occurred,
    now: datetime,
    keyring: Keyring,
    wording: Wording | None = None,
) -> Arrival:
    """The report with its words masked, its original and contact sealed under a key of its own, and its fingerprints.

    `wording` is its body's, where that has been read with others already (`domain.wording`); only without a title.
    """
    said = wording or _worded(told, organisation)
    report_id = new_id()
    sealed = _sealed(report_id, told, said.masked, keyring)
    post = told.post
    return Arrival(
        report_id=report_id,
        organisation_id=organisation.organisation_id,
        kind=told.kind,
        source=told.source,
        title=said.title or "(无文字)",
        masked_text=said.masked,
        sealed_body=sealed.body,
        sealed_contact=sealed.contact,
        wrapped_key=sealed.wrapped_key,
        key_id=sealed.key_id,
        occurred=occurred,
        received_at=now,
        receipt_hash=receipt_hash(told.receipt) if told.receipt else None,
        external_id=post.id if post else None,
        url=post.url if post else None,
        platform=told.platform,
        author_type=told.author_type,
        region=told.region,
        topic=told.topic,
        spread=told.spread,
        keys=join_keys(
            organisation.organisation_id,
            said.cleaned,
            said.grams,
            post,
            written(told.kind, said.title if told.title else "", said.masked),
        ),
        bands=said.bands,
        grams=said.grams,
        window=timedelta(hours=organisation.join_window_hours),
        words=said.words,
        finder=told.finder,
        cleaned=said.cleaned,
        observed_at=told.observed_at,
        known=told.known,
        thresholds=organisation.thresholds,
    )


def _worded(told: Told, organisation: Organisation) -> Wording:
    """Its words by themselves, with the title among them."""
    masked = mask(told.body)
    # Where there is no title (a post), its first words serve.
    title = masked_title(told.title or told.body[:TITLED])
    cleaned = words.clean(f"{title}{masked}" if told.title else masked)
    grams = words.grams(cleaned)
    return Wording(
        masked=masked,
        title=title,
        cleaned=cleaned,
        grams=grams,
        bands=tuple(words.bands(organisation.organisation_id, grams)),
        words=tuple(words.find_words(f"{told.title}\n{told.body}", organisation.words)),
    )


def _sealed(report_id: UUID, told: Told, masked: str, keyring: Keyring) -> Sealed:
    """What was told, sealed; nothing of a post in which nothing was masked, for its words stand beside it in the open."""
    if told.kind == "post" and not told.title and not told.contact and masked == told.body:
        return NOTHING_SEALED
    original = orjson.dumps({"title": told.title, "body": told.body})
    return seal_report(report_id, original, orjson.dumps(told.contact) if told.contact else None, keyring)
