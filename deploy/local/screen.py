"""What the person at the keyboard sees: steps with their times, then addresses and logins."""

import contextlib
import time
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.local.errors import SetupError


class Screen:
    """Chinese first, English beside it. Draws only when told to: rich's own refresh would start a thread."""

    def __init__(self, steps: int) -> None:
        self._console = Console(highlight=False)
        self._begun = time.monotonic()
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            auto_refresh=False,
            transient=True,
        )
        self._task = self._progress.add_task("启动 / starting", total=steps)

    def __enter__(self) -> "Screen":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def doing(self, what: str) -> None:
        """Name what is being waited for."""
        self._progress.update(self._task, description=what)
        self._progress.refresh()

    def done(self, what: str) -> None:
        """One step further."""
        self._console.print(f"  [green]✓[/] {what}  [dim]{time.monotonic() - self._begun:.1f} s[/]")
        self._progress.update(self._task, advance=1)
        self._progress.refresh()

    def say(self, text: str) -> None:
        """A line with the time of day; let go where it cannot be written: a full disk must not end what is supervised."""
        with contextlib.suppress(OSError):
            self._console.print(f"[dim]{time.strftime('%H:%M:%S')}[/] {escape(text)}")

    def close(self) -> None:
        """End the progress display; lines can still be said."""
        self._progress.stop()

    def addresses(
        self, services: list[tuple[str, str]], staff: list[dict[str, Any]], database: str, kafka: str
    ) -> None:
        """The closing table: where everything is and who can log in."""
        table = Table(title="回应 Huiying", title_justify="left")
        table.add_column("服务 / service")
        table.add_column("地址 / address")
        for name, url in services:
            table.add_row(name, url)
        table.add_row("PostgreSQL", database)
        table.add_row("Kafka", kafka)
        self._console.print(table)
        if staff:
            self._console.print(_logins(staff))
        self._console.print("就绪，Ctrl-C 停止 / ready, Ctrl-C stops everything")


def _logins(staff: list[dict[str, Any]]) -> Table:
    table = Table(title="登录 / logins (var/dev.json)", title_justify="left")
    for heading in ("机构 / organisation", "账号 / login", "密码 / password", "岗位 / roles"):
        table.add_column(heading, overflow="fold")
    for person in staff:
        roles = person.get("roles", [])
        table.add_row(
            str(person.get("organisation", "")),
            str(person.get("login", "")),
            str(person.get("password", "")),
            ", ".join(map(str, roles)),
        )
    return table


def refuse(error: SetupError) -> None:
    """One Chinese and one English line on standard error."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(error.chinese, style="bold", markup=False)
    console.print(error.english, markup=False)
