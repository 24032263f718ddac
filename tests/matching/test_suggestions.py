"""How often the same matter in other words is found, on real complaints and posts: against all others, the first and among five.

Rarities are counted over all, over a part, and over the other kind of text only, for a generation is always older than a newcomer.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.intake.domain.likeness import NO_WEIGHTS, Grams, Index, Near, Weights, because, said, vector
from tests.matching.rows import Row, complaints, originals

MOMENT = datetime(2026, 3, 2, 1, tzinfo=UTC)
MOST = 5


@dataclass(frozen=True, slots=True)
class Found:
    """Of `asked` rows that have a companion, the share that finds one."""

    asked: int
    first: float
    among_five: float
    nearest: list[tuple[Row, Row, float]]


def read(rows: Sequence[Row]) -> list[Grams]:
    return [said(each.title, each.body) for each in rows]


def counted(grams: Sequence[Grams], share: float = 1.0) -> Weights:
    return Weights.counted(1, random.Random(3).sample(grams, round(len(grams) * share)))


def find(rows: Sequence[Row], grams: Sequence[Grams], weights: Weights) -> Found:
    index, vectors = Index(weights.number), [vector(each, weights) for each in grams]
    for number, each in enumerate(vectors):
        index.put(UUID(int=number), each, MOMENT)
    told = Counter(row.matter for row in rows if row.matter)
    asked = [number for number, row in enumerate(rows) if row.matter and told[row.matter] > 1]
    near = {each: index.nearest(vectors[each], MOST, {UUID(int=each)}) for each in asked}
    same = {each: [rows[other.incident_id.int].matter == rows[each].matter for other in near[each]] for each in asked}
    return Found(
        len(asked),
        sum(any(each[:1]) for each in same.values()) / len(asked),
        sum(any(each) for each in same.values()) / len(asked),
        [_pair(rows, each, near[each][0]) for each in asked if near[each]],
    )


def _pair(rows: Sequence[Row], asked: int, near: Near) -> tuple[Row, Row, float]:
    return rows[asked], rows[near.incident_id.int], near.score


def report(name: str, found: Found) -> None:
    print(f"{name}: {found.asked} asked, first {found.first:.3f}, among five {found.among_five:.3f}")


@pytest.mark.parametrize("share", [1.0, 0.5, 0.05])
def test_complaints_about_one_matter_find_each_other(share: float) -> None:
    rows = complaints()
    grams = read(rows)
    found = find(rows, grams, counted(grams, share))
    report(f"complaints, rarities of {share:.0%}", found)
    assert found.first >= 0.88
    assert found.among_five >= 0.97


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_posts_about_one_event_find_each_other(share: float) -> None:
    rows = originals()
    grams = read(rows)
    found = find(rows, grams, counted(grams, share))
    report(f"posts, rarities of {share:.0%}", found)
    assert found.among_five >= 0.9


def test_both_together_and_with_rarities_of_the_other_kind() -> None:
    letters, posts = complaints(), originals()
    grams = [read(letters), read(posts)]
    together = find([*letters, *posts], [*grams[0], *grams[1]], counted([*grams[0], *grams[1]]))
    strange = find(posts, grams[1], counted(grams[0]))
    report("together", together)
    report("posts by the rarities of complaints", strange)
    assert together.among_five >= 0.93
    assert strange.among_five >= 0.9


@pytest.mark.parametrize("kind", ["complaints", "posts"])
def test_before_the_first_generation_they_find_each_other_too(kind: str) -> None:
    """At most 255 matters: half of them known to be about one, half strangers, where there are such."""
    rows = complaints() if kind == "complaints" else originals()
    dice = random.Random(5)
    known, others = [row for row in rows if row.matter], [row for row in rows if not row.matter]
    some = dice.sample(known, 125) + dice.sample(others or known, 125)
    found = find(some, read(some), NO_WEIGHTS)
    report(f"{kind}, 250 without rarities", found)
    assert found.among_five >= 0.95


def test_the_reasons_are_words_that_both_say() -> None:
    rows = complaints()
    grams = read(rows)
    weights = counted(grams)
    for mine, other, score in find(rows, grams, weights).nearest:
        runs = because(f"{mine.title}\n{mine.body}", f"{other.title}\n{other.body}", weights)
        assert runs or score < 0.1
        assert all(2 <= len(run) <= 20 for run in runs)
