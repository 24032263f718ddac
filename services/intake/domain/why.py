"""Why two reports make one incident or two: the rules' own decision on the pair, and every number it rests on. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, cast

from services.intake.domain import words
from services.intake.domain.deciding import Batch, Outcome, Recognised
from services.intake.domain.joining import ALIKE, Post, elsewhere, join_keys
from services.intake.domain.reports import Arrival
from services.intake.domain.telling_apart import apart, written
from services.intake.domain.times import Occurred
from shared.contracts.intake import ReportKind
from shared.ids import new_id

Verdict = Literal["event", "url", "root", "text", "words", "short", "region", "window", "unlike", "differs", "unmet"]
_KEYS = ("event", "url", "root", "text")
MOST_DIFFERENCES = 5


class Difference(NamedTuple):
    """What stands in one text where the other says something else; empty where it says nothing."""

    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Retold:
    """A report as it is kept, to be held against another: masked words only. `title` is empty for a post, which has none."""

    kind: ReportKind
    title: str
    masked_text: str
    at: datetime
    post: Post | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """What the rules make of a pair: whether the later joins the earlier, and which of them decided.

    `keys` are the marks that both bear, `fewest` the different pairs of characters in the shorter text.
    """

    joins: bool
    verdict: Verdict
    jaccard: float
    keys: Sequence[str]
    differs: Sequence[Difference]
    apart: timedelta
    window: timedelta
    fewest: int
    regions: tuple[str, str]


def arriving(organisation_id: str, window: timedelta, told: Retold) -> Arrival:
    """The report as if it arrived now, with everything it may be recognised by and nothing to be kept."""
    cleaned = words.clean(f"{told.title}{told.masked_text}")
    grams = words.grams(cleaned)
    return Arrival(
        report_id=new_id(),
        organisation_id=organisation_id,
        kind=told.kind,
        source=told.post.vendor if told.post else "",
        title=told.title,
        masked_text=told.masked_text,
        sealed_body=b"",
        wrapped_key=b"",
        key_id="",
        occurred=Occurred(told.at, assumed=True),
        received_at=told.at,
        external_id=told.post.id if told.post else None,
        url=told.post.url if told.post else None,
        region=told.region,
        keys=join_keys(organisation_id, cleaned, grams, told.post, written(told.kind, told.title, told.masked_text)),
        bands=tuple(words.bands(organisation_id, grams)),
        grams=grams,
        window=window,
        cleaned=cleaned,
    )


def in_turn(arrivals: Sequence[Arrival]) -> list[Outcome]:
    """What becomes of these, told one after another to an office that knows of nothing else."""
    batch = Batch(Recognised(known={}, candidates={}, bands={}, earlier={}))
    batch.place(arrivals)
    return batch.decide(arrivals, {}).outcomes


def compare(earlier: Arrival, later: Arrival) -> Compared:
    """The later held against the earlier as if that were an incident's leading report; `later.window` counts."""
    outcome = in_turn([earlier, later])[1]
    jaccard = words.jaccard(earlier.grams, later.grams)
    differs = apart(_written(earlier), _written(later), MOST_DIFFERENCES) if jaccard >= ALIKE else []
    found = Compared(
        joins=outcome.result != "new",
        verdict="unmet",
        jaccard=jaccard,
        keys=[name for name in _KEYS if _same(getattr(earlier.keys, name), getattr(later.keys, name))],
        differs=[Difference(*each) for each in differs],
        apart=abs(later.received_at - earlier.received_at),
        window=later.window,
        fewest=min(len(earlier.grams), len(later.grams)) // 4,
        regions=(earlier.region or "", later.region or ""),
    )
    if found.joins:
        return replace(found, verdict=cast("Verdict", outcome.why))
    return replace(found, verdict=_reason(found, in_two_places=elsewhere(earlier.region, later.region)))


def _reason(found: Compared, *, in_two_places: bool) -> Verdict:
    reasons: Sequence[tuple[Verdict, bool]] = (
        ("short", found.fewest < words.FEWEST_GRAMS),
        ("unlike", found.jaccard < ALIKE),
        ("window", found.apart > found.window),
        ("region", in_two_places),
        ("differs", bool(found.differs)),
    )
    return next((verdict for verdict, holds in reasons if holds), "unmet")


def _written(arrival: Arrival) -> str:
    return written(arrival.kind, arrival.title, arrival.masked_text)


def _same(one: bytes | None, other: bytes | None) -> bool:
    return one is not None and one == other
