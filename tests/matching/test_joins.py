"""Joins by themselves on real complaints and posts: how many, and how many of those that can be judged are right.

Every report goes, in the order of time, through what intake does with it, over a store in memory. A join is judged against the
leading report of its incident. Needs the data beside the project, which may not be copied into it; skips loudly without.
"""

import gzip
import json
import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.intake.domain import words
from services.intake.domain.deciding import Batch, Recognised
from services.intake.domain.joining import Candidate, Known, Post
from services.intake.domain.reports import Arrival, Incident, opened
from services.intake.domain.sealing import Keyring
from services.intake.domain.telling_apart import written
from services.intake.domain.times import Occurred
from services.intake.usecases.organisations import Organisation
from services.intake.usecases.prepare import Told, prepare

DATA = Path(__file__).parents[3] / "shared" / "data"
KEYRING = Keyring("a", {"a": os.urandom(32)})
ANHUI = Organisation("anhui", "安徽", (), 720.0)
SAMPLE = 12
Row = dict[str, Any]


def rows(name: str) -> list[Row]:
    path = DATA / f"{name}_dev.jsonl.gz"
    if not path.exists():
        pytest.skip(f"NOT MEASURED: {path.name} is not beside the project (looked in {DATA})")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


class Memory:
    """What intake would have stored, as far as it is needed to recognise the next."""

    def __init__(self) -> None:
        self._known: dict[bytes, Known] = {}
        self._bands: dict[int, list[UUID]] = defaultdict(list)
        self._candidates: dict[UUID, Candidate] = {}
        self._incidents: dict[UUID, Incident] = {}
        self.leaders: dict[UUID, Row] = {}

    def take(self, arrival: Arrival, row: Row) -> tuple[str, UUID]:
        """How it was placed, and where."""
        bands = {band: self._bands[band] for band in arrival.bands if band in self._bands}
        near = {id_: self._candidates[id_] for ids in bands.values() for id_ in ids}
        known = {key: self._known[key] for key in arrival.keys.all() if key in self._known}
        batch = Batch(Recognised(known, near, bands, {}))
        batch.place([arrival])
        plan = batch.decide([arrival], self._incidents)
        [outcome] = plan.outcomes
        for key, owner in plan.keys.items():
            self._known[key] = Known(owner, plan.incidents[owner].opened_at)
        if outcome.result == "new":
            self._lead(outcome.incident_id, arrival)
            self.leaders[outcome.incident_id] = row
        return outcome.why, outcome.incident_id

    def _lead(self, id_: UUID, arrival: Arrival) -> None:
        self._incidents[id_] = opened(id_, arrival)
        text = written(arrival.kind, arrival.title, arrival.masked_text)
        self._candidates[id_] = Candidate(id_, arrival.received_at, arrival.grams, led=id_, text=text)
        for band in arrival.bands:
            self._bands[band].append(id_)


def joins(told: Iterator[tuple[Row, Told, datetime]]) -> Iterator[tuple[str, Row, Row]]:
    """How each joined report joined, it, and the leading report of its incident."""
    memory = Memory()
    for row, each, at in told:
        arrival = prepare(each, ANHUI, Occurred(at, False), at, KEYRING)
        why, incident_id = memory.take(arrival, row)
        if why != "new":
            yield why, row, memory.leaders[incident_id]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def report(name: str, found: list[tuple[str, str]], doubtful: list[tuple[str, str]]) -> float:
    """Prints the figures and some of the joins nobody has judged; the precision of the judged ones."""
    ways, verdicts = Counter(why for why, _ in found), Counter(verdict for _, verdict in found)
    right, wrong = verdicts["right"], verdicts["wrong"]
    precision = right / max(1, right + wrong)
    print(f"\n{name}: {len(found)} joins {dict(ways)}, {dict(verdicts)}, precision {precision:.4f}")
    for one, other in random.Random(1).sample(doubtful, min(SAMPLE, len(doubtful))):
        print(f"  ? {one[:110]!r}\n    {other[:110]!r}")
    return precision


def test_complaints_join_what_is_the_same() -> None:
    complaints = sorted(rows("complaints"), key=lambda row: (moment(row["submitted_at"]), row["id"]))
    told = (
        (row, Told("complaint", "portal", row["title"] or row["body"][:80], row["body"]), moment(row["submitted_at"]))
        for row in complaints
    )
    found, doubtful = [], []
    for why, row, leader in joins(told):
        mine, theirs = row.get("issue_id"), leader.get("issue_id")
        if words.clean(row["body"]) == words.clean(leader["body"]) or (mine and mine == theirs):
            verdict = "right"
        elif mine and theirs:
            verdict = "wrong"
        else:
            verdict = "not judged"
            doubtful.append((f"{row['title']} {row['body']}", f"{leader['title']} {leader['body']}"))
        found.append((why, verdict))
    assert len(found) >= 50
    assert report("complaints", found, doubtful) >= 0.99


@pytest.mark.parametrize("with_roots", [False, True])
def test_posts_join_what_is_the_same(with_roots: bool) -> None:
    posts = sorted(rows("posts"), key=lambda row: (moment(row["posted_at"]), row["id"]))
    if with_roots:
        posts = posts[::2]  # joins by root are right by their nature: fewer will do
    told = (
        (
            row,
            Told(
                "post", "v", "", row["text"] or "", post=Post("v", row["id"], None, row["root"] if with_roots else None)
            ),
            moment(row["posted_at"]),
        )
        for row in posts
    )
    found, doubtful = [], []
    for why, row, leader in joins(told):
        same = row["event"] == leader["event"] or (row["root"] or row["id"]) == (leader["root"] or leader["id"])
        found.append((why, "right" if same else "wrong"))
        if not same:
            doubtful.append((f"{row['event']} {row['text']}", f"{leader['event']} {leader['text']}"))
    assert len(found) >= 1000
    assert report(f"posts, roots {'told' if with_roots else 'untold'}", found, doubtful) >= 0.99
