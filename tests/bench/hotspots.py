"""Where the time goes: the samplers' stacks summarised, ten functions a service by their own time, and the three worst of all."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TOP = 10
WORST = 3


@dataclass(frozen=True, slots=True)
class Hot:
    """A function's own share of a service's CPU; `within` is the project's function that calls it most, if it is not of the project."""

    service: str
    function: str
    share: float
    within: str


def read(folder: Path) -> dict[str, Counter[tuple[str, ...]]]:
    """Stacks by service; several processes of one service together."""
    found: dict[str, Counter[tuple[str, ...]]] = {}
    for file in sorted(folder.glob("*.collapsed")):
        stacks = found.setdefault(file.stem.partition("-")[0], Counter())
        for line in file.read_text("utf-8").splitlines():
            stack, _, count = line.rpartition(" ")
            stacks[tuple(stack.split(";"))] += int(count)
    return found


def hottest(service: str, stacks: Counter[tuple[str, ...]], top: int = TOP) -> list[Hot]:
    """The functions that computed most by themselves, C code they call included."""
    own, callers = Counter[str](), dict[str, Counter[str]]()
    for stack, count in stacks.items():
        own[stack[-1]] += count
        callers.setdefault(stack[-1], Counter())[_ours(stack)] += count
    total = max(1, stacks.total())
    return [
        Hot(service, function, count / total, callers[function].most_common(1)[0][0])
        for function, count in own.most_common(top)
    ]


def summary(folder: Path, cpu: Mapping[str, float]) -> list[str]:
    """As lines of text. `cpu`: ms an incident by service, where that was measured, which makes the shares comparable."""
    found = read(folder)
    lines: list[str] = []
    every: list[tuple[float, Hot]] = []
    for service in sorted(found, key=lambda name: -cpu.get(name, 0.0)):
        hot = hottest(service, found[service])
        every += [(each.share * cpu.get(service, 0.0), each) for each in hot]
        cost = f", {cpu[service]:.2f} ms CPU an incident" if service in cpu else ""
        lines += [f"{service}: {found[service].total()} samples{cost}"]
        lines += [_line(each, cpu.get(service)) for each in hot]
        lines += [""]
    worst = sorted(every, key=lambda each: -each[0])[:WORST]
    lines += [
        f"the {WORST} worst of all",
        *(f"  {ms:.2f} ms  {each.service}: {each.function}{_in(each)}" for ms, each in worst),
    ]
    return lines


def write(folder: Path, results: Sequence[tuple[str, float]]) -> list[str]:
    """`summary.txt` in the folder, from the results' `CPU of an incident: <service>`; answers its lines."""
    prefix = "CPU of an incident: "
    cpu = {name.removeprefix(prefix): value for name, value in results if name.startswith(prefix)}
    lines = summary(folder, cpu)
    (folder / "summary.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return lines


def _line(each: Hot, cost: float | None) -> str:
    ms = "" if cost is None else f" {each.share * cost:6.2f} ms"
    return f"  {100 * each.share:5.1f} %{ms}  {each.function}{_in(each)}"


def _in(each: Hot) -> str:
    return f"  (mostly in {each.within})" if each.within and each.within != each.function else ""


def _ours(stack: tuple[str, ...]) -> str:
    for function in reversed(stack):
        if function.startswith(("services/", "shared/")):
            return function
    return ""
