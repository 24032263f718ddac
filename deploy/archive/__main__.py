"""`python -m deploy.archive`: closed incidents out of the database into files, and back."""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.archive.back import Archive, journal_of
from deploy.archive.run import Archivist
from deploy.archive.stillness import Rule, mark
from deploy.archive.tables import PRODUCERS
from deploy.installation import Installation, OperatorError, add_arguments, installation
from shared.errors import UnavailableError

EXAMPLES = """examples:
  python -m deploy.archive run --days 730 --dry-run        what would go: closed, and nothing said of it for two years
  python -m deploy.archive run --days 730 --limit 1000     the oldest thousand
  python -m deploy.archive run --closed-before 2024-01-01 --archive /archive
  python -m deploy.archive list                            what has gone, when, and to which file
  python -m deploy.archive show 0198c0de-…                 what is in an incident's file, without opening what is sealed
  python -m deploy.archive restore 0198c0de-…              every row back, as it was
  python -m deploy.archive verify                          every file, row and hash chain of the archive

Originals stay sealed in the files: they open with the keys that they were sealed under (sealing.json), no others.
"""
YOUNGEST = timedelta(days=1)
MOST_REASONS = 20


def day(text: str) -> datetime:
    """A day (its beginning in UTC) or a moment with its zone. Raises ArgumentTypeError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day: write 2024-01-01") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.archive",
        description="已办结事项的归档与调回 / the archive of closed incidents",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    running = commands.add_parser("run", help="archive what is closed and long quiet")
    when = running.add_mutually_exclusive_group(required=True)
    when.add_argument(
        "--closed-before", type=day, metavar="DAY", help="closed, and nothing said of it from this day on"
    )
    when.add_argument("--days", type=int, metavar="N", help="closed, and nothing said of it for N days")
    running.add_argument("--limit", type=int, metavar="N", help="no more than so many, oldest first")
    running.add_argument("--dry-run", action="store_true", help="look, and change nothing")
    running.add_argument("--even-owed", action="store_true", help="also with tasks or drafts that nobody has finished")
    listing = commands.add_parser("list", help="list what is archived")
    showing = commands.add_parser("show", help="show what is in an incident's file")
    restoring = commands.add_parser("restore", help="put an incident back into the database")
    verifying = commands.add_parser("verify", help="check every file against what the database remembers")
    for each in (showing, restoring):
        each.add_argument("incident", type=UUID, metavar="INCIDENT")
    for each in (running, listing, showing, restoring, verifying):
        add_arguments(each)
        each.add_argument("--archive", type=Path, metavar="DIR", help="folder of the files (default: archive in --var)")
    given = parser.parse_args(arguments)
    if given.command == "run":
        given.closed_before = given.closed_before or datetime.now(UTC) - timedelta(days=max(given.days, 0))
        if given.closed_before > datetime.now(UTC) - YOUNGEST:
            running.error("an incident must have been quiet for a day at least")
    return given


def main(arguments: list[str]) -> int:
    """Run one command; the exit status: 0 done, 1 something is wrong or failed, and it was said."""
    given = parse(arguments)
    console = Console(highlight=False)
    command = {"run": _run, "list": _list, "show": _show, "restore": _restore, "verify": _verify}[given.command]
    try:
        return asyncio.run(command(given, installation(given), console))
    except (OperatorError, UnavailableError, OSError, asyncpg.PostgresError) as error:
        console.print(f"[red]失败 / failed:[/] {escape(str(error))}", soft_wrap=True)
        return 1


@asynccontextmanager
async def _connected(installed: Installation) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    connection = await asyncpg.connect(installed.database_url)
    try:
        yield connection
    finally:
        await connection.close()


def _folder(given: argparse.Namespace, installed: Installation) -> Path:
    folder: Path = given.archive or installed.var / "archive"
    return folder.resolve()


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


async def _run(given: argparse.Namespace, installed: Installation, console: Console) -> int:
    rule = Rule(given.closed_before, given.even_owed)
    done, refused = Counter[str](), 0
    async with _connected(installed) as connection:
        archivist = Archivist(connection, _folder(given, installed), datetime.now(UTC), given.dry_run)
        start = await mark(connection)
        with _bar(console) as progress:
            total = await archivist.count(rule.before)
            task = progress.add_task("归档 / archiving", total=min(total, given.limit) if given.limit else total)
            async for incident in archivist.candidates(rule.before, given.limit):
                outcome = await archivist.one(incident, rule, start)
                progress.advance(task)
                if outcome.refused is None:
                    done += Counter(incidents=1, rows=outcome.rows)
                    continue
                refused += 1
                if refused <= MOST_REASONS:
                    console.print(f"  {incident} 未归档 / stays: {escape(outcome.refused)}", soft_wrap=True)
    verb = "可归档 / could go" if given.dry_run else "已归档 / archived"
    console.print(f"[green]✓[/] {verb}: {done['incidents']} ({done['rows']} rows); 保留 / stay: {refused}")
    return 0


async def _list(given: argparse.Namespace, installed: Installation, console: Console) -> int:
    async with _connected(installed) as connection:
        found = await Archive(connection, _folder(given, installed)).entries()
    for entry in found:
        console.print(
            f"{entry.subject}  {entry.organisation_id}  {entry.archived_at:%Y-%m-%d %H:%M}  {entry.events} events  {entry.file}",
            soft_wrap=True,
        )
    console.print(f"共 / in all: {len(found)}")
    return 0


async def _show(given: argparse.Namespace, installed: Installation, console: Console) -> int:
    async with _connected(installed) as connection:
        content = await Archive(connection, _folder(given, installed)).content(given.incident)
    manifest = content.manifest
    console.print(
        f"[bold]{manifest.incident_id}[/]  {manifest.organisation_id}  {manifest.archived_at}", soft_wrap=True
    )
    for table, rows in manifest.rows.items():
        console.print(f"  {table}: {rows}")
    told = [(row["time"], schema, row["type"]) for schema in PRODUCERS for row in journal_of(content, schema)]
    for moment, schema, kind in sorted(told):
        console.print(f"  {moment}  {schema}  {kind}", soft_wrap=True)
    return 0


async def _restore(given: argparse.Namespace, installed: Installation, console: Console) -> int:
    async with _connected(installed) as connection:
        content = await Archive(connection, _folder(given, installed)).restore(given.incident)
    console.print(
        f"[green]✓[/] {given.incident}: {sum(content.manifest.rows.values())} rows 已调回 / are back", soft_wrap=True
    )
    return 0


async def _verify(given: argparse.Namespace, installed: Installation, console: Console) -> int:
    wrong = 0
    async with _connected(installed) as connection:
        archive = Archive(connection, _folder(given, installed))
        found = await archive.entries()
        with _bar(console) as progress:
            for entry in progress.track(found, description="核验 / verifying"):
                if fault := await archive.check(entry):
                    wrong += 1
                    console.print(f"[red]{entry.subject}:[/] {escape(fault)}", soft_wrap=True)
    console.print(f"核验 / verified: {len(found)}, 问题 / faults: {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
