"""Codes, moments and clauses as the office reads them."""

from datetime import UTC, datetime

import pytest

from services.console.entry.words import clause, clock, words


@pytest.mark.parametrize(
    ("reference", "shown"),
    [
        ("Art. 8", ("第8条", "Art. 8")),
        ("Art. 18(3)-(4)", ("第18条(3)-(4)", "Art. 18(3)-(4)")),
        ("Art. 12, Plan 3.3.4", ("第12条, 预案 3.3.4", "Art. 12, Plan 3.3.4")),
        ("第五条", ("第五条", "")),
        (None, ("—", "")),
    ],
)
def test_clauses(reference: str | None, shown: tuple[str, str]) -> None:
    assert clause(reference) == shown


def test_unknown_codes_are_shown_as_they_are() -> None:
    assert words("released") == ("已发布", "released")
    assert words("toutiao") == ("toutiao", "")
    assert words(None) == ("已收到", "received")


def test_moments_are_in_the_office_zone() -> None:
    assert clock(datetime(2026, 3, 1, 17, 5, tzinfo=UTC)) == "03-02 01:05"
    assert clock(None) == "—"
