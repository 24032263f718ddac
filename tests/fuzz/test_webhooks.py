"""Ten thousand mutated pushes against the gate itself: none passes, and every good one between them does."""

import random
from collections import Counter
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.types import Message

from services.intake.entry.monitoring import _read
from services.intake.entry.webhooks import WebhookGate
from services.intake.usecases.vendors import ActiveVendor, Vendors
from shared.errors import ForbiddenError, InvalidError, MalformedError, UnauthenticatedError
from tests.fuzz.mutations import MUTATIONS, Hands, Signed, mutated, signed
from tests.fuzz.pushes import well

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
SECRET, OTHER = bytes(range(32)), bytes(range(32, 64))
MUTATED, VALID_EVERY = 10_000, 20


class Registered:
    """The two vendors there are."""

    async def active(self, name: str) -> ActiveVendor | None:
        """By exact name, as the table knows them."""
        secrets = {"fuzz-monitor": (SECRET,), "fuzz-other": (OTHER,)}.get(name)
        return secrets and ActiveVendor(UUID(int=1), name, frozenset({"office"}), secrets)


class Stopped:
    """The system clock, standing still."""

    def now(self) -> datetime:
        """Always the same."""
        return NOW


GATE = WebhookGate(cast("Vendors", Registered()), Stopped())


async def accepted(push: Signed) -> bool:
    """Whether the gate, the reading and the vendor's organisations let it through."""

    async def receive() -> Message:
        return {"type": "http.request", "body": push.body, "more_body": False}

    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in push.headers]
    request = Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)
    try:
        passed = await GATE(request, push.vendor)
        passed.vendor.require(_read(passed.body).organisation)
    except (UnauthenticatedError, ForbiddenError, MalformedError, InvalidError):
        return False
    return True


def _push(chance: random.Random) -> Signed:
    event = {"id": f"{chance.random()}", "platform": "weibo", "posted_at": NOW.isoformat(), "text": "路灯不亮"}
    body = orjson.dumps({"organisation": "office", "events": [event]})
    at = SECONDS + chance.choice([-300, -299, -1, 0, 0, 0, 1, 299, 300])
    return signed("fuzz-monitor", SECRET, f"msg_{chance.getrandbits(64):016x}", str(at), body)


async def test_no_mutated_push_passes_and_every_good_one_does() -> None:
    chance, names = random.Random(20261122), list(MUTATIONS)
    hands = Hands(SECRET, OTHER, SECONDS)
    passed, refused = Counter[str](), 0
    for number in range(MUTATED):
        name = names[number % len(names)]
        passed[name] += await accepted(mutated(_push(chance), name, chance, hands))
        if number % VALID_EVERY == 0:
            refused += not await accepted(well(_push(chance), chance))
    assert +passed == Counter()
    assert refused == 0


async def test_the_window_ends_where_it_says() -> None:
    for off, expected in ((-300, True), (-301, False), (300, True), (301, False)):
        push = signed("fuzz-monitor", SECRET, "msg_1", str(SECONDS + off), _push(random.Random(1)).body)
        assert await accepted(push) is expected, off
