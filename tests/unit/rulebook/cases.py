"""Facts for tests, in few words."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from services.grading.rulebook import Advance, Fact, Order, advance, load_rulebook
from shared.calendar import official_calendar

CALENDAR = official_calendar()
ANHUI = load_rulebook("anhui-medical-security-2021")
XUANCHENG = load_rulebook("xuancheng-2015")
YICHUN = load_rulebook("yichun-market-regulation-2020")
WHOLE = load_rulebook(Path(__file__).with_name("whole.yaml"))
NOON = datetime(2026, 11, 18, 4, tzinfo=UTC)  # a Wednesday, 12:00 in Shanghai


def later(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def fact(name: str, kind: str, minutes: float, /, **data: Any) -> Fact:
    return Fact(name, kind, later(minutes), data)


def moment(name: str, minutes: float = 0, **data: Any) -> Fact:
    return fact(f"m-{name}-{minutes}", "moment", minutes, name=name, **data)


def complaint(minutes: float = 0, source: str = "r1", **data: Any) -> Fact:
    return fact(f"e-{source}-{minutes}", "evidence", minutes, source=source, kind="complaint", **data)


def post(reads: int, minutes: float = 0, source: str = "p1", **data: Any) -> Fact:
    metrics = {"reads": reads, "comments": 0, "reposts": 0, "likes": 0}
    return fact(f"e-{source}-{minutes}", "evidence", minutes, source=source, kind="post", metrics=metrics, **data)


def flag(name: str, minutes: float = 0, on: bool = True, **data: Any) -> Fact:
    return fact(f"f-{name}-{minutes}", "flag", minutes, name=name, on=on, by="办公室", **data)


def graded(level: str, minutes: float = 20, **data: Any) -> Fact:
    return fact(f"g-{minutes}", "graded", minutes, level=level, by="u1", role="chief", **data)


def done(order: str, minutes: float = 30) -> Fact:
    return fact(f"d-{order}", "done", minutes, order=order, by="u1", hand_in={})


def suspended(minutes: float, orders: list[str] | None = None, /, **data: Any) -> Fact:
    return fact(
        f"s-{minutes}", "suspended", minutes, **_for(orders), **({"reason": "force_majeure", "by": "u1"} | data)
    )


def resumed(minutes: float, orders: list[str] | None = None, /, **data: Any) -> Fact:
    return fact(f"z-{minutes}", "resumed", minutes, by="u1", **_for(orders), **data)


def _for(orders: list[str] | None) -> dict[str, Any]:
    return {} if orders is None else {"orders": orders}


def run(rulebook: Any, facts: Iterable[Fact], issued: dict[str, Order] | None = None) -> Advance:
    return advance(rulebook, CALENDAR, facts, issued or {})


def in_steps(rulebook: Any, facts: Iterable[Fact]) -> Advance:
    """The facts one after another, each advance standing on the orders of the one before."""
    known: list[Fact] = []
    issued: dict[str, Order] = {}
    outcome = run(rulebook, known)
    for each in facts:
        known.append(each)
        outcome = run(rulebook, known, issued)
        issued = outcome.orders
    return outcome
