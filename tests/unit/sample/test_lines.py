"""Lines of a file: what becomes of good ones, and how bad ones are named."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from deploy.sample.client import SampleError
from deploy.sample.lines import Bad, ComplaintLine, Good, PostLine, count_lines, parse, read_lines

COMPLAINT = {"id": "c1", "submitted_at": "2011-03-12T19:43:09+08:00", "title": "路灯坏了", "body": "三个月没人修"}
POST = {"id": "p1", "platform": "weibo", "posted_at": "2020-01-25T19:50:00+08:00", "text": "转发微博", "reposts": 3}


def _good(line: dict[str, Any]) -> ComplaintLine | PostLine:
    found = parse(1, json.dumps(line).encode())
    assert isinstance(found, Good), found
    return found.record


def test_a_complaint_keeps_its_words_and_time() -> None:
    record = _good(COMPLAINT | {"topic": " 市政 ", "department": None, "likes": 3})
    assert isinstance(record, ComplaintLine)
    assert record.complaint() == {
        "title": "路灯坏了",
        "body": "三个月没人修",
        "occurred_at": "2011-03-12T19:43:09+08:00",
        "topic": "市政",
    }


def test_without_a_title_the_first_words_serve_and_long_texts_are_cut() -> None:
    record = _good({"id": "c2", "body": "长" * 60_000, "title": "  "})
    assert isinstance(record, ComplaintLine)
    made = record.complaint()
    assert made["title"] == "长" * 40
    assert len(made["body"]) == 50_000
    assert "occurred_at" not in made


def test_a_post_gets_an_address_and_counts() -> None:
    record = _good(POST | {"root": "p0", "comments": None, "author_type": None})
    assert isinstance(record, PostLine)
    assert record.event() == {
        "id": "p1",
        "url": "https://example.org/weibo/p1",
        "platform": "weibo",
        "author_type": "person",
        "posted_at": "2020-01-25T19:50:00+08:00",
        "text": "转发微博",
        "root_id": "p0",
        "metrics": {"reads": 0, "comments": 0, "reposts": 3, "likes": 0},
    }


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{", "not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"id": "c"}', "body"),
        (b'{"id": "", "body": "x"}', "id"),
        (b'{"id": 7, "body": "x"}', "id"),
        (b'{"id": "p", "posted_at": "2020-01-01", "likes": -1}', "likes"),
        (b'{"id": "p", "posted_at": 5}', "posted_at"),
    ],
)
def test_a_bad_line_is_named(line: bytes, why: str) -> None:
    found = parse(12, line)
    assert isinstance(found, Bad)
    assert found.number == 12
    assert why in found.why


def test_numbers_are_those_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mixed.jsonl.gz"
    lines = [json.dumps(COMPLAINT).encode(), b"", b"{", json.dumps(POST).encode()]
    file.write_bytes(gzip.compress(b"\n".join(lines)))
    assert [(type(line), line.number) for line in read_lines(file, None)] == [(Good, 1), (Bad, 3), (Good, 4)]
    assert count_lines(file, None) == 3
    assert count_lines(file, 2) == 2


@pytest.mark.parametrize("content", [None, b"not gzip at all", gzip.compress(b"{}\n" * 1000)[:-12]])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "lines.jsonl.gz"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SampleError, match="lines.jsonl.gz cannot be read"):
        list(read_lines(file, None))
