"""What is measured, in which order, and what each number is judged by."""

import asyncio
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
from rich.console import Console

from tests.bench import cpu, flow, intake
from tests.bench.clocks import Clocks, measure_clocks
from tests.bench.floor import floor
from tests.bench.growth import Growth, measure_growth
from tests.bench.load import closed_loop, complaints
from tests.bench.overload import measure_overload
from tests.bench.product import RUNNER, SERVICES, Product
from tests.bench.results import Result, against_floor, rounds
from tests.bench.seed import Seeder
from tests.bench.setup import Office, make_offices
from tests.bench.stillness import rest
from tests.bench.storm import Storm, measure_storm
from tests.bench.templates import make_templates
from tests.bench.texts import Texts
from tests.bench.vendor import measure_vendor

FINISHED, AT_WORK = 48, 24
"""Templates: different incidents that are brought through the product, of which the many are made."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how often."""

    rounds: int
    seconds: float
    flow_rounds: int
    flow_seconds: float
    rate: float
    connections: int
    parts: frozenset[str]
    profile: bool
    growth: Growth
    clocks: Clocks
    storm: Storm
    victims: tuple[str, ...]


async def measure(product: Product, plan: Plan, console: Console) -> list[Result]:
    """Everything that the plan asks for, of a product that has just been started."""
    results: list[Result] = []
    if "start" in plan.parts:
        results += await measure_start(product, console)
    console.print("organisations, keys, accounts …")
    offices = await make_offices(product)
    supply = complaints(offices, Texts(seed=20_250), f"bench-{time.time_ns()}")
    connection = await asyncpg.connect(product.database_url)
    try:
        await rest(connection)
        async with floor(product.database_url, product.var / "log" / "floor.log") as floor_port:
            doors = intake.Doors(product, connection, floor_port, supply)
            await warm_up(doors, plan)
            results += await measure_doors(doors, plan, offices, console)
    finally:
        await connection.close()
    if plan.profile:
        product.stop()  # what comes after is not to be in the profile
        product.module = RUNNER
        product.start()
    if plan.parts & {"growth", "clocks"}:
        results += await measure_large(product, plan, offices, console)
    return results


async def measure_doors(doors: intake.Doors, plan: Plan, offices: Sequence[Office], console: Console) -> list[Result]:
    """What is measured through intake's door, beside the floor."""
    results: list[Result] = []
    if "intake" in plan.parts:
        results += await measure_intake(doors, plan, console)
    if "vendor" in plan.parts:
        results += await measure_vendor(doors, offices, plan.seconds, console)
    if "storm" in plan.parts:
        results += await measure_storm(doors, offices, plan.storm, console)
    if "overload" in plan.parts:
        results += await measure_overload(doors, offices, plan.seconds, console)
    if "flow" in plan.parts:
        if plan.profile:
            begin_profile(doors.product)
        results += await measure_flow(doors, plan, offices, console)
    return results


async def measure_large(product: Product, plan: Plan, offices: list[Office], console: Console) -> list[Result]:
    """What is measured among very many incidents, which are seeded for it."""
    supply = complaints(offices, Texts(seed=20_260), f"large-{time.time_ns()}")
    connection = await asyncpg.connect(product.database_url)
    try:
        templates = await make_templates(product, connection, offices, finished=FINISHED, at_work=AT_WORK)
    finally:
        await connection.close()
    seeder = Seeder(product, templates, offices, console.print)
    results: list[Result] = []
    if "growth" in plan.parts:
        results += await measure_growth(seeder, product, offices, supply, plan.growth, console)
    else:
        await seeder.fill(plan.clocks.tasks, plan.clocks.tasks, finished=0.0)
    if "clocks" in plan.parts:
        results += await measure_clocks(product, supply, plan.clocks, console)
    return results


async def measure_start(product: Product, console: Console) -> list[Result]:
    """Start once more, now that everything is set up, and weigh it at rest."""
    product.stop()
    seconds = product.start()
    console.print(f"started again in {seconds:.1f} s")
    await asyncio.sleep(4)
    connection = await asyncpg.connect(product.database_url)
    before = await cpu.read(product, connection)
    await asyncio.sleep(5)
    by_process, _ = cpu.spent(before, await cpu.read(product, connection))
    await connection.close()
    memory = cpu.idle_memory(product)
    return [
        rounds("start to ready", [seconds], "s", at_most=6),
        rounds("memory idle (PSS), whole product", [sum(memory.values())], "MB", at_most=500),
        *(rounds(f"memory idle (PSS): {name}", [size], "MB") for name, size in sorted(memory.items())),
        *(
            rounds(f"CPU idle: {name}", [value * 200], "ms/s")
            for name, value in sorted(by_process.items(), key=lambda each: -each[1])
            if name != "generator"
        ),
    ]


async def warm_up(doors: intake.Doors, plan: Plan) -> None:
    """Statement caches, indexes and the floor's imports belong to no round."""
    for port in (doors.floor_port, doors.port):
        await closed_loop(port, doors.prepared(3000), plan.connections, 1.0)
    await rest(doors.connection)


async def measure_intake(doors: intake.Doors, plan: Plan, console: Console) -> list[Result]:
    """Complaints a second against the floor, and p99 at half of that."""
    found = await intake.alternate(
        doors, rounds=plan.rounds, seconds=plan.seconds, connections=plan.connections, say=console.print
    )
    results = [rounds("floor: bare insert", found.floor, "requests/s")]
    for mode in intake.MODES:
        rate = against_floor(f"complaints kept, {mode}", found.product[mode], found.floor, "requests/s", 0.5)
        shot = await intake.half_load(doors, mode, rate.value / 2, plan.seconds)
        found.refused += shot.refused
        console.print(f"half load, {mode}: {shot.rate:.0f}/s, p50 {shot.percentile(0.5):.1f} ms")
        p99 = rounds(f"complaint p99 at half that load, {mode}", [shot.percentile(0.99)], "ms", at_most=25)
        results += [rate, p99]
    return [
        *results,
        rounds("complaints not answered 2xx", [float(found.refused)], "requests", at_most=0),
        *_parts("CPU of a complaint, intake alone", found.cpu),
    ]


async def measure_flow(doors: intake.Doors, plan: Plan, offices: Sequence[Office], console: Console) -> list[Result]:
    """The way to the boards: sustained, and end to end at half load."""
    bursts: list[flow.Sustained] = []
    for number in range(1, plan.flow_rounds + 1):
        requests = doors.prepared(int(1500 * plan.flow_seconds))
        burst = await flow.sustained(
            doors.product, doors.connection, requests, seconds=plan.flow_seconds, connections=plan.connections
        )
        bursts.append(burst)
        console.print(
            f"burst {number}/{plan.flow_rounds}: {burst.incidents} incidents accepted at {burst.accepted_rate:.0f}/s, "
            f"all visible at {burst.visible_rate:.0f}/s"
        )
    requests = doors.prepared(int(plan.rate * plan.flow_seconds * 1.3) + 100)
    way = await flow.end_to_end(
        doors.product, doors.connection, requests, offices, rate=plan.rate, seconds=plan.flow_seconds
    )
    await rest(doors.connection)
    return [
        rounds(
            "report to visible tasks, sustained", [each.visible_rate for each in bursts], "incidents/s", at_least=300
        ),
        rounds("end to end p95 at half load", [flow.milliseconds(way.committed, 0.95)], "ms", at_most=300),
        rounds("end to end p50 at half load", [flow.milliseconds(way.committed, 0.5)], "ms"),
        rounds("end to end p99 at half load", [flow.milliseconds(way.committed, 0.99)], "ms"),
        rounds("end to end p95 over HTTP, sampled", [flow.milliseconds(way.shown, 0.95)], "ms"),
        rounds("half load", [way.answered.rate], "incidents/s"),
        rounds("complaints accepted meanwhile", [each.accepted_rate for each in bursts], "requests/s"),
        rounds("tasks of an incident", [each.tasks_each for each in bursts], "tasks"),
        rounds("CPU of an incident: all", [sum(each.processes.values()) for each in bursts], "ms"),
        *_parts("CPU of an incident", [each.processes for each in bursts]),
        *_parts("CPU of an incident, in PostgreSQL", [each.pools for each in bursts]),
    ]


def _parts(title: str, spent: Sequence[dict[str, float]]) -> list[Result]:
    names = sorted({name for each in spent for name in each}, key=lambda name: -spent[0].get(name, 0.0))
    return [rounds(f"{title}: {name}", [each.get(name, 0.0) for each in spent], "ms") for name in names]


def begin_profile(product: Product) -> None:
    """Let the samplers forget the start."""
    for name, process in product.processes().items():
        if name in SERVICES:
            process.send_signal(signal.SIGUSR1)
