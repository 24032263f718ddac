"""From reports a second to machines. Pure arithmetic over what was measured; the assumptions are constants here, to be argued with."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

SHARDS = 16
"""Fixed for good: a service's events are consumed by at most so many processes at a time."""
BUSY = 0.65
"""How busy a core may be on average; above it waiting grows faster than work."""
PRIMARY_CORES = 64
"""The largest PostgreSQL primary that is worth buying before schemas get servers of their own."""
SPARE = 2
"""The fewest processes of a service: one may be restarted or lost."""
POOLED = 22
"""Connections that a process may open; intake's two further pools included."""
CONSUMERS = ("grading", "tasks", "publishing", "console")
SECONDS_OF_A_YEAR = 365 * 24 * 3600
PEAK = 100
"""The rate of the worst minutes over the year's mean."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Costs of one report that becomes one incident, on the machine of `measured.json`.

    `cpu` are milliseconds of one core by process, `postgres` by schema; `disk`, `wal` and `bus` are bytes.
    """

    cpu: Mapping[str, float]
    postgres: Mapping[str, float]
    disk: float
    wal: float
    bus: float

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Self:
        """From the JSON; raises KeyError where a cost is missing."""
        return cls(content["cpu_ms"], content["postgres_ms"], content["disk"], content["wal"], content["bus"])


@dataclass(frozen=True, slots=True)
class Size:
    """What `rate` reports a second want. `servers`: PostgreSQL servers, 1 while one primary carries all schemas."""

    rate: int
    processes: Mapping[str, int]
    service_cores: int
    postgres_cores: int
    servers: int
    connections: int
    wal_mb: float
    bus_mb: float
    disk_tb_a_year: float
    first: str


def size(measured: Measured, rate: int) -> Size:
    """The size for a peak of `rate` reports a second, each a new incident: the dearest case."""
    processes = {name: max(SPARE, _cores(rate, cost)) for name, cost in measured.cpu.items()}
    postgres = _cores(rate, sum(measured.postgres.values()))
    return Size(
        rate=rate,
        processes=processes,
        service_cores=sum(_cores(rate, cost) for cost in measured.cpu.values()),
        postgres_cores=postgres,
        servers=max(1, math.ceil(postgres / PRIMARY_CORES)),
        connections=POOLED * sum(processes.values()),
        wal_mb=rate * measured.wal / 1e6,
        bus_mb=rate * measured.bus / 1e6,
        disk_tb_a_year=rate / PEAK * SECONDS_OF_A_YEAR * measured.disk / 1e12,
        first=first_limit(measured, rate),
    )


def limits(measured: Measured) -> dict[str, float]:
    """Reports a second at which each part can't be widened by adding more of the same, smallest first."""
    found = {f"consumers of {name}": SHARDS * _each(measured.cpu[name]) for name in CONSUMERS if name in measured.cpu}
    found["one PostgreSQL primary"] = PRIMARY_CORES * _each(sum(measured.postgres.values()))
    dearest = max(measured.postgres, key=lambda name: measured.postgres[name])
    found[f"PostgreSQL of {dearest} alone"] = PRIMARY_CORES * _each(measured.postgres[dearest])
    return dict(sorted(found.items(), key=lambda each: each[1]))


def first_limit(measured: Measured, rate: int) -> str:
    """What breaks first at this rate, empty where nothing does."""
    return next((name for name, most in limits(measured).items() if most < rate), "")


def _each(milliseconds: float) -> float:
    """Reports a second that one core carries."""
    return 1000 * BUSY / milliseconds


def _cores(rate: int, milliseconds: float) -> int:
    return math.ceil(rate / _each(milliseconds))
