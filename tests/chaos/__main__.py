"""`python -m tests.chaos`: kill everything while complaints come in, then count. What `make chaos` calls."""

import argparse
import asyncio
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.local.errors import StartError
from tests.bench.product import ROOT, Product, running
from tests.bench.setup import make_offices
from tests.bench.stillness import RestlessError, rest
from tests.chaos.accounts import check_accounts
from tests.chaos.clocks import check_clocks, past
from tests.chaos.faults import EVERYONE, Fault, NotBackError, inflict, move_office_time, plan
from tests.chaos.findings import Finding, total
from tests.chaos.journals import check_journals
from tests.chaos.officials import Officials
from tests.chaos.orders import read_orders
from tests.chaos.portal import Portal

EXAMPLES = """examples:
  python -m tests.chaos                        ten kills of each process under 50 complaints/s, into var/chaos.json
  python -m tests.chaos --rounds 1 --rate 30   a short round, about a minute
  python -m tests.chaos --seed 4711            the same faults in the same order as a run that printed this seed
  python -m tests.chaos --target broker --target postgres     these only

It starts a product of its own and removes it afterwards, unless something was lost: then the folder stays for whoever looks.
Exit status 0: nothing lost, doubled, missed or broken. 1: something was.
"""
OFFICE_MOVES = timedelta(hours=3)
"""Half way office time goes forward so far: duties of one hour from discovery come due all at once, under faults."""
QUIET_WITHIN = 180.0
SAY_EVERY = 5.0
CLOCKS_WITHIN = 60.0
TOLD_WITHIN = 120.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is written to `chaos.json`, and what was found."""

    faults: Counter[str]
    acknowledged: int
    timers_due: int
    findings: Sequence[Finding]


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos",
        description="kill -9 of broker, database and every service under load; then an independent account.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=10, help="kills of each process (default: 10)")
    parser.add_argument("--rate", type=float, default=50.0, help="complaints a second (default: 50)")
    parser.add_argument("--seed", type=int, help="of order, gaps and texts (default: a new one, printed)")
    parser.add_argument("--target", choices=EVERYONE, action="append", help="kill this only; may be repeated")
    parser.add_argument("--var", type=Path, default=ROOT / "var" / "chaos", help="the product's folder, emptied first")
    parser.add_argument("--port-base", type=int, default=9400, help="first of its five ports (default: 9400)")
    parser.add_argument("--output", type=Path, default=ROOT / "var" / "chaos.json", help="where the account goes")
    parser.add_argument("--keep", action="store_true", help="leave the product's folder with its logs")
    return parser.parse_args(arguments)


async def run(product: Product, given: argparse.Namespace, seed: int, console: Console) -> Outcome:
    """Load, faults, rest, account."""
    offices = await make_offices(product)
    async with asyncio.timeout(60):
        await _rest(product, console)
    targets = [target for target in given.target or EVERYONE if target != "broker" or _own_broker()]
    portal = Portal(product.url("intake"), offices, given.rate, seed)
    officials = Officials(product, offices, seed)
    sending, working = asyncio.create_task(portal.run()), asyncio.create_task(officials.run())
    found: list[Finding] = []
    faults = plan(seed, given.rounds, targets)
    try:
        await _faults(product, faults, portal, console)
    except NotBackError as error:
        found.append(Finding("lost", "the processes", 1, str(error)))
    await asyncio.sleep(2)
    portal.stop()
    officials.stop()
    await asyncio.wait([sending, working], timeout=TOLD_WITHIN)
    if not sending.done():
        found.append(Finding("lost", "complaints never acknowledged", portal.waiting, str(dict(portal.retries))))
        sending.cancel()
    found += [Finding("lost", "answers", 1, quarrel) for quarrel in portal.quarrels]
    console.print(
        f"{portal.sent} complaints sent, {len(portal.told)} acknowledged, retries {dict(portal.retries)}, "
        f"longest wait {portal.longest:.1f} s, longest silence {portal.silence:.1f} s"
    )
    console.print(
        f"{len(officials.approved)} grades approved, {len(officials.handed_in)} tasks handed in, "
        f"not done {dict(officials.refusals)}"
    )
    due = await _account(product, portal, officials, found, console)
    return Outcome(Counter(fault.target for fault in faults), len(portal.told), due, found)


async def _faults(product: Product, faults: Sequence[Fault], portal: Portal, console: Console) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("faults", total=len(faults))
        for number, fault in enumerate(faults):
            if number == len(faults) // 2:
                move_office_time(product, OFFICE_MOVES)
                progress.console.print(f"office time moved by {OFFICE_MOVES}")
            await inflict(product, fault, progress.console.print)
            told = f"faults · {len(portal.told)} acknowledged, {portal.waiting} waiting"
            progress.update(bar, advance=1, description=told)


async def _rest(product: Product, console: Console) -> float:
    """Wait for rest, saying every few seconds who is behind."""
    said = time.monotonic()

    def watch(late: dict[str, int]) -> None:
        nonlocal said
        if time.monotonic() - said > SAY_EVERY:
            said = time.monotonic()
            console.print(f"still behind: {late}")

    connection = await asyncpg.connect(product.database_url)
    try:
        return await rest(connection, within=QUIET_WITHIN, watch=watch)
    finally:
        await connection.close()


async def _account(
    product: Product, portal: Portal, officials: Officials, found: list[Finding], console: Console
) -> int:
    """Wait for rest and compare everything with everything; the number of clock moments that were due."""
    try:
        began = time.monotonic()
        await _settled(product)
        await _clocks_fired(product)
        await _rest(product, console)
        console.print(f"at rest {time.monotonic() - began:.1f} s later")
    except (RestlessError, TimeoutError) as error:
        found.append(Finding("lost", "the way", 1, str(error) or "not ready again in time"))
    connection = await asyncpg.connect(product.database_url)
    try:
        # One instant for all tables, though clocks go on.
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            now = datetime.now(UTC) + OFFICE_MOVES
            orders = await read_orders(connection)
            clocks = await check_clocks(connection, orders, now)
            found += [
                *await check_journals(connection),
                *await check_accounts(connection, portal.told, officials, orders),
                *clocks.findings,
            ]
    finally:
        await connection.close()
    console.print(f"{len(orders.decisions)} incidents, {len(orders.all)} tasks, {clocks.due} clock moments were due")
    return clocks.due


async def _settled(product: Product) -> None:
    """Everything ready again."""
    async with asyncio.timeout(QUIET_WITHIN):
        while not await asyncio.to_thread(product.ready):
            await asyncio.sleep(0.2)


async def _clocks_fired(product: Product) -> None:
    """What is due has fired, or had a minute for it: the account says what has not."""
    connection = await asyncpg.connect(product.database_url)
    until = time.monotonic() + CLOCKS_WITHIN
    try:
        await rest(connection, within=QUIET_WITHIN)
        while await past(connection, datetime.now(UTC) + OFFICE_MOVES) and time.monotonic() < until:
            await asyncio.sleep(0.5)
    finally:
        await connection.close()


def _own_broker() -> bool:
    return not os.environ.get("KAFKA_BOOTSTRAP_SERVERS")


def write(file: Path, seed: int, outcome: Outcome) -> None:
    """The account as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "seed": seed,
        "faults": dict(outcome.faults),
        "acknowledged": outcome.acknowledged,
        "lost": total(outcome.findings, "lost", "broken"),
        "doubled": total(outcome.findings, "doubled"),
        "timers_due": outcome.timers_due,
        "timers_missed": total(outcome.findings, "missed"),
        "kafka": "embedded, empty after each kill" if _own_broker() else os.environ["KAFKA_BOOTSTRAP_SERVERS"],
    }
    file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Run, say, write."""
    given = parse(arguments)
    console = Console(width=None if sys.stdout.isatty() else 130, highlight=False)
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(10**6)
    console.print(
        f"seed {seed}: {given.rounds} kills each of {', '.join(given.target or EVERYONE)}; {given.rate:g} complaints/s"
    )
    product, began = Product(given.var.resolve(), given.port_base), time.monotonic()
    try:
        with running(product, keep=True, say=console.print):
            outcome = asyncio.run(run(product, given, seed, console))
    except StartError as error:
        console.print(f"[red]{error}[/]")
        return 1
    except KeyboardInterrupt:
        return 130
    write(given.output, seed, outcome)
    for finding in outcome.findings:
        console.print(f"[red]{finding}[/]", markup=True)
    if outcome.findings:
        console.print(f"the product's folder stays: {product.var}")
        return 1
    if not given.keep:
        product.remove()
    console.print(
        f"[green]nothing lost, nothing doubled, no clock missed[/] in {time.monotonic() - began:.0f} s; {given.output}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
