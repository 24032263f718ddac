"""Reading a .jsonl or .jsonl.gz file of complaints or posts: each line becomes a call, or is named with its fault."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from deploy.sample.client import SampleError

LONGEST_TITLE, LONGEST_BODY, LONGEST_POST, LONGEST_WORD = 200, 50_000, 20_000, 100
"""What intake takes; longer texts are cut."""
_TITLE_FROM_BODY = 40

Identifier = Annotated[str, Field(min_length=1, max_length=LONGEST_WORD)]
Total = Annotated[int, BeforeValidator(lambda value: value or 0), Field(ge=0)]


class ComplaintLine(BaseModel):
    """A citizen's message; members that are not here are passed over."""

    id: Identifier
    submitted_at: str | None = None
    title: str | None = None
    body: Annotated[str, Field(min_length=1)]
    topic: str | None = None

    def complaint(self) -> dict[str, Any]:
        """The body of `POST /v1/complaints`; without a title its first words serve."""
        body = self.body.strip()[:LONGEST_BODY]
        made: dict[str, Any] = {
            "title": (self.title or "").strip()[:LONGEST_TITLE] or body[:_TITLE_FROM_BODY],
            "body": body,
            "occurred_at": self.submitted_at,
            "topic": (self.topic or "").strip()[:LONGEST_WORD] or None,
        }
        return {name: value for name, value in made.items() if value is not None}


class PostLine(BaseModel):
    """A post with its counts; members that are not here are passed over."""

    id: Identifier
    platform: Identifier = "unknown"
    author_type: str | None = None
    posted_at: str
    text: str | None = None
    url: str | None = None
    root: str | None = None
    reads: Total = 0
    comments: Total = 0
    reposts: Total = 0
    likes: Total = 0

    def event(self) -> dict[str, Any]:
        """An event of a push; the address is invented where the file has none."""
        return {
            "id": self.id,
            "url": self.url or f"https://example.org/{self.platform}/{self.id}",
            "platform": self.platform,
            "author_type": self.author_type or "person",
            "posted_at": self.posted_at,
            "text": (self.text or "")[:LONGEST_POST],
            "root_id": self.root,
            "metrics": {name: getattr(self, name) for name in ("reads", "comments", "reposts", "likes")},
        }


@dataclass(frozen=True, slots=True)
class Good:
    """A line that can be sent; `number` counts from 1."""

    number: int
    record: ComplaintLine | PostLine


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that cannot, and why."""

    number: int
    why: str


def count_lines(file: Path, limit: int | None) -> int:
    """How many lines will be read. Raises `SampleError` for a file that can't be read."""
    return sum(1 for _ in _lines(file, limit))


def read_lines(file: Path, limit: int | None) -> Iterator[Good | Bad]:
    """The file's lines in their order. Raises `SampleError` for a file that can't be read."""
    for number, line in _lines(file, limit):
        yield parse(number, line)


def parse(number: int, line: bytes) -> Good | Bad:
    """One line: a complaint has `submitted_at` or a `body`, a post has `posted_at`."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Bad(number, f"not JSON: {error}")
    if not isinstance(found, dict):
        return Bad(number, "not a JSON object")
    kind: type[ComplaintLine | PostLine] = PostLine if "posted_at" in found else ComplaintLine
    try:
        return Good(number, kind.model_validate(found))
    except ValidationError as error:
        faults = (
            f"{'.'.join(map(str, each['loc']))}: {each['msg']}"
            for each in error.errors(include_input=False, include_url=False)
        )
        return Bad(number, "; ".join(faults))


def _lines(file: Path, limit: int | None) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something, each with its number."""
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
            yield from islice(((number, line) for number, line in enumerate(stream, start=1) if line.strip()), limit)
    except (OSError, EOFError, zlib.error) as error:
        raise SampleError(f"{file} cannot be read: {error}. Give a .jsonl or .jsonl.gz file.") from error
