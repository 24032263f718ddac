"""`python -m tests.chaos`: everything fails while complaints come in; then everything is counted. What `make chaos` calls."""

import argparse
import asyncio
import random
import sys
import time
from pathlib import Path

from rich.console import Console

from deploy.local.errors import StartError
from tests.bench.product import ROOT
from tests.chaos.outcome import Outcome
from tests.chaos.plan import BY_NAME, OUTAGE
from tests.chaos.rounds import Wish, run
from tests.chaos.stage import Stage, clear, own_broker, staged

EXAMPLES = """examples:
  python -m tests.chaos                        210 faults of every kind under 40 complaints/s, into var/chaos.json
  python -m tests.chaos --quick --replicas 1   a short round, under a minute
  python -m tests.chaos --seed 4711            the same faults in the same order as a run that printed this seed
  python -m tests.chaos --faults 30 --kind kill --kind full-disk     these only
  python -m deploy.kafka run python -m tests.chaos      on three nodes of Apache Kafka

It starts a product of its own and removes it afterwards, unless something was lost: then the folder stays for whoever looks.
As root the folder is a tmpfs for the time of the run, so that it can be full. With a C compiler the clock can step.
Exit status 0: nothing lost, doubled, missed or broken. 1: something was.
"""


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos",
        description="kills, cuts, delays, outages, full disks, clock steps, rolling restarts under load; then an account.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--faults", type=int, default=210, help="how many, about (default: 210)")
    parser.add_argument("--kind", choices=BY_NAME, action="append", help="of this kind only; may be repeated")
    parser.add_argument(
        "--outage", type=float, default=300.0, help="seconds of the long broker outage (default: 300; 0: none)"
    )
    parser.add_argument("--quick", action="store_true", help="each process and each brief kind once")
    parser.add_argument("--replicas", type=int, default=2, help="processes of each service (default: 2)")
    parser.add_argument("--rate", type=float, default=40.0, help="complaints a second (default: 40)")
    parser.add_argument("--seed", type=int, help="of order, gaps and texts (default: a new one, printed)")
    parser.add_argument("--var", type=Path, default=ROOT / "var" / "chaos", help="the product's folder, emptied first")
    parser.add_argument("--port-base", type=int, default=9400, help="first of its five ports (default: 9400)")
    parser.add_argument("--output", type=Path, default=ROOT / "var" / "chaos.json", help="where the account goes")
    parser.add_argument("--keep", action="store_true", help="leave the product's folder with its logs")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Run, say, write."""
    given = parse(arguments)
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(10**6)
    kinds = tuple(given.kind or BY_NAME)
    wish = Wish(seed, given.rate, given.faults, kinds, given.outage if OUTAGE in kinds else 0.0, given.quick)
    console.print(
        f"seed {seed}: {given.replicas} processes of each service, {given.rate:g} complaints/s, "
        f"{'the embedded broker' if own_broker() else 'Apache Kafka'}"
    )
    began = time.monotonic()
    try:
        with staged(given.var.resolve(), given.port_base, given.replicas, console.print) as stage:
            outcome = asyncio.run(run(stage, wish, console))
    except StartError as error:
        console.print(f"[red]{error}[/]")
        return 1
    except KeyboardInterrupt:
        return 130
    outcome.figures["seconds"] = round(time.monotonic() - began)
    outcome.write(given.output)
    return _say(stage, outcome, given, console)


def _say(stage: Stage, outcome: Outcome, given: argparse.Namespace, console: Console) -> int:
    for finding in outcome.findings:
        console.print(str(finding), style="red", markup=False)
    if outcome.findings or given.keep:
        if stage.disk is not None:
            stage.disk.keep()
        console.print(f"the product's folder stays: {stage.product.var}")
    else:
        clear(stage)
    if outcome.findings:
        return 1
    for note in outcome.notes:
        console.print(f"[bold yellow]{note}[/]")
    console.print(
        f"[green]{sum(outcome.faults.values())} faults: nothing lost, nothing doubled, no clock missed[/] "
        f"in {outcome.figures['seconds']} s, seed {outcome.seed}; {given.output}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
