"""Which incident a newcomer belongs to: the same post, or the same words again. Pure; storage finds what is compared.

Only what is certain joins by itself: the same post (address, root, vendor's id), the very same text, or words so alike that the
2-grams reach Jaccard 0.6 against the incident's leading report and nothing tells the two texts apart (`telling_apart`). Never
against later reports: chains of likeness would pull strangers together. The same matter in other words is suggested to a
person, elsewhere. Two places that both say where they are, differently, are two matters whatever the words.
"""

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal
from uuid import UUID

from services.intake.domain import words
from services.intake.domain.telling_apart import parted_numbers, same_matter
from services.intake.domain.urls import normal_url

ALIKE = 0.6
MOST_READ = 12
"""Of more incidents that are as alike, the most alike are read closely: thousands of template letters share their words."""
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
    """An incident found by a key; `report_id` is the post that first told of the address, where it is one.

    `owner` is the incident that the key was kept for, with its `opened_at` and `region`; `incident_id` the one that it was
    merged into since, or itself. Of a closed one, `reopens_until` is how long it takes up newcomers again, where it does.
    """

    incident_id: UUID
    opened_at: datetime
    report_id: UUID | None = None
    region: str | None = None
    closed: bool = False
    reopens_until: datetime | None = None
    owner: UUID | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An incident found by a band, with the grams of its leading report; otherwise as `Known`.

    `leading` is that report (None: kept by a version that did not note it), `text` its words as written, None while unread;
    `led` is the incident that it opened, whatever that was merged into since.
    """

    incident_id: UUID
    opened_at: datetime
    grams: bytes
    region: str | None = None
    closed: bool = False
    reopens_until: datetime | None = None
    led: UUID | None = None
    leading: UUID | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A report looking for its incident; `at` is when it was discovered, `text` its words as written."""

    keys: JoinKeys
    grams: bytes
    at: datetime
    text: str = ""
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """It belongs to this incident; `score` is 1.0 for everything but `words`. `reopens`: it was closed till now."""

    incident_id: UUID
    why: Why
    score: float
    reopens: bool = False


@dataclass(frozen=True, slots=True)
class Alone:
    """It opens an incident of its own; `follows` is a closed one of the same matter, which takes up nothing any more."""

    follows: UUID | None = None


ALONE = Alone()
Ranked = Sequence[tuple[float, Candidate]]


def join_keys(organisation_id: str, cleaned: str, grams: bytes, post: Post | None = None, told: str = "") -> JoinKeys:
    """The keys of a report; a post without a root is its own root. `told` is the text as written, for its numbers.

    A text too short to compare has no text key, and none that was cut to be cleaned: what follows may differ.
    """
    whole = words.comparable(grams) and len(cleaned) < words.LONGEST_CLEANED
    text = _key(organisation_id, "text", cleaned, *parted_numbers(told)) if whole else None
    if post is None:
        return JoinKeys(text=text)
    url = normal_url(post.url) if post.url else None
    return JoinKeys(
        event=_key(organisation_id, "event", post.vendor, post.id),
        url=_key(organisation_id, "url", url) if url else None,
        root=_key(organisation_id, "root", post.vendor, post.root_id or post.id),
        text=text,
    )


def decide(newcomer: Newcomer, known: Mapping[bytes, Known], ranked: Ranked, window: timedelta) -> Joined | Alone:
    """The newcomer's incident, if it has one; `ranked` is what `rank` made of the candidates, with their texts read.

    One and the same post joins whenever it comes; likeness of text counts only for incidents opened within `window` of it,
    to either side, and not for those of another region. Of several, the most alike wins, then the earliest opened. A closed
    incident is passed over, unless it reopens still.
    """
    follows: UUID | None = None
    for incident, why, score in _fitting(newcomer, known, ranked, window):
        if not incident.closed:
            return Joined(incident.incident_id, why, score)
        if incident.reopens_until is not None and newcomer.at <= incident.reopens_until:
            return Joined(incident.incident_id, why, score, reopens=True)
        follows = follows or incident.incident_id
    return Alone(follows) if follows else ALONE


def by_key(newcomer: Newcomer, known: Mapping[bytes, Known], window: timedelta) -> Iterator[tuple[Known, Why]]:
    """The incidents that a key finds, the surest key first."""
    keys = newcomer.keys
    same: tuple[tuple[Why, bytes | None], ...] = (("event", keys.event), ("url", keys.url), ("root", keys.root))
    for why, key in same:
        if key is not None and (incident := known.get(key)) is not None:
            yield incident, why
    told = known.get(keys.text) if keys.text is not None else None
    if told is not None and abs(newcomer.at - told.opened_at) <= window and not elsewhere(newcomer.region, told.region):
        yield told, "text"


def rank(newcomer: Newcomer, candidates: Sequence[Candidate], window: timedelta) -> Ranked:
    """Those at Jaccard 0.6 and above, the most alike first, then the earliest opened; at most `MOST_READ`, to be read closely.

    The order of `candidates` does not matter.
    """
    if not words.comparable(newcomer.grams):
        return []
    scored = [
        (words.jaccard(newcomer.grams, candidate.grams, ALIKE), candidate)
        for candidate in candidates
        if abs(newcomer.at - candidate.opened_at) <= window and not elsewhere(newcomer.region, candidate.region)
    ]
    alike = [each for each in scored if each[0] >= ALIKE]
    return sorted(alike, key=lambda each: (-each[0], each[1].opened_at, each[1].incident_id))[:MOST_READ]


def elsewhere(one: str | None, other: str | None) -> bool:
    """Whether two regions, both given, are different ones; a part of the other's name is the same, more or less closely."""
    if one is None or other is None:
        return False
    mine, theirs = (unicodedata.normalize("NFKC", each).replace(" ", "").lower() for each in (one, other))
    return mine not in theirs and theirs not in mine


def _fitting(
    newcomer: Newcomer, known: Mapping[bytes, Known], ranked: Ranked, window: timedelta
) -> Iterator[tuple[Known | Candidate, Why, float]]:
    for incident, why in by_key(newcomer, known, window):
        yield incident, why, 1.0
    for score, candidate in ranked:
        if candidate.text is not None and same_matter(newcomer.text, candidate.text):
            yield candidate, "words", score


def _key(organisation_id: str, kind: str, *parts: str) -> bytes:
    digest = _begun(organisation_id, kind).copy()
    digest.update(b"".join(map(_measured, parts)))
    return digest.digest()


@lru_cache(maxsize=4096)
def _begun(organisation_id: str, kind: str) -> "hashlib.blake2b":
    begun = hashlib.blake2b(digest_size=KEY_BYTES, person=b"huiying.join")
    begun.update(_measured(organisation_id) + _measured(kind))
    return begun


def _measured(part: str) -> bytes:
    content = part.encode("utf-8", "surrogatepass")
    return len(content).to_bytes(4) + content  # lengths keep "ab","c" and "a","bc" apart
