"""`python -m tests.fuzz`: schemathesis over every service as every role, mutated webhooks, and a hostile edge. What `make fuzz` calls."""

import argparse
import random
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from deploy.local.errors import StartError
from tests.bench.product import ROOT, SERVICES, Product, running
from tests.fuzz.api import WorldError
from tests.fuzz.edges import hammer
from tests.fuzz.engine import Account, run_round
from tests.fuzz.pushes import push_all
from tests.fuzz.report import content, never_well, show, write
from tests.fuzz.rounds import Round, long_run, short_run
from tests.fuzz.world import make_world

EXAMPLES = """examples:
  python -m tests.fuzz                        about fifteen minutes, 20,000 cases and more, into var/fuzz.json
  python -m tests.fuzz --short                what `make test` runs, below a minute
  python -m tests.fuzz --service grading --role "all posts"      one part
  python -m tests.fuzz --seconds 10           every round, but briefly
  python -m tests.fuzz --seed 4711            the same texts and choices as a run that printed this seed
  python -m tests.fuzz --only webhooks        10,000 mutated pushes

It starts a product of its own and removes it afterwards, unless something was found: then the folder stays for whoever looks.
Exit status 0: no 5xx, nothing that contradicts the documents, no mutated push accepted. 1: something of it.
"""
PARTS = ("schemas", "webhooks", "edges")
WEBHOOKS, FEW_WEBHOOKS = 10_000, 300


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz",
        description="Fuzz the running product along its own documents, and across them.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--short", action="store_true", help="a few hundred cases")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part only; may be repeated")
    parser.add_argument("--service", choices=SERVICES, action="append", help="this service only; may be repeated")
    parser.add_argument("--role", action="append", help="as this role only; may be repeated")
    parser.add_argument("--seconds", type=int, help="of each round, at most")
    parser.add_argument("--seed", type=int, help="of everything made up (default: a new one, printed)")
    parser.add_argument(
        "--webhooks", type=int, help=f"mutated pushes (default: {WEBHOOKS}, or {FEW_WEBHOOKS} with --short)"
    )
    parser.add_argument("--var", type=Path, default=ROOT / "var" / "fuzz", help="the product's folder, emptied first")
    parser.add_argument("--port-base", type=int, default=9600, help="first of its five ports (default: 9600)")
    parser.add_argument("--output", type=Path, default=ROOT / "var" / "fuzz.json", help="where the account goes")
    parser.add_argument("--keep", action="store_true", help="leave the product's folder with its logs")
    return parser.parse_args(arguments)


def planned(given: argparse.Namespace) -> list[Round]:
    """The rounds that were asked for."""
    rounds = short_run() if given.short else long_run()
    return [
        replace(each, seconds=min(each.seconds, given.seconds or each.seconds))
        for each in rounds
        if (not given.service or each.service in given.service) and (not given.role or each.role in given.role)
    ]


def run(product: Product, given: argparse.Namespace, seed: int, console: Console) -> dict[str, Any]:
    """Everything that was asked for; the account. Raises `WorldError`."""
    parts, began, account = given.only or PARTS, time.monotonic(), Account()
    world = make_world(product, seed)
    console.print(f"world made in {time.monotonic() - began:.1f} s")
    webhooks: dict[str, Any] = {}
    edges: dict[str, Any] = {}
    if "webhooks" in parts:  # first: a round as administrator may well end the vendor that pushes
        count = given.webhooks or (FEW_WEBHOOKS if given.short else WEBHOOKS)
        webhooks = push_all(world, seed, count, console.print)
        console.print(f"webhooks: {webhooks}", highlight=False)
    if "schemas" in parts:
        rounds = planned(given)
        for number, plan in enumerate(rounds, 1):
            run_round(world, plan, seed + number, account)
            told = f"{account.cases[str(plan)]} cases, {len(account.findings)} findings so far"
            console.print(f"{number}/{len(rounds)} {plan}: {told}, {time.monotonic() - began:.0f} s", highlight=False)
    if "edges" in parts:
        edges = hammer(world, seed)
        console.print(f"edges: {edges}", highlight=False)
    show(console, account)
    world.api.close()
    return content(seed, time.monotonic() - began, account, webhooks, edges) | {"never_well": never_well(account)}


def clean(made: dict[str, Any]) -> bool:
    """Whether nothing was found."""
    webhooks, edges = made["webhooks"], made["edges"]
    return not (
        made["findings"]
        or made["server_errors"]
        or made["errors"]
        or webhooks.get("accepted_mutations")
        or webhooks.get("refused_valid")
        or webhooks.get("server_errors")
        or edges.get("wrong")
    )


def main(arguments: list[str]) -> int:
    """Run, say, write."""
    given = parse(arguments)
    console = Console(width=None if sys.stdout.isatty() else 160)
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(10**6)
    console.print(f"seed {seed}", highlight=False)
    product = Product(given.var.resolve(), given.port_base)
    try:
        with running(product, keep=True, say=console.print):
            made = run(product, given, seed, console)
    except (StartError, WorldError) as error:
        console.print(f"[red]{error}[/]")
        return 1
    except KeyboardInterrupt:
        return 130
    write(given.output, made)
    if not clean(made):
        console.print(f"[red]something was found[/]; the product's folder stays: {product.var}; {given.output}")
        return 1
    if not given.keep:
        product.remove()
    console.print(f"[green]{made['cases']} cases: no 5xx, nothing that contradicts the documents[/]; {given.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
