"""The joining rules on somebody's own examples: compared in memory, kept nowhere, and told to nobody but who asks."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

from services.intake.domain import saying_why
from services.intake.domain.joining import ALIKE, Post
from services.intake.domain.likeness import Index, Weights, because, said, vector
from services.intake.domain.masking import mask, masked_title
from services.intake.domain.reports import Arrival
from services.intake.domain.times import occurred
from services.intake.domain.why import Retold, arriving, compare, in_turn
from services.intake.storage import generations
from services.intake.usecases.organisations import Organisations
from services.intake.usecases.shelves import Shelves
from shared.auth import RateLimiter, Staff
from shared.clock import Clock
from shared.db import Database

FEWEST, MOST = 2, 10
_VENDOR = "try"
_AT_ONCE = 10
_A_SECOND = 0.2
_EXPLAINED = 10
"""Pairs of which the words that their likeness rests on are looked for, the most alike: 60 ms each where texts are long."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text to be tried: a letter where it has a title, else a post. `at` without a zone is China's civil time; None is now."""

    title: str
    body: str
    id: str | None = None
    root_id: str | None = None
    url: str | None = None
    region: str | None = None
    at: datetime | None = None


class Trying:
    """Compares off the loop, one request at a time; a member of staff may ask ten times at once, then once in five seconds."""

    def __init__(self, db: Database, organisations: Organisations, shelves: Shelves, office: Clock) -> None:
        self._db = db
        self._shelves = shelves
        self._organisations = organisations
        self._office = office
        self._limit = RateLimiter(_A_SECOND, _AT_ONCE)
        self._one = asyncio.Semaphore(1)

    async def __call__(self, staff: Staff, examples: Sequence[Example]) -> dict[str, Any]:
        """What the rules of the organisation make of them, in their order and two by two.

        Raises `MissingError` without a rulebook, `TimeRefusedError` for a time that cannot be, `ThrottledError`.
        """
        self._limit.check(staff.login)
        organisation = await self._organisations.get(staff.organisation_id)
        now = self._office.now()
        window = timedelta(hours=organisation.join_window_hours)
        times = [occurred(each.at, now=now).at for each in examples]
        weights = await self._weights(staff.organisation_id)
        async with self._one:
            return await asyncio.to_thread(_tried, staff.organisation_id, window, examples, times, weights)

    async def _weights(self, organisation_id: str) -> Weights:
        """How much words tell at this organisation, as its suggestions weigh them now."""
        async with self._db.transaction() as tx:
            found = await generations.present(tx, organisation_id)
            number = next((each.number for each in found if each.in_force), 0)
            return await self._shelves.weights(tx, organisation_id, number)


def _tried(
    organisation_id: str, window: timedelta, examples: Sequence[Example], times: Sequence[datetime], weights: Weights
) -> dict[str, Any]:
    told = [_retold(place, each, at) for place, (each, at) in enumerate(zip(examples, times, strict=True), 1)]
    arrivals = [arriving(organisation_id, window, each) for each in told]
    texts, incidents = _in_turn(arrivals)
    return {
        "incidents": incidents,
        "alike": ALIKE,
        "window_hours": window / timedelta(hours=1),
        "generation": weights.number,
        "texts": texts,
        "pairs": _pairs(told, arrivals, weights),
    }


def _retold(place: int, example: Example, at: datetime) -> Retold:
    post = None
    if example.id or example.root_id or example.url:
        post = Post(_VENDOR, example.id or f"\x00{place}", example.url, example.root_id)
    title = masked_title(example.title) if example.title else ""
    return Retold("complaint" if title else "post", title, mask(example.body), at, post, example.region)


def _in_turn(arrivals: Sequence[Arrival]) -> tuple[list[dict[str, Any]], int]:
    """Each text with the incident it comes to, counted from 1; and how many incidents there are."""
    numbers: dict[UUID, int] = {}
    found = []
    for place, (arrival, outcome) in enumerate(zip(arrivals, in_turn(arrivals), strict=True), 1):
        number = numbers.setdefault(outcome.incident_id, len(numbers) + 1)
        found.append(
            {
                "place": place,
                "incident": number,
                "by": outcome.why,
                "score": outcome.score,
                "said": saying_why.joined(outcome.why, outcome.score)._asdict(),
                "cleaned": arrival.cleaned,
                "grams": len(arrival.grams) // 4,
            }
        )
    return found, len(numbers)


def _pairs(told: Sequence[Retold], arrivals: Sequence[Arrival], weights: Weights) -> list[dict[str, Any]]:
    likeness = _likeness(told, weights)
    explained = sorted(likeness, key=lambda pair: (-likeness[pair], pair))[:_EXPLAINED]
    found = []
    for one, other in combinations(range(len(told)), 2):
        score = likeness.get((one, other), 0.0)
        shared = because(_words(told[one]), _words(told[other]), weights) if (one, other) in explained else []
        about = saying_why.described(compare(arrivals[one], arrivals[other]))
        found.append({**about, "one": one + 1, "other": other + 1, "likeness": score, "rests_on": shared})
    return found


def _likeness(told: Sequence[Retold], weights: Weights) -> dict[tuple[int, int], float]:
    """How alike the matters are, each held against those before it, among these texts alone."""
    index = Index(weights.number)
    vectors = [vector(said(each.title, each.masked_text), weights) for each in told]
    for place, each in enumerate(vectors):
        index.put(UUID(int=place), each, told[place].at)
    return {
        (near.incident_id.int, place): near.score
        for place, each in enumerate(vectors)
        for near in index.nearest(each, MOST, [UUID(int=place)])
        if near.incident_id.int < place
    }


def _words(told: Retold) -> str:
    return f"{told.title}\n{told.masked_text}"
