"""Which faults come when: all of it follows from the seed, and from what this machine allows."""

import random
from collections.abc import Sequence
from itertools import chain, cycle, islice

from tests.chaos.faults import clock_steps, full_disk, kills, network, rolling
from tests.chaos.faults.kills import outage, whole_broker
from tests.chaos.faults.kind import Fault, Kind
from tests.chaos.stage import Stage

GAP = (0.2, 2.5)
"""Seconds between two faults, drawn evenly: short enough that one comes while another is being healed."""
OUTAGE = "broker-outage"
KINDS: tuple[Kind, ...] = (
    *kills.KINDS,
    *network.KINDS,
    *full_disk.KINDS,
    *clock_steps.KINDS,
    *rolling.KINDS,
    Kind(OUTAGE, 0.0, (0, 0), whole_broker, outage),
)
BY_NAME = {kind.name: kind for kind in KINDS}
QUICK = ("kill", "kill-postgres", "kill-broker", "freeze", "hang-broker", "cut", "cut-silently", "delay", "half-open")
QUICK_LONGEST = 2.5


def plan(seed: int, stage: Stage, count: int, kinds: Sequence[str], long_outage: float) -> list[Fault]:
    """At least one of each kind, the rest by their shares; every target of a kind in turn. The long outage comes early."""
    chance = random.Random(seed)
    chosen = [(kind, list(kind.targets(stage))) for kind in KINDS if kind.name in kinds and kind.name != OUTAGE]
    possible = [(kind, targets) for kind, targets in chosen if targets]
    whole = sum(kind.share for kind, _ in possible)
    faults = list(
        chain.from_iterable(
            _some(kind, targets, max(1, round(count * kind.share / whole)), chance) for kind, targets in possible
        )
    )
    chance.shuffle(faults)
    if OUTAGE in kinds and long_outage > 0 and whole_broker(stage):
        faults.insert(len(faults) // 10, Fault(OUTAGE, "broker", long_outage, chance.uniform(*GAP)))
    return faults


def quick(seed: int, stage: Stage) -> list[Fault]:
    """A short round: each process killed once, each of the brief kinds once, a full disk; none of them long."""
    chance = random.Random(seed)
    faults = [Fault("kill", name, 0.0, chance.uniform(0.1, 0.8)) for name in stage.names()]
    for name in (*QUICK[1:], *(["full-disk"] if stage.disk else []), *(["clock"] if stage.clock else [])):
        kind = BY_NAME[name]
        if targets := list(kind.targets(stage)):
            lasts = min(QUICK_LONGEST, chance.uniform(*kind.lasts))
            faults.append(Fault(name, chance.choice(targets), lasts, chance.uniform(0.1, 0.8)))
    chance.shuffle(faults)
    return faults


def _some(kind: Kind, targets: list[str], count: int, chance: random.Random) -> list[Fault]:
    chance.shuffle(targets)
    return [
        Fault(kind.name, target, chance.uniform(*kind.lasts), chance.uniform(*GAP))
        for target in islice(cycle(targets), count)
    ]
