"""The account of a run: in the terminal, and as JSON."""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.fuzz.engine import Account

KEPT = 3
"""Examples of one kind of finding that are kept."""


def content(
    seed: int, seconds: float, account: Account, webhooks: dict[str, Any], edges: dict[str, Any]
) -> dict[str, Any]:
    """What is written."""
    return {
        "seed": seed,
        "seconds": round(seconds, 1),
        "cases": account.total,
        "server_errors": account.server_errors,
        "findings": len(account.findings),
        "errors": account.errors,
        "statuses": dict(sorted(account.statuses.items())),
        "phases": dict(account.phases),
        "rounds": dict(account.cases),
        "routes": {route: dict(counts) for route, counts in sorted(account.routes.items())},
        "never_well": never_well(account),
        "allowed": dict(account.allowed.counts),
        "found": [asdict(each) for group in _grouped(account).values() for each in group[:KEPT]],
        "webhooks": webhooks,
        "edges": edges,
    }


def never_well(account: Account) -> list[str]:
    """Routes that never answered 2xx: behind their checks nothing was tried."""
    return sorted(
        route for route, counts in account.routes.items() if not any(status.startswith("2") for status in counts)
    )


def write(file: Path, made: dict[str, Any]) -> None:
    """As JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(made, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def show(console: Console, account: Account) -> None:
    """Cases by service and role, then every kind of finding with an example."""
    table = Table("round", "cases", title=f"{account.total} cases")
    for name, count in account.cases.items():
        table.add_row(name, str(count))
    console.print(table)
    console.print(f"answers: {dict(sorted(account.statuses.items()))}; phases: {dict(account.phases)}")
    for why, count in account.allowed.counts.most_common():
        console.print(f"  allowed {count:5} × {why}", style="dim", markup=False)
    for group in _grouped(account).values():
        first = group[0]
        console.print(
            f"[red]{len(group)} × {first.check}[/] {first.route} → {first.status}: {first.title} ({first.round})"
        )
        console.print(f"    {first.message}\n    {first.curl}\n    {first.answer}", markup=False)
    for error in account.errors:
        console.print(f"[red]not tried:[/] {error}")


def _grouped(account: Account) -> dict[tuple[str, str, int, str], list[Any]]:
    grouped: dict[tuple[str, str, int, str], list[Any]] = {}
    for each in account.findings:
        grouped.setdefault(each.kind, []).append(each)
    return grouped


def tally(counts: Counter[str]) -> dict[str, int]:
    """Largest first."""
    return dict(counts.most_common())
