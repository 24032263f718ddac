"""Playing a file: send it, wait until it has become incidents with tasks and deadlines, and say what came of it."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from deploy.sample.client import Product, SampleError
from deploy.sample.dev_file import DevFile
from deploy.sample.feed import Feed, Pace, Tally
from deploy.sample.lines import count_lines, read_lines
from deploy.sample.people import People
from deploy.sample.signing import Vendor
from deploy.sample.watching import Followed, Watch

_BAD_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Order:
    """What to play and how: at most `limit` lines, at most `rate` of them a second."""

    file: Path
    var: Path
    port_base: int
    organisation: str | None = None
    rate: float | None = None
    limit: int | None = None
    connections: int = 32


class RateColumn(ProgressColumn):
    """How many a second, lately."""

    def render(self, task: Task) -> Text:
        """As rich asks for it."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}/s")


async def play_file(order: Order) -> bool:
    """Play it; whether every new incident got its tasks. Raises `SampleError`."""
    dev = DevFile(order.var)
    organisation = order.organisation or dev.default_organisation()
    api_key, member = _access(dev, organisation)
    total, console = count_lines(order.file, order.limit), Console(highlight=False)
    with _progress(console) as progress:
        sending = progress.add_task("送出 / sending", total=total)
        async with Product(order.port_base, order.connections + 4) as product:
            await product.reach()
            watch = Watch(People(product, dev.password), member)
            marker, began = await watch.newest(), time.monotonic()
            vendor = Vendor(product, *dev.vendor())
            feed = Feed(
                product, organisation, api_key, vendor, Pace(order.rate), lambda lines: progress.advance(sending, lines)
            )
            await feed(read_lines(order.file, order.limit), order.connections)
            seconds = time.monotonic() - began
            incidents = await watch.opened_after(marker)
            following = progress.add_task("任务与时限 / tasks", total=len(incidents))
            followed = await watch.follow(incidents, lambda done: progress.advance(following, done))
    _name_bad(feed.tally)
    console.print(_table(organisation, feed.tally, followed, seconds))
    return followed.without == 0


def _access(dev: DevFile, organisation: str) -> tuple[str, str]:
    """The portal's key and a login of the organisation."""
    api_key = dev.api_key(organisation)
    logins = [person["login"] for person in dev.read().get("staff", []) if person["organisation"] == organisation]
    if api_key is None or not logins:
        known = ", ".join(portal["organisation"] for portal in dev.read().get("portals", []))
        raise SampleError(f"There is no organisation {organisation!r} in var/dev.json; it knows: {known or 'none'}.")
    return api_key, logins[0]


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), RateColumn())
    return Progress(*columns, console=console)


def _name_bad(tally: Tally) -> None:
    shown = sorted(tally.bad, key=lambda bad: bad.number)[:_BAD_SHOWN]
    for bad in shown:
        print(f"第 {bad.number} 行 / line {bad.number}: {bad.why}", file=sys.stderr)
    if len(tally.bad) > len(shown):
        print(f"…… {len(tally.bad) - len(shown)} 行未列出 / more not shown", file=sys.stderr)


def _table(organisation: str, tally: Tally, followed: Followed, seconds: float) -> Table:
    table = Table(title=f"{organisation}: {seconds:.1f} s, {tally.sent / seconds:.0f}/s", title_justify="left")
    table.add_column("")
    table.add_column("数量 / count", justify="right")
    rows = [
        ("送出 / sent", tally.sent),
        ("收下 / kept", tally.kept),
        ("重复 / duplicates", tally.duplicates),
        ("不可用 / bad lines", len(tally.bad)),
        ("新事件 / incidents", followed.incidents),
        ("任务 / tasks", followed.tasks),
        ("时限 / deadlines", followed.deadlines),
    ]
    if followed.without:
        rows.append(("尚无任务的事件 / incidents without tasks yet", followed.without))
    for name, count in rows:
        table.add_row(name, f"{count:,}")
    return table
