"""Which incident a newcomer belongs to: the same post, or the same words again. Pure; storage finds what is compared.

Only what is certain joins by itself: the same post (address, root, vendor's id), the very same text, or words so alike that the
2-grams reach Jaccard 0.6 against the incident's leading report. Never against later reports: chains of likeness would pull
strangers together. The same matter in other words is suggested to a person, elsewhere.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from services.intake.domain import words
from services.intake.domain.urls import normal_url

ALIKE = 0.6
KEY_BYTES = 16

Why = Literal["event", "url", "root", "text", "words"]


@dataclass(frozen=True, slots=True)
class JoinKeys:
    """Digests under which the same thing is found again; of the organisation, so that no two organisations ever meet."""

    event: bytes | None = None
    url: bytes | None = None
    root: bytes | None = None
    text: bytes | None = None

    def all(self) -> list[bytes]:
        """Those there are, for one look-up and for storing."""
        return [key for key in (self.event, self.url, self.root, self.text) if key is not None]


@dataclass(frozen=True, slots=True)
class Post:
    """Where a newcomer was published, as far as known. `id` and `root_id` are the vendor's, in one name space a vendor."""

    vendor: str
    id: str
    url: str | None = None
    root_id: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """An incident found by a key; `report_id` is the post that first told of the address, where it is one."""

    incident_id: UUID
    opened_at: datetime
    report_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An incident found by a band, with the grams of its leading report."""

    incident_id: UUID
    opened_at: datetime
    grams: bytes


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A report looking for its incident; `at` is when it was discovered."""

    keys: JoinKeys
    grams: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Joined:
    """It belongs to this incident; `score` is 1.0 for everything but `words`."""

    incident_id: UUID
    why: Why
    score: float


@dataclass(frozen=True, slots=True)
class Alone:
    """It opens an incident of its own."""


ALONE = Alone()


def join_keys(organisation_id: str, cleaned: str, grams: bytes, post: Post | None = None) -> JoinKeys:
    """The keys of a report. A text too short to compare has no text key; a post without a root is its own root."""
    text = _key(organisation_id, "text", cleaned) if words.comparable(grams) else None
    if post is None:
        return JoinKeys(text=text)
    url = normal_url(post.url) if post.url else None
    return JoinKeys(
        event=_key(organisation_id, "event", post.vendor, post.id),
        url=_key(organisation_id, "url", url) if url else None,
        root=_key(organisation_id, "root", post.vendor, post.root_id or post.id),
        text=text,
    )


def decide(
    newcomer: Newcomer, known: Mapping[bytes, Known], candidates: Sequence[Candidate], window: timedelta
) -> Joined | Alone:
    """The newcomer's incident, if it has one; the order of `candidates` does not matter.

    One and the same post joins whenever it comes; likeness of text counts only for incidents opened within `window` of it,
    to either side. Of several, the most alike wins, then the earliest opened.
    """
    keys = newcomer.keys
    same: tuple[tuple[Why, bytes | None], ...] = (("event", keys.event), ("url", keys.url), ("root", keys.root))
    for why, key in same:
        if key is not None and (incident := known.get(key)) is not None:
            return Joined(incident.incident_id, why, 1.0)
    told = known.get(keys.text) if keys.text is not None else None
    if told is not None and abs(newcomer.at - told.opened_at) <= window:
        return Joined(told.incident_id, "text", 1.0)
    return _most_alike(newcomer, candidates, window)


def _most_alike(newcomer: Newcomer, candidates: Sequence[Candidate], window: timedelta) -> Joined | Alone:
    if not words.comparable(newcomer.grams):
        return ALONE
    scored = [
        (words.jaccard(newcomer.grams, candidate.grams, ALIKE), candidate)
        for candidate in candidates
        if abs(newcomer.at - candidate.opened_at) <= window
    ]
    alike = [(-score, found.opened_at, found.incident_id) for score, found in scored if score >= ALIKE]
    if not alike:
        return ALONE
    negated, _, incident_id = min(alike)
    return Joined(incident_id, "words", -negated)


def _key(organisation_id: str, kind: str, *parts: str) -> bytes:
    digest = hashlib.blake2b(digest_size=KEY_BYTES, person=b"huiying.join")
    for part in (organisation_id, kind, *parts):
        content = part.encode("utf-8", "surrogatepass")
        digest.update(len(content).to_bytes(4) + content)  # lengths keep "ab","c" and "a","bc" apart
    return digest.digest()
