"""The product with a sampling profiler in each service: `python -m tests.bench.profiled` in place of `deploy.local`.

A sample is taken each 5 ms of a process's own CPU time, from SIGUSR1 on. At its end a service writes `var/profile/<name>.txt` (functions by
their own and by their whole time) and `<name>.collapsed` (stacks for a flame graph).
"""

import signal
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any
from unittest import mock

from deploy.local import __main__ as local
from deploy.local import fleet
from deploy.local.forks import serve
from tests.bench.product import ROOT

EVERY = 0.005
MOST = 40


class Sampler:
    """Counts stacks of the main thread while it computes."""

    def __init__(self) -> None:
        self.stacks: Counter[tuple[str, ...]] = Counter()

    def start(self) -> None:
        """Begin; interrupts no system call. SIGUSR1 forgets what was seen so far: the measurement begins there."""
        signal.signal(signal.SIGUSR1, lambda *_: self.stacks.clear())
        signal.signal(signal.SIGPROF, self._take)
        signal.siginterrupt(signal.SIGPROF, False)
        signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)

    def write(self, folder: Path, name: str) -> None:
        """Stop, and write both files."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        folder.mkdir(parents=True, exist_ok=True)
        total = max(1, self.stacks.total())
        own, whole = Counter[str](), Counter[str]()
        for stack, count in self.stacks.items():
            own[stack[-1]] += count
            for function in set(stack):
                whole[function] += count
        lines = [f"{name}: {total} samples of {EVERY * 1000:.0f} ms CPU"]
        for title, counts in (("own time", own), ("with what they call", whole)):
            lines += ["", title, *(f"{100 * n / total:6.1f} %  {which}" for which, n in counts.most_common(MOST))]
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", "utf-8")
        collapsed = (f"{';'.join(stack)} {count}" for stack, count in self.stacks.items())
        (folder / f"{name}.collapsed").write_text("\n".join(collapsed) + "\n", "utf-8")

    def _take(self, _number: int, frame: FrameType | None) -> None:
        stack: list[str] = []
        while frame is not None and frame.f_code.co_qualname != "Runner.run":  # asyncio's; all above it is the same
            code = frame.f_code
            stack.append(f"{_place(code.co_filename)}:{code.co_qualname}")
            frame = frame.f_back
        self.stacks[tuple(reversed(stack)) or ("(loop)",)] += 1


@cache
def _place(file: str) -> str:
    """The project's files by their whole path in it, others by the last three parts of theirs."""
    path = Path(file)
    return (
        str(path.relative_to(ROOT))
        if path.is_relative_to(ROOT / "services") or path.is_relative_to(ROOT / "shared")
        else "/".join(path.parts[-3:])
    )


def sampled(plain: Callable[..., None]) -> Callable[..., None]:
    """`plain` under a sampler."""

    def serve_sampled(create_app: Callable[[], Any], listening: Any, others: Any, environment: dict[str, str]) -> None:
        # uvicorn hands the signal that stopped it back to whoever had it before: us, not the kernel's sudden end.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: sys.exit(0))
        sampler = Sampler()
        sampler.start()
        try:
            plain(create_app, listening, others, environment)
        finally:
            # A process is called as the log it writes to: intake, intake-2.
            sampler.write(Path(environment["HUIYING_VAR"]) / "profile", Path("/proc/self/fd/1").readlink().stem)

    return serve_sampled


if __name__ == "__main__":
    with mock.patch.object(fleet, "serve", sampled(serve)):
        sys.exit(local.main(sys.argv[1:]))
