"""`python -m deploy.backup`: take, list and restore backups of the whole database."""

import argparse
import sys
from datetime import datetime
from pathlib import Path

import asyncpg
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.backup.restore import Wish, restore
from deploy.backup.store import Base, Store
from deploy.backup.take import take
from deploy.installation import OperatorError, add_arguments, installation
from deploy.local.errors import SetupError, StartError
from shared.errors import UnavailableError

EXAMPLES = """examples:
  python -m deploy.local --wal-archive /backup/wal          the product, keeping its log for restores to any moment
  python -m deploy.backup take --store /backup              a copy of the running database, now
  python -m deploy.backup list --store /backup              what there is, and from when on it can be restored
  python -m deploy.backup restore --store /backup --until 2026-11-22T14:05:00+08:00 --into var2
  python -m deploy.local --var var2                         the product as it stood at that moment

The secrets (var/secrets) are not part of a backup: keep them elsewhere. restore copies them from --secrets.
"""
STORE = Path("var/backup")


def moment(text: str) -> datetime:
    """A moment with its zone. Raises ArgumentTypeError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no moment: write 2026-11-22T14:05:00+08:00") from None
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} names no zone: write {text}+08:00")
    return found


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.backup",
        description="数据库备份与恢复 / backup of the whole database, and restoring it to any moment",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    store = argparse.ArgumentParser(add_help=False)
    store.add_argument("--store", type=Path, default=STORE, metavar="DIR", help=f"the backups (default: {STORE})")
    store.add_argument("--wal", type=Path, metavar="DIR", help="the archived log (default: wal in --store)")
    taking = commands.add_parser("take", parents=[store], help="copy the running database")
    add_arguments(taking)
    commands.add_parser("list", parents=[store], help="list the copies")
    back = commands.add_parser(
        "restore", parents=[store], help="restore a copy, and the log after it, into a new folder"
    )
    back.add_argument("--until", type=moment, metavar="MOMENT", help="ISO 8601 with a zone (default: all there is)")
    back.add_argument("--into", type=Path, required=True, metavar="VAR", help="the new installation's folder")
    back.add_argument("--base", metavar="NAME", help="the copy to begin from (default: the last that fits)")
    back.add_argument("--secrets", type=Path, default=Path("var/secrets"), metavar="DIR", help="default: var/secrets")
    back.add_argument(
        "--unarchived", type=Path, metavar="DIR", help="pg_wal of the broken database: its last minute is only there"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Run one command; the exit status: 0 done, 1 it failed and says why."""
    given = parse(arguments)
    store = Store(given.store.resolve(), given.wal.resolve() if given.wal else None)
    console = Console(highlight=False)
    try:
        {"take": _take, "list": _list, "restore": _restore}[given.command](given, store, console)
    except (OperatorError, SetupError, StartError, UnavailableError, OSError, asyncpg.PostgresError) as error:
        console.print(f"[red]失败 / failed:[/] {error}", soft_wrap=True)
        return 1
    return 0


def _take(given: argparse.Namespace, store: Store, console: Console) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("备份 / copying", total=None)

        def tell(done: int, whole: int) -> None:
            progress.update(task, completed=done * 1024, total=max(done, whole) * 1024)

        base = take(installation(given).database_url, store, tell)
    console.print(f"[green]✓[/] {base.folder}  {_megabytes(base)}", soft_wrap=True)
    if not store.wal.is_dir() or store.archived_until() is None:
        console.print(
            f"  {store.wal} 中没有日志：只能恢复到备份时刻 / holds no log: only the moment of the copy can be restored. "
            "Run the product with --wal-archive, or name its log with --wal.",
            soft_wrap=True,
        )


def _list(_: argparse.Namespace, store: Store, console: Console) -> None:
    table = Table("备份 / base", "可恢复自 / restorable from", "大小 / size")
    for base in store.bases():
        table.add_row(base.name, base.ended.isoformat(timespec="seconds"), _megabytes(base))
    console.print(table)
    until = store.archived_until()
    console.print(f"日志归档至 / log archived until: {until.isoformat(timespec='seconds') if until else '—'}")


def _restore(given: argparse.Namespace, store: Store, console: Console) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("恢复 / restoring", total=1.0)

        def tell(what: str, part: float) -> None:
            progress.update(task, description=what, completed=part)

        wish = Wish(given.into.resolve(), given.secrets.resolve(), given.until, given.base, given.unarchived)
        done = restore(store, wish, tell)
    last = done.last.isoformat(timespec="milliseconds") if done.last else "the copy's own"
    console.print(
        f"[green]✓[/] {given.into}  最后一笔 / last change: {last}  (base {done.base.name})\n"
        f"  启动 / start it: python -m deploy.local --var {given.into}",
        soft_wrap=True,
    )


def _megabytes(base: Base) -> str:
    return f"{base.size / 1e6:.1f} MB"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
