"""What an incident costs among ten thousand, and among a million: the same work, in the same run, on the same database."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import asyncpg
from rich.console import Console

from tests.bench import flow
from tests.bench.load import closed_loop, open_loop
from tests.bench.product import Product
from tests.bench.results import Result, before_and_after
from tests.bench.seed import Seeder
from tests.bench.setup import Office
from tests.bench.stillness import rest

AT_MOST = 1.2
"""What it may cost more at the larger size."""


@dataclass(frozen=True, slots=True)
class Growth:
    """From how many incidents to how many; `bursts` of `seconds` at each, then as long at `rate` complaints a second."""

    sizes: tuple[int, int]
    bursts: int
    seconds: float
    rate: float


@dataclass(slots=True)
class Cost:
    """At one size: CPU ms an incident by process and by PostgreSQL pool, a value a burst; milliseconds at a given rate."""

    cpu: list[dict[str, float]] = field(default_factory=list)
    pools: list[dict[str, float]] = field(default_factory=list)
    visible: list[float] = field(default_factory=list)
    answer: dict[str, float] = field(default_factory=dict)
    way: dict[str, float] = field(default_factory=dict)

    def of(self, *names: str) -> list[float]:
        """CPU ms an incident of these processes together; all but the load's own where none is named."""
        return [
            sum(ms for name, ms in each.items() if (name in names if names else name != "generator"))
            for each in self.cpu
        ]


async def measure_growth(
    seeder: Seeder, product: Product, offices: list[Office], supply: Iterator[bytes], plan: Growth, console: Console
) -> list[Result]:
    """Seed, measure, seed on, measure again."""
    costs = []
    for size in plan.sizes:
        console.print(f"growth: to {size:,} incidents …")
        await seeder.fill(size, plan.sizes[-1])
        costs.append(await _cost(product, offices, supply, plan, console))
    few, many = costs
    names = sorted(
        {name for each in many.cpu for name in each} - {"generator"}, key=lambda name: -many.cpu[0].get(name, 0)
    )
    pools = sorted({name for each in many.pools for name in each}, key=lambda name: -many.pools[0].get(name, 0))
    place = f"at {plan.sizes[1]:,} incidents against {plan.sizes[0]:,}"
    return [
        before_and_after(f"CPU of an incident {place}", few.of(), many.of(), "ms", AT_MOST),
        *(before_and_after(f"CPU of an incident {place}: {name}", few.of(name), many.of(name), "ms") for name in names),
        *(
            before_and_after(
                f"CPU of an incident in PostgreSQL {place}: {name}",
                [each.get(name, 0.0) for each in few.pools],
                [each.get(name, 0.0) for each in many.pools],
                "ms",
            )
            for name in pools
        ),
        *(
            before_and_after(f"complaint {name} {place}", [few.answer[name]], [many.answer[name]], "ms")
            for name in many.answer
        ),
        *(before_and_after(f"end to end {name} {place}", [few.way[name]], [many.way[name]], "ms") for name in many.way),
        before_and_after(f"report to visible tasks {place}", few.visible, many.visible, "incidents/s"),
    ]


async def _cost(
    product: Product, offices: list[Office], supply: Iterator[bytes], plan: Growth, console: Console
) -> Cost:
    connection = await asyncpg.connect(product.database_url)
    cost = Cost()

    def prepared(rate: float) -> Iterator[bytes]:
        return iter(list(islice(supply, int(rate * plan.seconds) + 200)))

    try:
        await rest(connection)
        await closed_loop(product.port("intake"), prepared(1500), 16, 2.0)
        await rest(connection)
        for number in range(1, plan.bursts + 1):
            burst = await flow.sustained(product, connection, prepared(1500), seconds=plan.seconds, connections=16)
            cost.cpu.append(burst.processes)
            cost.pools.append(burst.pools)
            cost.visible.append(burst.visible_rate)
            console.print(
                f"burst {number}/{plan.bursts}: {cost.of()[-1]:.2f} ms CPU an incident, {burst.visible_rate:.0f}/s visible"
            )
        shot = await open_loop(product.port("intake"), prepared(plan.rate * 1.3), plan.rate, plan.seconds)
        cost.answer = {"p50": shot.percentile(0.5), "p99": shot.percentile(0.99)}
        await rest(connection)
        way = await flow.end_to_end(
            product, connection, prepared(plan.rate * 1.3), offices, rate=plan.rate, seconds=plan.seconds
        )
        cost.way = {"p50": flow.milliseconds(way.committed, 0.5), "p95": flow.milliseconds(way.committed, 0.95)}
        await rest(connection)
    finally:
        await connection.close()
    return cost
