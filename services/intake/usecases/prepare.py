"""Making a report ready for keeping, outside any transaction: masked, sealed, fingerprinted."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson

from services.intake.domain import words
from services.intake.domain.joining import Post, join_keys
from services.intake.domain.masking import mask, masked_title
from services.intake.domain.receipts import receipt_hash
from services.intake.domain.reports import Arrival
from services.intake.domain.sealing import Keyring, new_data_key, seal
from services.intake.domain.times import Occurred
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


def prepare(told: Told, organisation: Organisation, occurred: Occurred, now: datetime, keyring: Keyring) -> Arrival:
    """The report with its words masked, its original and contact sealed under a key of its own, and its fingerprints."""
    report_id = new_id()
    masked = mask(told.body)
    # Where there is no title (a post), its first words serve.
    title = masked_title(told.title or told.body[:200]) or "(无文字)"
    cleaned = words.clean(f"{title}{masked}" if told.title else masked)
    grams = words.grams(cleaned)
    data_key = new_data_key()
    wrapped = keyring.wrap(report_id, data_key)
    original = orjson.dumps({"title": told.title, "body": told.body})
    return Arrival(
        report_id=report_id,
        organisation_id=organisation.organisation_id,
        kind=told.kind,
        source=told.source,
        title=title,
        masked_text=masked,
        sealed_body=seal(report_id, "body", original, data_key),
        sealed_contact=seal(report_id, "contact", orjson.dumps(told.contact), data_key) if told.contact else None,
        wrapped_key=wrapped.blob,
        key_id=wrapped.kid,
        occurred=occurred,
        received_at=now,
        receipt_hash=receipt_hash(told.receipt) if told.receipt else None,
        external_id=told.post.id if told.post else None,
        url=told.post.url if told.post else None,
        platform=told.platform,
        author_type=told.author_type,
        region=told.region,
        topic=told.topic,
        spread=told.spread,
        keys=join_keys(organisation.organisation_id, cleaned, grams, told.post),
        bands=tuple(words.bands(organisation.organisation_id, grams)),
        grams=grams,
        window=timedelta(hours=organisation.join_window_hours),
        words=tuple(words.find_words(f"{told.title}\n{told.body}", organisation.words)),
        finder=told.finder,
    )
