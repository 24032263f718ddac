"""The whole sample: organisations, incidents, and people at work on them, with the progress shown."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.sample.answering import answer
from deploy.sample.bootstrap import Bootstrap
from deploy.sample.client import Product
from deploy.sample.dev_file import DevFile
from deploy.sample.handling import Case
from deploy.sample.joining import join_retold
from deploy.sample.organisations import SampleOrganisation, load_organisations
from deploy.sample.people import People
from deploy.sample.played import Played
from deploy.sample.signing import Vendor
from deploy.sample.stories import STAGES, Stage, Story, load_stories
from deploy.sample.telling import Scene, find_incidents, push, tell
from shared.secrets import load_secrets

AT_ONCE = 6
"""Incidents that people work on at the same time."""

STAGE_NAMES: dict[Stage, str] = {
    "proposed": "待定级 / grade to approve",
    "graded": "待办理 / tasks to claim",
    "handled": "待答复 / answer to draft",
    "in_review": "待审批 / answer to sign",
    "approved": "待发布 / answer to release",
    "released": "已发布 / released",
    "closed": "已办结 / closed",
}
Tick = Callable[[str], None]


async def play_sample(var: Path, port_base: int) -> None:
    """Make and play everything that is not there yet. Raises `SampleError`."""
    dev, played, organisations = DevFile(var), Played(var), load_organisations()
    console = Console(highlight=False)
    login, first_password = load_secrets(var / "secrets").admin
    stories = {organisation.id: load_stories(organisation.id) for organisation in organisations}
    with _progress(console) as progress:
        tick = _ticker(progress)
        async with Product(port_base) as product:
            await product.reach()
            people = People(product, lambda given: first_password if given == login else dev.password(given))
            bootstrap = Bootstrap(product, people, dev, login)
            made = tick("单位与账号 / organisations", Bootstrap.steps(organisations))
            if not await bootstrap(organisations, made):
                played.forget()
            count = sum(map(len, stories.values()))
            told = tick("报送事件 / incidents in", count)
            carried = tick("办理答复 / people at work", count)
            vendor = Vendor(product, *dev.vendor())
            await asyncio.gather(
                *(
                    _act(
                        Scene(product, people, played, organisation, dev.api_key(organisation.id) or "", vendor),
                        stories[organisation.id],
                        told,
                        carried,
                    )
                    for organisation in organisations
                )
            )
    console.print(_table(organisations, stories))


async def _act(scene: Scene, stories: Sequence[Story], told: Tick, carried: Tick) -> None:
    for story in stories:
        await tell(scene, story)
        told(story.title)
    await push(scene, stories, 0)
    await find_incidents(scene, stories)
    for story in stories:
        await join_retold(scene, story)
    gate = asyncio.Semaphore(AT_ONCE)
    cases = [Case(scene, story, scene.played.incident(scene.organisation.id, story.id) or "") for story in stories]
    # Whatever rises later has been graded before: its people had only seen the first push.
    await asyncio.gather(*(_grade_early(case, gate) for case in cases if case.story.rises_to))
    for number in range(1, max(story.pushes for story in stories)):
        await push(scene, stories, number)
    await asyncio.gather(*(_carry(case, gate, carried) for case in cases))


async def _grade_early(case: Case, gate: asyncio.Semaphore) -> None:
    async with gate:
        if (await case.grading())["state"] != "approved":
            await case.grade()


async def _carry(case: Case, gate: asyncio.Semaphore, carried: Tick) -> None:
    async with gate:
        story = case.story
        await case.flag()
        if story.rises_to:
            await case.rise()
        if story.reaches("graded"):
            await case.grade()
        if story.reaches("handled"):
            await case.work()
        if story.reaches("in_review"):
            await answer(case)
        if story.reaches("closed"):
            await case.end()
        carried(story.title)


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TextColumn("[dim]{task.fields[now]}"), console=console)


def _ticker(progress: Progress) -> Callable[[str, int], Tick]:
    def add(description: str, total: int) -> Tick:
        task: TaskID = progress.add_task(description, total=total, now="")

        def tick(now: str) -> None:
            progress.update(task, advance=1, now=now)

        return tick

    return add


def _table(organisations: Sequence[SampleOrganisation], stories: dict[str, list[Story]]) -> Table:
    """A row a stage, a column an organisation."""
    table = Table(title="示范事件 / sample incidents", title_justify="left")
    table.add_column("", no_wrap=True)
    counts = [Counter(story.until for story in stories[organisation.id]) for organisation in organisations]
    for organisation in organisations:
        table.add_column(organisation.id, justify="right")
    for stage in STAGES:
        table.add_row(STAGE_NAMES[stage], *(str(count[stage] or "") for count in counts))
    table.add_section()
    table.add_row("合计 / all", *(str(count.total()) for count in counts))
    return table
