"""The comparison of schemas sees what would break a reader, and lets additions through."""

from typing import Literal

import pytest
from pydantic import BaseModel, Field, create_model

from tests.contracts.additive import breaches


class Inner(BaseModel):
    count: int


class Narrow(BaseModel):
    count: str


class WithMore(BaseModel):
    count: int
    more: str | None = None


BEFORE = {
    "id": (str, ...),
    "state": (Literal["open", "done"], ...),
    "inner": (Inner, ...),
    "rows": (list[Inner], Field(default_factory=list)),
    "pairs": (list[tuple[int, str]], Field(default_factory=list)),
    "note": (str | None, None),
    "late": (bool, False),
    "title": (str, Field(max_length=80)),
}


def compared(**changes: object) -> list[str]:
    now = {name: field for name, field in (BEFORE | changes).items() if field is not None}
    before, after = (create_model("Event", **fields) for fields in (BEFORE, now))
    return breaches(before.model_json_schema(), after.model_json_schema())


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"extra": (str | None, None)},
        {"extra": (list[Inner], Field(default_factory=list))},
        {"state": (Literal["open", "done", "gone"], ...)},
        {"inner": (WithMore, ...), "rows": (list[WithMore], Field(default_factory=list))},
        {"note": (str | int | None, None)},
        {"title": (str, ...)},
    ],
)
def test_additions_pass(changes: dict[str, object]) -> None:
    assert compared(**changes) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"note": None}, ".note: is gone"),
        ({"id": None}, ".id: is no longer required"),
        ({"id": (str, "")}, ".id: is no longer required"),
        ({"extra": (str, ...)}, ".extra: became required"),
        ({"note": (str | None, ...)}, ".note: became required"),
        ({"id": (int, ...)}, ".id: type was string, is integer"),
        ({"state": (Literal["open"], ...)}, ".state: no longer takes ['done']"),
        ({"id": (Literal["a"], ...)}, ".id: took anything"),
        ({"note": (str, None)}, ".note: no longer takes null"),
        ({"late": (bool, True)}, ".late: the default was False, is True"),
        ({"inner": (Narrow, ...)}, ".inner.count: type was integer, is string"),
        ({"rows": (list[Narrow], Field(default_factory=list))}, ".rows[].count: type was integer"),
        ({"pairs": (list[tuple[int, int]], Field(default_factory=list))}, ".pairs[][1]: type was string"),
        ({"title": (str, Field(max_length=60))}, ".title: maxLength was 80, is 60"),
    ],
)
def test_anything_else_is_named(changes: dict[str, object], said: str) -> None:
    assert any(said in breach for breach in compared(**changes)), compared(**changes)
