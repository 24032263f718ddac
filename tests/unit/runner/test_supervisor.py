"""Restarts: at once the first time, then with growing patience, forgotten after a steady run."""

import time
from dataclasses import dataclass, field

from deploy.local.errors import StartError
from deploy.local.supervisor import LONGEST, STEADY, Watched


@dataclass
class Thing:
    """Something that can be dead or refuse to start."""

    dead: bool = False
    refuses: bool = False
    starts: int = 0
    said: list[str] = field(default_factory=list)

    def start(self) -> None:
        if self.refuses:
            raise StartError("disk full")
        self.starts += 1
        self.dead = False

    def ended(self) -> str | None:
        return "killed" if self.dead else None

    def watched(self) -> Watched:
        watched = Watched("thing", self.start, self.ended)
        watched.launch()
        return watched


def test_first_end_is_healed_at_once() -> None:
    thing = Thing()
    watched = thing.watched()
    watched.look(time.monotonic(), thing.said.append)
    assert thing.starts == 1
    thing.dead = True
    watched.look(time.monotonic(), thing.said.append)
    assert thing.starts == 2
    assert "killed" in thing.said[0]


def test_refusals_wait_longer_and_longer_but_never_over_the_limit() -> None:
    thing = Thing()
    watched = thing.watched()
    thing.dead = thing.refuses = True
    now = time.monotonic()
    waits = []
    for _ in range(9):
        watched.look(now, thing.said.append)
        assert watched.due is not None
        waits.append(watched.due - now)
        watched.look(watched.due - 0.001, thing.said.append)  # too early: nothing is tried
        now = watched.due
    assert waits == sorted(waits)
    assert waits[0] > 0
    assert max(waits) <= LONGEST + 0.001
    assert watched.last_reason == "disk full"
    thing.refuses = False
    watched.look(now, thing.said.append)
    assert watched.due is None
    assert thing.starts == 2


def test_a_planned_end_is_no_failure_and_is_followed_at_once() -> None:
    thing = Thing()
    watched = thing.watched()
    watched.failures = 3
    watched.planned = thing.dead = True
    watched.look(time.monotonic(), thing.said.append)
    assert thing.starts == 2
    assert watched.failures == 3
    thing.dead = True
    watched.look(time.monotonic(), thing.said.append)  # the next one was not planned
    assert watched.failures == 4


def test_a_steady_run_forgets_earlier_failures() -> None:
    thing = Thing()
    watched = thing.watched()
    watched.failures = 4
    thing.dead = True
    watched.look(time.monotonic() + STEADY + 1, thing.said.append)
    assert watched.failures == 1
    assert thing.starts == 2
