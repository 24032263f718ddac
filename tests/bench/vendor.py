"""Vendors: posts a second by themselves, and what a vendor at full speed does to the portal beside it."""

import asyncio
import hashlib
import hmac
import itertools
import random
import time
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import aiohttp
import orjson
from rich.console import Console

from shared.secrets import load_secrets
from tests.bench.intake import Doors, half_load, held
from tests.bench.load import Shot, closed_loop, open_loop
from tests.bench.product import Product
from tests.bench.results import Result, rounds
from tests.bench.setup import Office, SetupFailedError, sign_in
from tests.bench.stillness import rest
from tests.bench.texts import Texts
from tests.bench.wire import Connection

POSTS = 100
CONNECTIONS = 4
NAME = "bench-vendor"
SECRET_PREFIX = "whsec_"
MOST_PUSHES = 60
"""A second, prepared beforehand: twice what there should be."""
PLATFORMS = ("weibo", "douyin", "wechat", "forum")


@dataclass(slots=True)
class Pushed:
    """What a round of pushes did; `posts` counts what was accepted or known already."""

    posts: int = 0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Posts a second."""
        return self.posts / max(self.seconds, 1e-9)


async def make_vendor(product: Product, offices: Sequence[Office], name: str = NAME) -> bytes:
    """Register a vendor for these organisations; its signing secret."""
    async with aiohttp.ClientSession() as session:
        login, password = load_secrets(product.var / "secrets").admin
        admin = {"Authorization": f"Bearer {await sign_in(session, product, login, password)}"}
        given = {"name": name, "organisations": [office.organisation for office in offices]}
        async with session.post(f"{product.url('intake')}/v1/vendors", json=given, headers=admin) as response:
            issued = await response.json()
            if response.status != 201:
                raise SetupFailedError(f"POST /v1/vendors answered {response.status} {issued}")
    return b64decode(str(issued["secret"]).removeprefix(SECRET_PREFIX))


def pushes(offices: Sequence[Office], secret: bytes, run: str) -> Iterator[bytes]:
    """Endless pushes of 100 posts: half of them new matters, a third reposts of those, the rest seen again with other counts."""
    texts, chance = Texts(seed=77), random.Random(77)
    for number in itertools.count():
        office = offices[number % len(offices)]
        body = orjson.dumps({"organisation": office.organisation, "events": _events(texts, chance, f"{run}-{number}")})
        yield signed_push(f"{run}-{number}", secret, body)


def signed_push(webhook_id: str, secret: bytes, body: bytes, vendor: str = NAME) -> bytes:
    """A whole request; the bytes that are signed are the bytes that are sent."""
    stamp = str(int(time.time()))
    mac = b64encode(hmac.digest(secret, f"{webhook_id}.{stamp}.".encode() + body, hashlib.sha256)).decode()
    head = (
        f"POST /v1/monitoring/{vendor}/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"webhook-id: {webhook_id}\r\nwebhook-timestamp: {stamp}\r\nwebhook-signature: v1,{mac}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _events(texts: Texts, chance: random.Random, mark: str) -> list[dict[str, Any]]:
    roots = POSTS // 2
    events = [_event(f"{mark}-{n}", str(texts.one()["body"])[:200], chance) for n in range(roots)]
    for n in range(POSTS // 3):
        root = events[chance.randrange(roots)]
        events.append(_event(f"{mark}-r{n}", f"转发微博//@某人:{root['text']}", chance) | {"root_id": root["id"]})
    while len(events) < POSTS:
        again = events[chance.randrange(roots)]
        events.append(again | {"metrics": _metrics(chance)})
    return events


def _event(id_: str, text: str, chance: random.Random) -> dict[str, Any]:
    return {
        "id": id_,
        "url": f"https://example.org/{id_}",
        "platform": chance.choice(PLATFORMS),
        "author_type": "person",
        "posted_at": datetime.now(UTC).isoformat(),
        "text": text,
        "metrics": _metrics(chance),
    }


def _metrics(chance: random.Random) -> dict[str, int]:
    return {name: chance.randrange(10_000) for name in ("reads", "comments", "reposts", "likes")}


async def push_on(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Pushed:
    """Each connection pushes again as soon as it was answered; one that was turned away waits a little."""
    lines = [await Connection.open(port) for _ in range(connections)]
    done, began = Pushed(), time.perf_counter()

    async def keep_on(line: Connection) -> None:
        while (sent := time.perf_counter()) < began + seconds:
            status, body = await line.send(next(requests))
            done.statuses[status] += 1
            if status == 202:
                done.latencies.append(time.perf_counter() - sent)
                answer = orjson.loads(body)
                done.posts += answer["accepted"] + answer["duplicates"]
            else:
                await asyncio.sleep(0.2)

    await asyncio.gather(*map(keep_on, lines))
    done.seconds = time.perf_counter() - began
    for line in lines:
        line.close()
    return done


async def measure_vendor(doors: Doors, offices: Sequence[Office], seconds: float, console: Console) -> list[Result]:
    """A vendor alone; the portal at a third of its capacity without and with it; and the portal's capacity without and with it."""
    supply = pushes(offices, await make_vendor(doors.product, offices), f"vendor-{time.time_ns()}")

    def ready() -> Iterator[bytes]:
        return iter(list(islice(supply, int(MOST_PUSHES * seconds))))

    async with held(doors.product, "intake alone"):
        alone = await push_on(doors.port, ready(), CONNECTIONS, seconds)
    await rest(doors.connection)
    console.print(f"vendor alone: {alone.rate:.0f} posts/s, {dict(alone.statuses)}")
    async with held(doors.product, "intake alone"):
        full = await closed_loop(doors.port, doors.prepared(int(4000 * seconds)), 48, seconds)
    await rest(doors.connection)
    async with held(doors.product, "intake alone"):
        requests, pushing = doors.prepared(int(4000 * seconds)), ready()
        _, full_beside = await asyncio.gather(
            push_on(doors.port, pushing, CONNECTIONS, seconds), closed_loop(doors.port, requests, 48, seconds)
        )
    await rest(doors.connection)
    rate = full.rate / 3
    without = await half_load(doors, "intake alone", rate, seconds)
    async with held(doors.product, "intake alone"):
        requests, pushing = doors.prepared(int(rate * seconds * 1.3) + 100), ready()
        beside, shot = await asyncio.gather(
            push_on(doors.port, pushing, CONNECTIONS, seconds), open_loop(doors.port, requests, rate, seconds)
        )
    await rest(doors.connection)
    console.print(
        f"portal {without.rate:.0f}/s p99 {without.percentile(0.99):.1f} ms alone, {shot.rate:.0f}/s p99 "
        f"{shot.percentile(0.99):.1f} ms beside {beside.rate:.0f} posts/s, {dict(beside.statuses)}"
    )
    return _results(alone, beside, (without, shot), (full, full_beside))


def _results(alone: Pushed, beside: Pushed, third: tuple[Shot, Shot], full: tuple[Shot, Shot]) -> list[Result]:
    without, shot = third
    ratio = shot.percentile(0.99) / max(without.percentile(0.99), 1e-9)
    refused = sum(each.refused for each in (*third, *full))
    return [
        rounds("vendor push, 100 posts a call, alone", [alone.rate], "posts/s", at_least=3000),
        rounds("vendor push p99", [1000 * max(alone.latencies, default=0.0)], "ms"),
        rounds("portal p99 at a third of its capacity", [without.percentile(0.99)], "ms"),
        rounds("portal p99 beside a vendor at full speed", [shot.percentile(0.99)], "ms"),
        rounds("portal p99 beside a vendor, to without", [ratio], "times", at_most=1.5),
        rounds(
            "portal p50 beside a vendor, to without",
            [shot.percentile(0.5) / max(without.percentile(0.5), 1e-9)],
            "times",
        ),
        rounds("posts meanwhile", [beside.rate], "posts/s"),
        rounds(
            "portal at full speed beside a vendor, to without", [full[1].rate / full[0].rate], "times", at_least=0.9
        ),
        rounds("portal's requests not answered 2xx beside a vendor", [float(refused)], "requests", at_most=0),
    ]
