"""The door: who is turned away is told when to come again, unread and nowhere kept; others are let through."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from starlette.types import Message, Receive, Scope, Send

from services.intake.domain.admission import Bound
from services.intake.entry.door import SENDER, Door
from services.intake.usecases.admission import SHED, Admission
from shared.telemetry import counter, exposition

COMPLAINTS = "/v1/complaints"


class House:
    """An app that lets every key through, reads, and answers when the gate opens; a bound of eight at the portal, one for vendors."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.present = 100.0
        self.served: list[str] = []
        self.portal = Admission("portal", Bound(0.1, least=2, most=8), lambda: self.present, lambda most: most)
        self.vendor = Admission("vendor", Bound(1.0, least=1, most=1), lambda: self.present, lambda most: most)
        self.door = Door(self.app, portal=self.portal, vendor=self.vendor)
        self.reads = 0

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        if headers.get(b"x-api-key") != b"wrong":
            scope[SENDER] = (headers.get(b"x-api-key") or scope["path"].encode()).decode()
        await receive()
        self.served.append(scope["path"])
        await self.gate.wait()
        if headers.get(b"x-api-key") == b"failing":
            raise OSError("the disk")
        await send({"type": "http.response.start", "status": 201, "headers": []})
        await send({"type": "http.response.body"})

    async def call(self, key: str, path: str = COMPLAINTS, method: str = "POST") -> tuple[int, dict[str, str], Any]:
        """Status, headers and problem of one request."""
        said: list[Message] = []

        async def receive() -> Message:
            self.reads += 1
            return {"type": "http.request", "body": b"{}"}

        async def send(message: Message) -> None:
            said.append(message)

        shown = [(b"x-api-key", key.encode()), (b"authorization", f"Bearer {key}".encode())]
        scope: Scope = {"type": "http", "method": method, "path": path, "headers": shown, "query_string": b""}
        await self.door(scope, receive, send)
        body = b"".join(each.get("body", b"") for each in said)
        headers = {name.decode(): value.decode() for name, value in said[0]["headers"]}
        return said[0]["status"], headers, orjson.loads(body) if body else None

    async def known(self, *keys: str) -> None:
        """Let these be served once, so that the door knows them."""
        self.gate.set()
        for key in keys:
            await self.call(key)
        self.gate.clear()
        self.reads = 0

    async def fill(self, key: str, count: int) -> list["asyncio.Task[tuple[int, dict[str, str], Any]]"]:
        """So many at once; those that are let in stay until the gate opens."""
        tasks = [asyncio.create_task(self.call(key)) for _ in range(count)]
        await asyncio.sleep(0)
        return tasks


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = House()
    yield made
    made.gate.set()
    while made.portal.under_way or made.vendor.under_way:
        await asyncio.sleep(0)


async def test_beyond_the_bound_requests_are_turned_away_unread(house: House) -> None:
    await house.known("noisy")
    tasks = await house.fill("noisy", 20)
    refused = [task.result() for task in tasks if task.done()]
    assert house.reads == 8
    assert [status for status, _, _ in refused] == [429] * 12
    _, headers, problem = refused[0]
    assert headers["content-type"] == "application/problem+json"
    assert headers["retry-after"] == "1"
    assert problem["type"] == "urn:huiying:problem:throttled"
    assert len(problem["trace_id"]) == 32
    house.gate.set()
    assert sum(status == 201 for status, _, _ in await asyncio.gather(*tasks)) == 8
    assert house.portal.under_way == 0


async def test_a_noisy_key_does_not_shed_the_others(house: House) -> None:
    await house.known("noisy", "quiet")
    await house.fill("noisy", 20)
    (quiet,) = await house.fill("quiet", 1)
    assert not quiet.done()
    assert house.reads == 9


async def test_keys_that_no_gate_let_through_share_one_place(house: House) -> None:
    house.gate.set()
    for _ in range(3):
        await house.call("wrong")
    house.gate.clear()
    await house.known("noisy", "quiet")
    await house.fill("noisy", 20)
    strangers = [await house.fill(f"never seen {number}", 1) for number in range(9)]
    assert sum(not task.done() for (task,) in strangers) == 8 // 2
    (quiet,) = await house.fill("quiet", 1)
    assert not quiet.done()


async def test_a_repetition_with_its_key_is_let_in_as_anything_else(house: House) -> None:
    await house.known("portal")
    tasks = await house.fill("portal", 9)
    assert [task.result()[0] for task in tasks if task.done()] == [429]
    house.gate.set()
    await asyncio.gather(*tasks)
    assert (await house.call("portal"))[0] == 201


async def test_a_request_that_fails_gives_its_place_back(house: House) -> None:
    house.gate.set()
    for _ in range(20):
        with pytest.raises(OSError, match="the disk"):
            await house.call("failing")
    assert house.portal.under_way == 0


async def test_patrol_entries_share_the_portal_s_queue_and_pushes_have_their_own(house: House) -> None:
    await house.known("noisy")
    await house.fill("noisy", 8)
    push = "/v1/monitoring/v/events"
    first = asyncio.create_task(house.call("", push))
    await asyncio.sleep(0)
    assert not first.done()
    assert (await house.call("", push))[0] == 429
    entry = asyncio.create_task(house.call("staff", "/v1/patrol-entries"))
    await asyncio.sleep(0)
    assert house.portal.under_way == 9
    for method, path in (("GET", COMPLAINTS), ("POST", "/v1/keys"), ("POST", "/v1/monitoring/v"), ("PUT", COMPLAINTS)):
        asyncio.get_running_loop().call_soon(house.gate.set)
        assert (await house.call("", path, method))[0] == 201
    await asyncio.gather(first, entry)


async def test_what_was_shed_and_what_waits_is_counted(house: House) -> None:
    await house.known("noisy")
    before = counter(*SHED).labels("portal", "waiting")._value.get()
    await house.fill("noisy", 11)
    assert counter(*SHED).labels("portal", "waiting")._value.get() == before + 3
    house.portal.waited([0.02])
    told = exposition().decode()
    assert 'huiying_intake_waiting{queue="portal"} 8.0' in told
    assert 'huiying_intake_wait_seconds_count{queue="portal"}' in told


async def test_waits_above_the_target_make_room_for_fewer(house: House) -> None:
    await house.known("noisy")
    await house.fill("noisy", 8)
    for _ in range(10):
        house.present += 0.2
        house.portal.waited([0.5])
    house.gate.set()
    await asyncio.sleep(0)
    house.gate.clear()
    tasks = await house.fill("noisy", 8)
    assert sum(task.done() for task in tasks) == 6
