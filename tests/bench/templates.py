"""A few incidents brought to every stage of their lives through the public interfaces: what `seed` makes a million of.

Each stage is done for all of them at once, then the product is left to come to rest; so the rows are exactly what the product
writes, events and hashes included.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

import aiohttp
import orjson

from shared.secrets import load_secrets
from tests.bench.load import complaints
from tests.bench.product import Product
from tests.bench.setup import RULEBOOKS, Office, SetupFailedError, roles_of, sign_in
from tests.bench.stillness import Connection, rest
from tests.bench.texts import Texts
from tests.bench.wire import Connection as Line

OPEN_STAGES = 3
"""Stages at which an incident that is not finished may stand: reported, graded, worked on."""
AT_ONCE = 6
CLERKS = 5
TRIES = 5
ANSWER = "经核实，反映的情况属实，已责成有关单位整改并向当事人说明，整改结果在本单位网站公布。感谢监督。"
TURN = {"reason": "办理完毕"}


class OvertakenError(SetupFailedError):
    """A step was refused with 409 time and again."""


@dataclass(frozen=True, slots=True)
class Templates:
    """Incidents whose whole way is behind them, and incidents at work."""

    finished: list[UUID]
    at_work: list[UUID]

    @property
    def all(self) -> list[UUID]:
        """Both."""
        return self.finished + self.at_work


@dataclass(frozen=True, slots=True)
class Case:
    """One incident and the headers of some members of its organisation's staff, who hold every post each."""

    incident: UUID
    staff: Sequence[dict[str, str]]


class Clerk:
    """Does with incidents what staff does."""

    def __init__(self, session: aiohttp.ClientSession, product: Product) -> None:
        self._session = session
        self._product = product

    async def call(self, method: str, place: str, header: dict[str, str], body: dict[str, Any] | None = None) -> Any:
        """A call to `service:path`. Raises `SetupFailedError` where it is refused."""
        service, _, path = place.partition(":")
        url = self._product.url(service) + path
        for again in range(TRIES):
            async with self._session.request(method, url, json=body, headers=header) as response:
                if response.status < 300:
                    return await response.json()
                said = f"{method} {place} answered {response.status} {(await response.text())[:300]}"
                if response.status != HTTPStatus.CONFLICT:
                    raise SetupFailedError(said)
            await asyncio.sleep(0.05 * 2**again)  # what the last step brought about still goes on
        raise OvertakenError(said)

    async def grade(self, case: Case) -> None:
        """Approve what is proposed, or the first level where nothing is."""
        path = f"grading:/v1/gradings/{case.incident}"
        standing = await self.call("GET", path, case.staff[0])
        level = standing["proposal"] or standing["levels"][0]["id"]
        await self.call("POST", f"{path}/approve", case.staff[0], {"level": level, "reason": "核实"})

    async def work(self, case: Case) -> None:
        """Claim and hand in what stands on the board."""
        page = await self.call("GET", f"tasks:/v1/tasks?incident_id={case.incident}&state=open", case.staff[0])
        for item in page["items"]:
            task = await self.call("GET", f"tasks:/v1/tasks/{item['id']}", case.staff[0])
            if task["desk"] != "tasks":
                continue
            content = {"hand_in": dict.fromkeys(task["hand_in"], "见附件一")}
            with suppress(OvertakenError):  # another hand-in may have made this one needless
                await self.call("POST", f"tasks:/v1/tasks/{item['id']}/claim", case.staff[0], {})
                await self.call("POST", f"tasks:/v1/tasks/{item['id']}/complete", case.staff[0], content)

    async def answer(self, case: Case) -> None:
        """Draft, have it signed by as many as it takes, release."""
        author, *signers = case.staff
        draft = {"incident_id": str(case.incident), "channel": "weibo", "text": ANSWER}
        made = await self.call("POST", "publishing:/v1/responses", author, draft)
        place = f"publishing:/v1/responses/{made['id']}"
        signed = await self.call("POST", f"{place}/submit", author)
        turn = 0
        while signed["waiting_for"]:
            role = signed["waiting_for"][0]
            signed = await self.call("POST", f"{place}/approve", signers[turn % len(signers)], {"role": role})
            turn += 1
        await self.call("POST", f"{place}/lease", author)
        seal = {"url": f"https://weibo.com/1/{made['id']}", "content_sha256": signed["content_sha256"]}
        await self.call("POST", f"{place}/releases", author, {"channel": "weibo", **seal})

    async def close(self, case: Case) -> None:
        """Calm, then closed."""
        for turn in ("calm", "close"):
            await self.call("POST", f"grading:/v1/incidents/{case.incident}/{turn}", case.staff[0], TURN)


async def make_templates(
    product: Product, connection: Connection, offices: Sequence[Office], *, finished: int, at_work: int, seed: int = 77
) -> Templates:
    """So many of each. Raises `SetupFailedError` where the product refuses a step."""
    async with aiohttp.ClientSession() as session:
        staff = [await _staff(session, product, office) for office in offices]
        requests = complaints(offices, Texts(seed), secrets.token_hex(8))
        cases = await _report(product, staff, requests, finished + at_work)
        clerk = Clerk(session, product)
        stages = (clerk.grade, clerk.work, clerk.answer, clerk.close)
        for number, stage in enumerate(stages, start=1):
            await rest(connection)
            reached = cases[:finished] if number >= OPEN_STAGES else cases[: finished + at_work * (3 - number) // 3]
            await _each(reached, stage)
        await rest(connection)
    ids = [case.incident for case in cases]
    return Templates(ids[:finished], ids[finished:])


async def _each(cases: Sequence[Case], stage: Callable[[Case], Awaitable[None]]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(case: Case) -> None:
        async with gate:
            await stage(case)

    await asyncio.gather(*map(one, cases))


async def _report(
    product: Product, staff: Sequence[list[dict[str, str]]], requests: Iterator[bytes], count: int
) -> list[Case]:
    line = await Line.open(product.port("intake"))
    cases = []
    for number in range(count):
        status, body = await line.send(next(requests))
        if status != HTTPStatus.CREATED:
            raise SetupFailedError(f"a template's complaint was answered {status}")
        cases.append(Case(UUID(orjson.loads(body)["incident_id"]), staff[number % len(staff)]))
    line.close()
    return cases


async def _staff(session: aiohttp.ClientSession, product: Product, office: Office) -> list[dict[str, str]]:
    """Members of staff: whoever signs an answer signs once, and not their own."""
    login, password = load_secrets(product.var / "secrets").admin
    admin = {"Authorization": f"Bearer {await sign_in(session, product, login, password)}"}
    rulebook = next(name for name in RULEBOOKS if office.organisation == f"bench-{name.split('-', maxsplit=1)[0]}")
    headers: list[dict[str, str]] = []
    clerk = Clerk(session, product)
    for number in range(CLERKS):
        name, secret = f"{office.organisation}.clerk{number}-{secrets.token_hex(3)}", secrets.token_urlsafe(12)
        account = {
            "login": name,
            "password": secret,
            "display_name": f"经办人{number}",
            "roles": [*roles_of(rulebook), "publisher"],
            "organisation_id": office.organisation,
        }
        await clerk.call("POST", "console:/v1/accounts", admin, account)
        token = await sign_in(session, product, name, secret)
        headers.append({"Authorization": f"Bearer {token}"})
    return headers
