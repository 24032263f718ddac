"""`python -m tests.bench`: the numbers to reach, each beside its floor. What `make bench` calls."""

import argparse
import sys
from pathlib import Path

import uvloop
from rich.console import Console

from deploy.local.errors import StartError
from tests.bench import hotspots, picture
from tests.bench.clocks import Clocks
from tests.bench.engine import measure_engine
from tests.bench.growth import Growth
from tests.bench.likeness import measure_likeness
from tests.bench.measure import Plan, measure
from tests.bench.product import ROOT, RUNNER, Product, running
from tests.bench.replicas import OPTIONS, measure_replicas
from tests.bench.results import show, write
from tests.bench.storm import Storm

EXAMPLES = """examples:
  python -m tests.bench                 about twenty minutes, into var/bench.json and var/bench.svg
  python -m tests.bench --quick         about four minutes, among fewer incidents; for comparing, not for the record
  python -m tests.bench --only engine   the rulebook engine by itself, in seconds
  python -m tests.bench --only likeness suggestions among 100,000 matters by themselves, in two minutes
  python -m tests.bench --only flow     from a report to visible tasks, and who spends the CPU
  python -m tests.bench --only flow --profile    and where in each service: var/bench/profile/summary.txt
  python -m tests.bench --only growth   the same work among 10,000 and among 1,000,000 incidents; needs 25 GB of disk for a while
  python -m deploy.kafka run python -m tests.bench --only replicas     on Apache Kafka

It starts a product of its own (durable PostgreSQL, no sample), on its own ports, and removes it afterwards. Run it on a quiet
machine: whatever else computes is measured too.
"""
PARTS = ("engine", "likeness", "start", "intake", "vendor", "storm", "overload", "flow", "growth", "clocks", "replicas")
WITHOUT_PRODUCT = {"engine", "likeness"}
OWN_PRODUCT = {"replicas"}
PROFILED = "tests.bench.profiled"


def parse(arguments: list[str]) -> tuple[argparse.Namespace, Plan]:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="What the product achieves on this machine, each number beside its floor.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="short rounds, and one of each")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part only; may be repeated")
    parser.add_argument("--profile", action="store_true", help="sample the services' stacks; costs about 1 %%")
    parser.add_argument("--rate", type=float, default=150.0, help="half load of the way, complaints/s (default: 150)")
    parser.add_argument(
        "--beside", type=float, default=100.0, help="complaints/s beside a thousand clocks (default: 100)"
    )
    parser.add_argument("--incidents", type=int, help="the larger size of growth (default: 1000000, quick 100000)")
    parser.add_argument(
        "--connections",
        type=int,
        default=24,
        help="connections at full speed (default: 24; with many more some are told 429)",
    )
    parser.add_argument("--var", type=Path, default=ROOT / "var" / "bench", help="the product's folder, emptied first")
    parser.add_argument("--port-base", type=int, default=9300, help="first of its five ports (default: 9300)")
    parser.add_argument("--output", type=Path, default=ROOT / "var" / "bench.json", help="where the results go")
    parser.add_argument("--keep", action="store_true", help="leave the product's folder with its logs")
    given = parser.parse_args(arguments)
    return given, _plan(given)


def _plan(given: argparse.Namespace) -> Plan:
    quick: bool = given.quick
    most = given.incidents or (100_000 if quick else 1_000_000)
    return Plan(
        rounds=1 if quick else 3,
        seconds=4.0 if quick else 8.0,
        flow_rounds=1 if quick else 3,
        flow_seconds=6.0 if quick else 12.0,
        rate=given.rate,
        connections=given.connections,
        parts=frozenset(given.only or PARTS),
        profile=given.profile,
        growth=Growth(
            sizes=(most // 100, most), bursts=1 if quick else 3, seconds=5.0 if quick else 8.0, rate=given.rate / 3
        ),
        clocks=Clocks(
            pending=most,
            per_second=1000,
            seconds=6.0 if quick else 20.0,
            beside=(0.0,) if quick else (0.0, given.beside),
        ),
        # Ten minutes' worth of a storm in a fraction of the time.
        storm=Storm(*((5_000, 10.0) if quick else (50_000, 100.0)), beside=given.beside),
        victims=("tasks",) if quick else ("grading", "grading-2", "tasks", "tasks-2"),
    )


def main(arguments: list[str]) -> int:
    """Measure, show, write; the exit status is 1 where something did not work, whatever the numbers are."""
    given, plan = parse(arguments)
    console = Console(width=None if sys.stdout.isatty() else 150)  # tables in a log are not to be folded
    results = measure_engine(500 if given.quick else 3000) if "engine" in plan.parts else []
    results += measure_likeness(20_000 if given.quick else 100_000) if "likeness" in plan.parts else []
    product = Product(given.var.resolve(), given.port_base, PROFILED if plan.profile else RUNNER)
    try:
        if plan.parts - WITHOUT_PRODUCT - OWN_PRODUCT:
            with running(product, keep=given.keep or plan.profile, say=console.print):
                results += uvloop.run(measure(product, plan, console))
        if "replicas" in plan.parts:
            doubled = Product(product.var.with_name("bench-replicas"), given.port_base, options=OPTIONS)
            with running(doubled, keep=given.keep, say=console.print):
                results += uvloop.run(measure_replicas(doubled, plan.victims, console))
    except StartError as error:
        console.print(f"[red]{error}[/]")
        return 1
    except KeyboardInterrupt:
        return 130
    show(console, results)
    write(given.output, results)
    picture.write(given.output.with_suffix(".svg"), results)
    console.print(f"written to {given.output}, as a picture to {given.output.with_suffix('.svg')}")
    if plan.profile and "flow" in plan.parts:
        for line in hotspots.write(product.var / "profile", [(each.name, each.value) for each in results]):
            console.print(line, highlight=False, markup=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
