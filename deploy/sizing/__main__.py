"""`python -m deploy.sizing`: how many processes, cores, connections and bytes for a rate of reports."""

import argparse
import json
import sys
from pathlib import Path

from deploy.sizing.model import Measured, Size, limits, size

MEASURED = Path(__file__).parent / "measured.json"
RATES = (10, 100, 300, 1000, 3000, 10_000)
EXAMPLES = """examples:
  python -m deploy.sizing                    the table of docs/sizing.md
  python -m deploy.sizing --rate 450         one rate
  python -m deploy.sizing --measured my.json with costs measured on your own machine, in the form of deploy/sizing/measured.json
"""
HEADINGS = (
    "reports/s at the peak",
    "processes (intake, grading, tasks, publishing, console)",
    "cores of services",
    "cores of PostgreSQL",
    "servers",
    "connections (pooled)",
    "WAL MB/s",
    "bus MB/s",
    "disk TB a year",
    "breaks first",
)
ORDER = ("intake", "grading", "tasks", "publishing", "console")


def table(measured: Measured, rates: tuple[int, ...] = RATES) -> str:
    """As Markdown."""
    lines = [" | ".join(HEADINGS), " | ".join("---" for _ in HEADINGS), *(_row(size(measured, rate)) for rate in rates)]
    return "".join(f"| {line} |\n" for line in lines)


def bounds(measured: Measured) -> str:
    """Where adding more of the same ends, as Markdown."""
    rows = "".join(f"| {name} | {most:,.0f} |\n" for name, most in limits(measured).items())
    return f"| what | reports/s |\n| --- | --- |\n{rows}"


def _row(found: Size) -> str:
    return " | ".join(
        (
            f"{found.rate:,}",
            ", ".join(str(found.processes[name]) for name in ORDER),
            str(found.service_cores),
            str(found.postgres_cores),
            str(found.servers),
            f"{found.connections:,}",
            f"{found.wal_mb:.1f}",
            f"{found.bus_mb:.1f}",
            f"{found.disk_tb_a_year:.2f}",
            found.first or "-",
        )
    )


def main(arguments: list[str]) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.sizing",
        description="按实测成本估算所需机器 / the size of an installation, from measured costs",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rate", type=int, action="append", help="reports a second at the peak; may be repeated")
    parser.add_argument("--measured", type=Path, default=MEASURED, help="costs to reckon with")
    given = parser.parse_args(arguments)
    try:
        measured = Measured.read(json.loads(given.measured.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError) as error:
        print(f"{given.measured}: 无法读取 / cannot be read as measured costs: {error}", file=sys.stderr)
        return 2
    print(table(measured, tuple(given.rate or RATES)))
    print(bounds(measured))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
