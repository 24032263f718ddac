"""The real rows beside the project: read by tests where they are, never copied. See the README beside them."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data"


@dataclass(frozen=True, slots=True)
class Row:
    """A text and what it is known to be about; None is 'not looked at', not 'alone'."""

    title: str
    body: str
    matter: str | None


@cache
def complaints() -> list[Row]:
    """All of them; some hundred have a matter. Skips the test where they are absent."""
    return [
        Row(each["title"] or "", each["body"] or "", each.get("issue_id")) for each in _read("complaints_dev.jsonl.gz")
    ]


@cache
def originals() -> list[Row]:
    """Posts that are neither reposts nor comments, each with its event. Skips the test where they are absent."""
    posts = _read("posts_dev.jsonl.gz")
    return [Row("", each["text"] or "", each["event"]) for each in posts if each["kind"] == "original"]


def _read(name: str) -> Iterator[dict[str, Any]]:
    file = FOLDER / name
    if not file.exists():
        pytest.skip(f"NOT MEASURED: {name} is not in ../shared/data; nothing is said about real texts")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
