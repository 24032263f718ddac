"""One run: load, faults, rest, account."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.bench.setup import make_offices
from tests.chaos.account import account, at_rest
from tests.chaos.faults.kind import Fault
from tests.chaos.findings import Finding
from tests.chaos.inflict import Inflicting
from tests.chaos.officials import Officials
from tests.chaos.outcome import Outcome
from tests.chaos.plan import plan, quick
from tests.chaos.portal import Portal
from tests.chaos.stage import Stage

OFFICE_MOVES = timedelta(hours=3)
"""Half way office time goes forward so far: duties of one hour from discovery come due all at once, under faults."""
TOLD_WITHIN = 120.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for."""

    seed: int
    rate: float
    faults: int
    kinds: Sequence[str]
    outage: float
    quick: bool


async def run(stage: Stage, wish: Wish, console: Console) -> Outcome:
    """Load, faults, rest, account."""
    offices = await make_offices(stage.product)
    await stage.settled(60)
    await at_rest(stage, 60)  # else intake may not have heard of the organisations yet
    faults = quick(wish.seed, stage) if wish.quick else plan(wish.seed, stage, wish.faults, wish.kinds, wish.outage)
    outcome = Outcome(wish.seed, Counter(fault.kind for fault in faults), notes=stage.notes)
    console.print(f"seed {wish.seed}: {len(faults)} faults, {dict(sorted(outcome.faults.items()))}")
    portal = Portal(stage.product.url("intake"), offices, wish.rate, wish.seed)
    officials = Officials(stage.product, offices, wish.seed)
    sending, working = asyncio.create_task(portal.run()), asyncio.create_task(officials.run())
    outcome.findings += await _inflict(stage, faults, portal, console)
    await asyncio.sleep(2)
    portal.stop()
    officials.stop()
    await asyncio.wait([sending, working], timeout=TOLD_WITHIN)
    outcome.findings += _clients(portal, sending, working)
    outcome.acknowledged = len(portal.told)
    outcome.figures["longest_wait"] = round(portal.longest, 1)
    outcome.figures["longest_silence"] = round(portal.silence, 1)
    console.print(
        f"{portal.sent} complaints sent, {len(portal.told)} acknowledged, retries {dict(portal.retries)}, "
        f"longest wait {portal.longest:.1f} s, longest silence {portal.silence:.1f} s"
    )
    console.print(
        f"{len(officials.approved)} grades approved, {len(officials.handed_in)} tasks handed in, "
        f"not done {dict(officials.refusals)}"
    )
    await account(stage, portal, officials, outcome, console)
    return outcome


def _clients(portal: Portal, sending: "asyncio.Task[None]", working: "asyncio.Task[None]") -> list[Finding]:
    """What clients themselves complain of."""
    found = [Finding("lost", "answers", 1, quarrel) for quarrel in portal.quarrels]
    if not sending.done():
        found.append(Finding("lost", "complaints never acknowledged", portal.waiting, str(dict(portal.retries))))
    for task in (sending, working):
        if not task.done():
            task.cancel()
        elif (error := task.exception()) is not None:
            raise error
    return found


async def _inflict(stage: Stage, faults: Sequence[Fault], portal: Portal, console: Console) -> list[Finding]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("faults", total=len(faults))
        begun = 0

        def done(_: Fault) -> None:
            nonlocal begun
            begun += 1
            if begun == len(faults) // 2:
                stage.move_office_time(OFFICE_MOVES)
                progress.console.print(f"office time moved by {OFFICE_MOVES}")
            told = f"faults · {len(portal.told)} acknowledged, {portal.waiting} waiting"
            progress.update(bar, advance=1, description=told)

        inflicting = Inflicting(
            stage, lambda text: progress.console.print(f"{progress.tasks[0].elapsed:6.1f} {text}"), done
        )
        await inflicting.all(faults)
    return [
        *[Finding("lost", "the processes", 1, failure) for failure in inflicting.failures],
        *[Finding("doubled", "clocks fired by a wrong clock", 1, early) for early in stage.early],
    ]
