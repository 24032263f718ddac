"""Who spends the CPU: seconds by process, and within PostgreSQL by the pool that a backend serves."""

import os
from collections import Counter
from dataclasses import dataclass

import asyncpg
import psutil

from tests.bench.product import Product


@dataclass(frozen=True, slots=True)
class Reading:
    """CPU seconds so far: `process` by name, `backend` by PostgreSQL pid with its pool's name."""

    process: dict[str, float]
    backend: dict[tuple[int, str], float]


async def read(product: Product, connection: "asyncpg.Connection[asyncpg.Record]") -> Reading:
    """Read now. `generator` is this process."""
    spent: dict[str, float] = {}
    for name, process in product.processes().items():
        service = name.partition("-")[0]
        spent[service] = spent.get(service, 0.0) + _own(process)
    postmaster = product.processes()["postgres"]
    spent["postgres"] = _with_ended(postmaster) + sum(_own(each) for each in postmaster.children())
    spent["generator"] = _own(psutil.Process(os.getpid()))
    rows = await connection.fetch(
        "SELECT pid, coalesce(nullif(application_name, ''), backend_type) AS who FROM pg_stat_activity"
    )
    return Reading(spent, {(row["pid"], row["who"]): _of_pid(row["pid"]) for row in rows})


def spent(before: Reading, after: Reading) -> tuple[dict[str, float], dict[str, float]]:
    """The seconds between two readings: by process, and by pool within PostgreSQL."""
    by_process = {name: seconds - before.process.get(name, 0.0) for name, seconds in after.process.items()}
    by_pool: Counter[str] = Counter()
    for (pid, who), seconds in after.backend.items():
        by_pool[who] += seconds - before.backend.get((pid, who), 0.0)  # type: ignore[assignment]  # a Counter of seconds
    return by_process, {who: float(seconds) for who, seconds in by_pool.items() if seconds > 0}


def idle_memory(product: Product) -> dict[str, float]:
    """PSS in MB by process now: shared pages are divided among those that share them, so the sum is what it costs."""
    names = {process.pid: name.partition("-")[0] for name, process in product.processes().items()}
    sizes: dict[str, float] = {}
    for process in product.everything():
        name = names.get(process.pid, "postgres")
        sizes[name] = sizes.get(name, 0.0) + process.memory_full_info().pss / 1e6
    return sizes


def _own(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _with_ended(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def _of_pid(pid: int) -> float:
    try:
        return _own(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return 0.0
