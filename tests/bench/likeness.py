"""Suggestions by themselves: reading a text, finding the nearest of 100,000, and the memory that takes."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from time import perf_counter, process_time
from uuid import UUID

from services.intake.domain.likeness import NO_WEIGHTS, Grams, Index, Vector, Weights, said, vector
from tests.bench.results import Result, rounds
from tests.bench.texts import KINDS, PHRASES, WHAT, WHEN, WHO, Texts

MOMENT = datetime(2026, 3, 2, 1, tzinfo=UTC)
QUESTIONS, COUNTED, ROUNDS = 300, 20_000, 3


def measure_likeness(documents: int) -> list[Result]:
    """Every second document is made of stock phrases only, so that its grams are said by thousands. Milliseconds and MB."""
    weights = Weights.counted(1, (said(*text) for text in islice(_texts(2), min(documents, COUNTED))))
    reading, index, vectors = 0.0, Index(weights.number), []
    longest = 0.0
    for number, text in enumerate(islice(_texts(1), documents)):
        began = process_time()
        read = vector(said(*text), weights)
        reading += process_time() - began
        began = process_time()
        index.put(UUID(int=number), read, MOMENT)
        longest = max(longest, process_time() - began)
        if number % (documents // QUESTIONS) < 2:  # one of each kind
            vectors.append(read)
    index.nearest(vectors[0], 1)
    asked = [_percentile_95(index, vectors) for _ in range(ROUNDS)]
    return [
        rounds(f"nearest among {documents:,} matters, p95", asked, "ms", at_most=20),
        rounds("of that, CPU", [_percentile_95(index, vectors, process_time)], "ms"),
        rounds(f"index of {documents:,} matters", [index.nbytes / 1e6], "MB", at_most=100),
        rounds("reading a matter: grams and vector, CPU", [reading / documents * 1000], "ms", at_most=0.3),
        rounds("before the first generation, nearest of 255 after a change, p95", [_early()], "ms", at_most=20),
        rounds("longest put (merges segments), CPU", [longest * 1000], "ms"),
    ]


def _percentile_95(index: Index, vectors: list[Vector], clock: Callable[[], float] = perf_counter) -> float:
    spent = []
    for each in vectors:
        began = clock()
        index.nearest(each, 10)
        spent.append(clock() - began)
    return sorted(spent)[len(spent) * 95 // 100] * 1000


def _early() -> float:
    index, spent = Index(), []
    grams: list[Grams] = [said(*text) for text in islice(_texts(4), 255)]
    for number, each in enumerate(grams):
        read = vector(each, NO_WEIGHTS)
        index.put(UUID(int=number), read, MOMENT)
        began = perf_counter()
        index.nearest(read, 10)
        spent.append(perf_counter() - began)
    return sorted(spent)[len(spent) * 95 // 100] * 1000


def _texts(seed: int) -> Iterator[tuple[str, str]]:
    dice, invented = random.Random(seed), Texts(seed)
    while True:
        complaint = invented.one()
        yield complaint["title"], complaint["body"]
        place = f"{dice.choice(KINDS)}{dice.randrange(400)}号"
        stock = "，".join(dice.choice(dice.choice(PHRASES)) for _ in range(dice.randrange(6, 30)))
        yield f"{place}{dice.choice(WHAT)}", f"{dice.choice(WHEN)}，{place}的{dice.choice(WHO)}{stock}。"
