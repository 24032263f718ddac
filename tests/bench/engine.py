"""What the engine costs by itself: one advance of a procedure with ten facts, and reading all rulebooks from their files."""

import statistics
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import perf_counter

from services.grading.rulebook import CompiledRulebook, Fact, advance, load_rulebook, shipped
from shared.calendar import official_calendar
from tests.bench.results import Result, rounds

CALENDAR = official_calendar()
START = datetime(2026, 3, 2, 1, tzinfo=UTC)
MOMENTS = (
    "discovered",
    "occurred",
    "reported",
    "claimed",
    "investigation_filed",
    "response_approved",
    "first_release",
    "replied",
)
LAYER = "state-council-2016"


def measure_engine(times: int) -> list[Result]:
    """The rulebook with most duties, the slowest of all, the largest under a layer; and loading. Milliseconds and microseconds."""
    books = {name: load_rulebook(name) for name in shipped()}
    largest = max(books, key=lambda name: len(books[name].duty))
    medians = {name: _advance(book, times) for name, book in books.items()}
    slowest = max(medians, key=lambda name: medians[name])
    layered = _advance(load_rulebook(largest, [LAYER]), times)
    loading = [_loading() for _ in range(5)]
    return [
        rounds(
            f"advance, ten facts, largest rulebook ({len(books[largest].duty)} duties)",
            [medians[largest]],
            "µs",
            at_most=200,
        ),
        rounds(f"advance, ten facts, slowest rulebook ({slowest})", [medians[slowest]], "µs"),
        rounds("advance, ten facts, largest rulebook under a layer", [layered], "µs"),
        rounds(f"loading all {len(books)} rulebooks", loading, "ms", at_most=150),
    ]


def _loading() -> float:
    began = perf_counter()
    for name in shipped():
        load_rulebook(name)
    return (perf_counter() - began) * 1000


def _advance(book: CompiledRulebook, times: int) -> float:
    """Median microseconds of the step that the tenth fact brings about."""
    facts = list(_facts(book))
    issued = advance(book, CALENDAR, facts[:-1], {}).orders
    spent = []
    for _ in range(times):
        began = perf_counter()
        advance(book, CALENDAR, facts, issued)
        spent.append(perf_counter() - began)
    return statistics.median(spent) * 1e6


def _facts(book: CompiledRulebook) -> Iterator[Fact]:
    metrics = {"reads": 20_000, "comments": 10, "reposts": 3, "likes": 1}
    yield Fact(
        "e", "evidence", START, {"source": "reports", "kind": "post", "metrics": metrics, "platforms": ["weibo"]}
    )
    yield Fact(
        "g", "graded", START + timedelta(minutes=20), {"level": book.strictest.id, "by": "office", "role": "office"}
    )
    for number, name in enumerate(MOMENTS):
        yield Fact(f"m{number}", "moment", START + timedelta(minutes=30 * number), {"name": name})
