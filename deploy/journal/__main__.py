"""`python -m deploy.journal`: what an operator does with journals and with what consumers have set aside."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from uuid import UUID

import asyncpg
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.installation import Installation, OperatorError, add_arguments, installation
from deploy.journal.parked import Parked, all_parked, services
from deploy.journal.rebuild import empty, follow
from deploy.journal.verify import Found, count, verify_journal
from shared.contracts.envelope import TOPICS
from shared.errors import UnavailableError
from shared.secrets import SERVICES

EXAMPLES = """examples:
  python -m deploy.journal verify                      every hash chain and every number of all journals
  python -m deploy.journal verify --schema intake      of one
  python -m deploy.journal parked                      what the running services could not take, since when and why
  python -m deploy.journal replay 0198c0de-…           an incident's parked events, in order, once the cause is mended
  python -m deploy.journal replay --all                everybody's
  python -m deploy.journal rebuild console             the console's read model anew, while it runs
  python -m deploy.journal parked --var /srv/b/var --port-base 8100   of another installation
"""


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.journal",
        description="日志核验、搁置事件与重建 / verify journals, replay parked events, rebuild the read model",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    verifying = commands.add_parser("verify", help="check hash chains and numbers")
    verifying.add_argument("--schema", choices=TOPICS, action="append", help="only this journal; may be repeated")
    looking = commands.add_parser("parked", help="list parked events")
    replaying = commands.add_parser("replay", help="apply parked events in order")
    replaying.add_argument("subject", nargs="?", type=UUID, metavar="SUBJECT", help="the incident (or organisation)")
    replaying.add_argument("--all", action="store_true", help="every subject that has parked events")
    for each in (looking, replaying):
        each.add_argument("--service", choices=SERVICES, action="append", help="only this one; may be repeated")
    building = commands.add_parser("rebuild", help="read everything anew")
    building.add_argument(
        "what", choices=["console"], help="the only read model: other services' tables are the record"
    )
    for each in (verifying, looking, replaying, building):
        add_arguments(each)
    given = parser.parse_args(arguments)
    if given.command == "replay" and bool(given.subject) == given.all:
        replaying.error("name one SUBJECT, or --all")
    return given


def main(arguments: list[str]) -> int:
    """Run one command; the exit status: 0 done and nothing wrong, 1 something is wrong or failed, and it was said."""
    given = parse(arguments)
    console = Console(highlight=False)
    command = {"verify": _verify, "parked": _parked, "replay": _replay, "rebuild": _rebuild}[given.command]
    try:
        return asyncio.run(command(given, installation(given), console))
    except (OperatorError, UnavailableError, OSError, asyncpg.PostgresError) as error:
        console.print(f"[red]失败 / failed:[/] {escape(str(error))}", soft_wrap=True)
        return 1


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


async def _verify(given: argparse.Namespace, installed: Installation, console: Console) -> int:
    schemas: Sequence[str] = given.schema or TOPICS
    connection = await asyncpg.connect(installed.database_url)
    try:
        with _bar(console) as progress:
            task = progress.add_task("核验 / verifying", total=sum([await count(connection, each) for each in schemas]))
            found = []
            for schema in schemas:
                progress.update(task, description=schema)
                found.append(await verify_journal(connection, schema, lambda rows: progress.advance(task, rows)))
    finally:
        await connection.close()
    return _tell(found, console)


def _tell(found: Sequence[Found], console: Console) -> int:
    table = Table(
        "日志 / journal", "链 / chains", "事件 / events", "已归档 / archived", "编号 / numbers", "问题 / faults"
    )
    for each in found:
        faults = f"[red]{len(each.faults)}[/]" if each.faults else "[green]0[/]"
        table.add_row(each.schema, *map(str, (each.subjects, each.events, each.archived, each.numbers)), faults)
    console.print(table)
    for each in found:
        for fault in each.faults:
            console.print(f"[red]{each.schema}:[/] {escape(fault)}", soft_wrap=True)
    return 1 if any(each.faults for each in found) else 0


async def _parked(given: argparse.Namespace, installed: Installation, console: Console) -> int:
    async with services(installed) as calls:
        found = await all_parked(calls, given.service or ())
    if not found:
        console.print("没有搁置的事件 / nothing is parked")
        return 0
    for each in found:
        console.print(
            f"[bold]{each.service}[/]  {each.subject}  {each.producer}: {each.type}  {each.since[:19]}", soft_wrap=True
        )
        console.print(f"    {escape(each.error)}", soft_wrap=True)
    return 1


async def _replay(given: argparse.Namespace, installed: Installation, console: Console) -> int:
    refused = 0
    async with services(installed) as calls:
        found = await all_parked(calls, given.service or ())
        wanted = _wanted(found, given.subject)
        with _bar(console) as progress:
            for service, subject in progress.track(wanted, description="重放 / replaying"):
                taken, why = await calls.replay(service, subject)
                refused += why is not None
                said = f"[red]仍被拒绝 / refused:[/] {escape(why)}" if why else f"[green]✓[/] {taken}"
                console.print(f"{service}  {subject}  {said}", soft_wrap=True)
    if not wanted:
        console.print("没有可重放的事件 / nothing of that is parked")
    return 1 if refused or (given.subject and not wanted) else 0


def _wanted(found: Sequence[Parked], subject: UUID | None) -> list[tuple[str, str]]:
    """Each service and subject once, in the order in which they were set aside."""
    return list(
        dict.fromkeys((each.service, each.subject) for each in found if subject is None or each.subject == str(subject))
    )


async def _rebuild(_: argparse.Namespace, installed: Installation, console: Console) -> int:
    await empty(installed.database_url)
    with _bar(console) as progress:
        task = progress.add_task("重建 / reading", total=None)

        def tell(done: int, whole: int) -> None:
            progress.update(task, completed=done, total=whole)

        events = await follow(installed.database_url, tell)
    console.print(f"[green]✓[/] 已重读 {events} 个事件 / read {events} events anew")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
