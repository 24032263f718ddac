"""What may be suggested for an incident: matters as their survivors stand for them, and what the product may join by itself. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.intake.domain import words
from services.intake.domain.joining import ALIKE, elsewhere
from services.intake.domain.likeness import Grams, Near
from services.intake.domain.telling_apart import apart, same_matter

AT_ONCE = timedelta(minutes=1)
"""How far apart two may have been opened that did not see each other: in two replicas, neither committed when the other looked."""
FEWEST_GRAMS = 24
TEMPLATE = 0.5
"""Texts that share so many of their 2-grams were written from one another: what differs in them is what they are about."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An incident that was not absorbed, as it is shown. `state` is what citizens are told of it."""

    incident_id: UUID
    title: str
    state: str
    region: str | None
    opened_at: datetime

    @property
    def closed(self) -> bool:
        """Whether it is done with."""
        return self.state == "closed"


@dataclass(frozen=True, slots=True)
class Alike:
    """A suggestion: the incident, and which of its family (`member`) is how alike."""

    standing: Standing
    member: UUID
    score: float


def represented(
    nears: Sequence[Near], standing: Mapping[UUID, Standing], without: Collection[UUID], *, closed: bool
) -> list[Alike]:
    """Each family once, by its survivor, with the best score of its members, in the order of `nears`.

    `standing` tells the survivor of each near one; those that it does not know are gone. `without` are survivors left out.
    """
    found: dict[UUID, Alike] = {}
    for near in nears:
        survivor = standing.get(near.incident_id)
        if survivor is None or survivor.incident_id in without or (survivor.closed and not closed):
            continue
        found.setdefault(survivor.incident_id, Alike(survivor, near.incident_id, near.score))
    return list(found.values())


def survivor_of(one: Standing, other: Standing) -> tuple[UUID, UUID]:
    """Which of two goes on when they are joined, and which is absorbed: the open one, else the one that was there before."""
    first, second = sorted((one, other), key=lambda each: (each.closed, each.opened_at, each.incident_id))
    return first.incident_id, second.incident_id


def joins_by_itself(mine: Standing, best: Alike, above: float | None) -> bool:
    """Whether an organisation that set `above` has the product join these: both open, and not said to be in two places."""
    other = best.standing
    kept_apart = mine.closed or other.closed or elsewhere(mine.region, other.region)
    return above is not None and best.score >= above and not kept_apart


def missed_each_other(mine: Standing, other: Standing) -> bool:
    """Whether two open ones may have arrived at the same moment, so that neither could join the other."""
    kept_apart = mine.closed or other.closed or elsewhere(mine.region, other.region)
    return not kept_apart and abs(mine.opened_at - other.opened_at) <= AT_ONCE


def same_words(mine: str, other: str) -> bool:
    """Whether the joining rules, had the one been there, would have had the other join it by its words."""
    grams, others = (words.grams(words.clean(text)) for text in (mine, other))
    alike = words.comparable(grams) and words.jaccard(grams, others, ALIKE) >= ALIKE
    return alike and same_matter(mine, other)


def says_enough(mine: Grams, other: Grams) -> bool:
    """Whether likeness means anything: two texts of a few characters are easily the same."""
    return min(len(mine), len(other)) >= FEWEST_GRAMS


def one_template(mine: str, other: str) -> bool:
    """Whether two written texts are one letter about two matters: nearly the same words, and something said instead of another."""
    grams, others = (words.grams(words.clean(text)) for text in (mine, other))
    return words.jaccard(grams, others, TEMPLATE) >= TEMPLATE and bool(apart(mine, other))
