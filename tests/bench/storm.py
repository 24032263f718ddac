"""A storm: one post spread tens of thousands of times, and what that does to its incident's events and to the complaints beside."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

import orjson
from rich.console import Console

from tests.bench.intake import Doors, half_load, held
from tests.bench.load import open_loop
from tests.bench.results import Result, rounds
from tests.bench.setup import Office
from tests.bench.stillness import Connection as Database
from tests.bench.stillness import rest
from tests.bench.vendor import NAME, Pushed, make_vendor, signed_push
from tests.bench.wire import Connection

CONNECTIONS = 4
A_CALL = 100
ROOT = "storm-root"
TEXT = "某小区停水三天无人处理,市民多次拨打热线未果,老人取水困难,网友纷纷转发希望有关部门尽快恢复供水并说明原因。"


@dataclass(frozen=True, slots=True)
class Storm:
    """How many reposts, over how many seconds, beside how many complaints a second."""

    reposts: int
    seconds: float
    beside: float


@dataclass(frozen=True, slots=True)
class Said:
    """What intake holds of the storm, and what it has said of it."""

    incidents: int
    reports: int
    comments: int
    events: int
    closest: float
    """Seconds between two of its events, at least."""
    last_true: bool


async def measure_storm(doors: Doors, offices: Sequence[Office], storm: Storm, console: Console) -> list[Result]:
    """Complaints alone, then beside the storm; then whether the storm was one incident, how often it spoke, and its last word."""
    run, office = f"storm-{time.time_ns()}", offices[0]
    secret = await make_vendor(doors.product, offices, name=f"{NAME}-storm")
    calls = [
        signed_push(f"{run}-{number}", secret, _body(office.organisation, run, number), f"{NAME}-storm")
        for number in range(storm.reposts // A_CALL + 1)
    ]
    without = await half_load(doors, "intake alone", storm.beside, min(storm.seconds, 20.0))
    async with held(doors.product, "intake alone"):
        requests = doors.prepared(int(storm.beside * storm.seconds * 1.3) + 100)
        pushed, beside = await asyncio.gather(
            _push(doors.port, calls, storm.seconds), open_loop(doors.port, requests, storm.beside, storm.seconds)
        )
    await rest(doors.connection)
    said = await _said(doors.connection, run)
    console.print(
        f"storm: {pushed.posts} posts at {pushed.rate:.0f}/s {dict(pushed.statuses)}, {said.incidents} incident of {said.reports} "
        f"reports, {said.events} events, no two within {said.closest:.2f} s, last state said: {said.last_true}; complaints p99 "
        f"{without.percentile(0.99):.1f} ms alone, {beside.percentile(0.99):.1f} ms beside"
    )
    ratio = beside.percentile(0.99) / max(without.percentile(0.99), 1e-9)
    return [
        rounds("storm: posts pushed", [pushed.rate], "posts/s", at_least=0.95 * storm.reposts / storm.seconds),
        rounds("storm: incidents of it", [float(said.incidents)], "incidents", at_most=1),
        rounds("storm: posts kept short of those accepted", [float(pushed.posts - said.reports)], "posts", at_most=0),
        rounds("storm: events a second", [said.events / max(pushed.seconds, 1e-9)], "events/s", at_most=1),
        rounds("storm: least between two events", [said.closest], "s", at_least=1),
        rounds("storm: last state not said", [float(not said.last_true)], "events", at_most=0),
        rounds("storm: complaint p99 alone", [without.percentile(0.99)], "ms"),
        rounds("storm: complaint p99 beside", [beside.percentile(0.99)], "ms"),
        rounds("storm: complaint p99 beside, to alone", [ratio], "times", at_most=1.5),
        rounds(
            "storm: requests not answered 2xx", [float(without.refused + beside.refused + _refused(pushed))], "requests"
        ),
    ]


def _refused(pushed: Pushed) -> int:
    return sum(count for status, count in pushed.statuses.items() if status != 202)


def _body(organisation: str, run: str, call: int) -> bytes:
    """The first call brings the root alone, every other a hundred reposts of it."""
    numbers = range(1 + (call - 1) * A_CALL, 1 + call * A_CALL) if call else range(1)
    return orjson.dumps({"organisation": organisation, "events": [_post(run, number) for number in numbers]})


def _post(run: str, number: int) -> dict[str, Any]:
    root = f"{run}-0"
    post = {
        "id": f"{run}-{number}",
        "url": f"https://example.org/{run}/{number}",
        "platform": ("weibo", "douyin")[number % 2],
        "author_type": "person",
        "posted_at": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime()),
        "text": TEXT if number == 0 else ("转发微博", f"转发微博//@某人:{TEXT}", "太过分了")[number % 3],
        "metrics": {"reads": 10 + number % 7, "comments": 1, "reposts": 0, "likes": number % 3},
    }
    return post if number == 0 else {**post, "root_id": root}


async def _push(port: int, calls: Sequence[bytes], seconds: float) -> Pushed:
    """The calls at even distances; one that is told to wait comes again."""
    idle: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        idle.put_nowait(await Connection.open(port))
    done, began = Pushed(), time.perf_counter()

    async def send(whole: bytes) -> None:
        line = await idle.get()
        while True:
            status, body = await line.send(whole)
            done.statuses[status] += 1
            if status == 202:
                answer = orjson.loads(body)
                done.posts += answer["accepted"] + answer["duplicates"]
                break
            await asyncio.sleep(0.2)
        idle.put_nowait(line)

    await send(calls[0])
    async with asyncio.TaskGroup() as sending:
        for number, whole in enumerate(calls[1:]):
            await asyncio.sleep(max(0.0, began + number * seconds / len(calls) - time.perf_counter()))
            sending.create_task(send(whole))
    done.seconds = time.perf_counter() - began
    while not idle.empty():
        idle.get_nowait().close()
    return done


async def _said(connection: Database, run: str) -> Said:
    """Wait until it owes nothing (the speaker's second), then look."""
    ids = await connection.fetch(
        "SELECT incident_id, count(*) AS reports FROM intake.reports WHERE external_id LIKE $1 GROUP BY 1 ORDER BY 2 DESC",
        f"{run}-%",
    )
    storm: UUID = ids[0]["incident_id"]
    async with asyncio.timeout(10):
        while await connection.fetchval("SELECT unsaid FROM intake.incidents WHERE incident_id = $1", storm):
            await asyncio.sleep(0.1)
    await rest(connection)
    row = await connection.fetchrow("SELECT reports, comments FROM intake.incidents WHERE incident_id = $1", storm)
    assert row is not None
    events = await connection.fetch(
        "SELECT time, data FROM intake.journal WHERE subject = $1 AND type = 'incident.changed.v1' ORDER BY position",
        storm,
    )
    gaps = [(two["time"] - one["time"]).total_seconds() for one, two in pairwise(events)]
    last = orjson.loads(events[-1]["data"])
    return Said(
        incidents=len(ids),
        reports=sum(each["reports"] for each in ids),
        comments=row["comments"],
        events=len(events),
        closest=min(gaps, default=float("inf")),
        last_true=(last["reports"], last["spread"]["comments"]) == (row["reports"], row["comments"]),
    )
