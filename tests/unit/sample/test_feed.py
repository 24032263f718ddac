"""Sending lines: what is counted as kept, as a duplicate, as bad; and when sending ends."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from deploy.sample.client import Product, RefusedError, Reply
from deploy.sample.feed import Feed, Pace
from deploy.sample.lines import Bad, ComplaintLine, Good, PostLine
from deploy.sample.signing import Vendor


class Intake:
    """Stands in for the product over there: keeps what is new, refuses what says so."""

    def __init__(self, refuse: Mapping[str, int] | None = None) -> None:
        self.refuse = refuse or {}
        self.known: set[str] = set()
        self.pushes: list[int] = []

    async def call(self, *_: Any, headers: Mapping[str, str], **__: Any) -> Reply:
        """A complaint."""
        key = headers["Idempotency-Key"]
        if key in self.refuse:
            raise RefusedError(self.refuse[key], {"detail": "no"}, "POST intake/v1/complaints")
        replayed = {"Idempotency-Replayed": "true"} if key in self.known else {}
        self.known.add(key)
        return Reply(201, replayed, {})

    async def push(self, _organisation: str, _id: str, events: list[dict[str, Any]]) -> Reply:
        """A push."""
        self.pushes.append(len(events))
        rejected = [{"index": i, "error": "no"} for i, event in enumerate(events) if event["id"] in self.refuse]
        good = [event["id"] for event in events if event["id"] not in self.refuse]
        fresh = set(good) - self.known
        self.known |= fresh
        return Reply(202, {}, {"accepted": len(fresh), "duplicates": len(good) - len(fresh), "rejected": rejected})


def _feed(intake: Intake, done: list[int]) -> Feed:
    return Feed(cast("Product", intake), "org", "key", cast("Vendor", intake), Pace(None), done.append)


def _complaint(number: int, name: str) -> Good:
    return Good(number, ComplaintLine(id=name, body="文"))


def _post(number: int, name: str) -> Good:
    return Good(number, PostLine(id=name, posted_at="2020-01-01T00:00:00Z"))


async def test_complaints_are_counted_by_what_became_of_them() -> None:
    intake, done = Intake({"c3": 422, "c4": 409}), list[int]()
    feed = _feed(intake, done)
    lines: list[Good | Bad] = [_complaint(n, f"c{n}") for n in range(1, 6)]
    lines += [_complaint(6, "c1"), Bad(7, "not JSON")]
    await feed(lines, connections=1)
    tally = feed.tally
    assert (tally.sent, tally.kept, tally.duplicates) == (6, 3, 1)
    assert sorted(bad.number for bad in tally.bad) == [3, 4, 7]
    assert sum(done) == len(lines)


async def test_posts_go_a_hundred_a_push_and_rejected_ones_are_named_by_line() -> None:
    intake, done = Intake({"p105": 422}), list[int]()
    feed = _feed(intake, done)
    await feed([_post(n, f"p{n}") for n in range(1, 251)] + [_post(251, "p7")], connections=3)
    assert sorted(intake.pushes) == [51, 100, 100]
    assert (feed.tally.sent, feed.tally.kept, feed.tally.duplicates) == (251, 249, 1)
    assert [(bad.number, bad.why) for bad in feed.tally.bad] == [(105, "p105: no")]
    assert sum(done) == 251


async def test_what_is_true_of_every_line_ends_it() -> None:
    feed = _feed(Intake({"c1": 401}), [])
    with pytest.raises(RefusedError, match="401"):
        await feed([_complaint(1, "c1"), _complaint(2, "c2")], connections=1)
    assert feed.tally.kept == 0
