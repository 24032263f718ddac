"""Where a run takes place: the product in a folder that can be full, behind wires that can be cut, under a clock that can step."""

import asyncio
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from deploy.local.fleet import is_ready
from deploy.local.ports import free_port
from tests.bench.product import SERVICES, Product
from tests.chaos import disk, wall_clock
from tests.chaos.disk import Disk
from tests.chaos.wall_clock import WallClock, surroundings
from tests.chaos.wires import Wires

Say = Callable[[str], None]


@dataclass(slots=True)
class Stage:
    """What faults act on; None where this machine does not allow it.

    `moved` is how far office time has been moved, `early` what clocks have done before its time.
    """

    product: Product
    wires: Wires
    replicas: int
    disk: Disk | None
    clock: WallClock | None
    moved: timedelta = timedelta()
    notes: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)

    def move_office_time(self, by: timedelta) -> None:
        """Move it on by so much: every process reads this offset within a second. In one step, as a reader may look now."""
        self.moved += by
        file = self.product.var / "state" / "clock"
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f".clock.{os.getpid()}")
        fresh.write_text(str(int(self.moved.total_seconds())), encoding="ascii")
        fresh.replace(file)

    def names(self) -> list[str]:
        """The services' processes that run now: `intake`, `intake-2`, …"""
        return sorted(name for name in self.product.processes() if name.partition("-")[0] in SERVICES)

    async def settled(self, within: float) -> None:
        """Wait until every process is there and says that it is ready. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while not await asyncio.to_thread(self._all_ready):
                await asyncio.sleep(0.2)

    def _all_ready(self) -> bool:
        try:
            text = (self.product.var / "state" / "processes.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return False
        running: dict[str, dict[str, int]] = json.loads(text)
        enough = len(running) >= self.replicas * len(SERVICES)
        return enough and self.product.ready() and all(is_ready(one["port"]) for one in running.values())


def own_broker() -> bool:
    """Whether the runner's own broker carries the events."""
    return not os.environ.get("KAFKA_BOOTSTRAP_SERVERS")


def nodes() -> Mapping[str, int]:
    """The process ids of the Apache Kafka nodes that were started for this run, by node; empty where there are none."""
    file = os.environ.get("HUIYING_KAFKA_NODES")
    if not file:
        return {}
    found: dict[str, dict[str, int]] = json.loads(Path(file).read_text(encoding="utf-8"))
    return {node: one["pid"] for node, one in found.items()}


@contextmanager
def staged(var: Path, port_base: int, replicas: int, say: Say) -> Iterator[Stage]:
    """A fresh product for the time of a block. Says loudly what cannot be done on this machine; the folder stays."""
    disk.release(var)
    shutil.rmtree(var, ignore_errors=True)
    notes = []
    place, reason = None, disk.why_not()
    if reason is None:
        place = Disk(var)
        place.mount()
    else:
        notes.append(f"NO FULL DISKS in this run: {reason}")
    reason = wall_clock.why_not()
    clock = WallClock() if reason is None else None
    if reason is not None:
        notes.append(f"NO STEPS OF THE WALL CLOCK in this run, of office time only: {reason}")
    if not own_broker() and not nodes():
        notes.append("NO FAULTS OF THE BROKER in this run: its processes are not ours (python -m deploy.kafka run …)")
    port_file = var / "postgres" / "port"
    port_file.parent.mkdir(parents=True)
    port_file.write_text(f"{free_port()}\n", encoding="ascii")
    wires = Wires(SERVICES, lambda: int(port_file.read_text(encoding="ascii")))
    wires.start()
    options = [part for name, port in wires.ports.items() for part in ("--database-port", f"{name}={port}")]
    product = Product(var, port_base, options=("--replicas", str(replicas), *options))
    for note in notes:
        say(f"[bold yellow]{note}[/]")
    try:
        with surroundings(clock.environment if clock else {}):
            took = product.start()
        say(f"ready after {took:.1f} s (first start: new database, migrations)")
        yield Stage(product, wires, replicas, place, clock, notes=notes)
    except BaseException:
        product.stop()
        if place is not None:
            place.keep()
        raise
    finally:
        product.stop()
        wires.stop()
        if clock is not None:
            clock.remove()


def clear(stage: Stage) -> None:
    """Remove the folder."""
    disk.release(stage.product.var)
    stage.product.remove()
