"""Steps of the wall clock are told from its running, and nothing fires while it is in doubt."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from shared.clock import OfficeClock, StepWatch
from shared.timers.verdicts import Believed, Verdicts
from tests.builders.clocks import HandClock

HOUR = timedelta(hours=1)
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Machine:
    """A wall clock and a steady one that run together until a test moves one of them."""

    def __init__(self) -> None:
        self.wall = HandClock(START)
        self.steady = 1000.0
        self.watch = StepWatch(self.wall, lambda: self.steady, timedelta(seconds=60))

    def paused(self) -> bool:
        return self.watch.paused

    def run(self, seconds: float) -> None:
        self.wall.move(seconds=seconds)
        self.steady += seconds


def _near(step: timedelta | None, expected: timedelta) -> bool:
    return step is not None and abs(step - expected) < timedelta(seconds=1)


def test_time_that_runs_is_no_step_however_long() -> None:
    machine = Machine()
    for seconds in (0.25, 30, 86400):
        machine.run(seconds)
        assert machine.watch.check() is None
    assert not machine.paused()


@pytest.mark.parametrize("step", [HOUR, -HOUR, timedelta(seconds=5.5)])
def test_a_moved_wall_clock_pauses_until_the_new_time_is_believed(step: timedelta) -> None:
    machine = Machine()
    machine.run(10)
    machine.wall.move(seconds=step.total_seconds())
    assert _near(machine.watch.check(), step)
    machine.run(59)
    assert machine.watch.check() is None
    assert machine.paused()
    machine.run(1)
    assert machine.watch.check() is None
    assert not machine.paused()
    machine.run(10)
    machine.watch.check()
    assert not machine.paused()


def test_a_step_taken_back_ends_the_pause_at_once() -> None:
    machine = Machine()
    machine.wall.move(hours=1)
    machine.watch.check()
    machine.run(2)
    machine.wall.move(hours=-1)
    assert _near(machine.watch.check(), -HOUR)
    assert not machine.paused()


def test_a_second_step_in_the_pause_begins_it_anew() -> None:
    machine = Machine()
    machine.wall.move(hours=1)
    machine.watch.check()
    machine.run(50)
    machine.wall.move(hours=1)
    machine.watch.check()
    machine.run(50)
    machine.watch.check()
    assert machine.paused()
    machine.wall.move(hours=-2)  # both taken back
    machine.watch.check()
    assert not machine.paused()


@pytest.mark.parametrize("seconds", [3600.0, -3600.0])
def test_a_moved_steady_clock_is_the_same_doubt(seconds: float) -> None:
    machine = Machine()
    machine.steady += seconds
    assert _near(machine.watch.check(), timedelta(seconds=-seconds))
    assert machine.paused()


def test_slow_corrections_are_no_steps() -> None:
    machine = Machine()
    for _ in range(100):
        machine.run(0.25)
        machine.wall.move(seconds=0.2)
        assert machine.watch.check() is None
    assert not machine.paused()


def test_the_office_clocks_own_offset_is_no_step(tmp_path: Path) -> None:
    machine = Machine()
    OfficeClock(machine.wall, tmp_path / "clock").move(HOUR)
    assert machine.watch.check() is None


def test_the_office_clock_follows_its_file_after_the_wall_clock_stepped_back(tmp_path: Path) -> None:
    wall = HandClock(START)
    office, other = OfficeClock(wall, tmp_path / "clock"), OfficeClock(wall, tmp_path / "clock")
    office.now()
    wall.move(hours=-1)
    other.move(timedelta(hours=5))
    assert office.now() - wall.now() > timedelta(hours=4)


def test_verdicts_are_withheld_and_counted() -> None:
    machine = Machine()
    verdicts = Verdicts("watched", machine.watch)

    def counted() -> tuple[float | None, float | None]:
        labels = {"service": "watched"}
        return (
            REGISTRY.get_sample_value("huiying_clock_steps_total", labels),
            REGISTRY.get_sample_value("huiying_verdicts_paused", labels),
        )

    assert verdicts.allowed()
    assert counted() == (0, 0)
    machine.wall.move(hours=1)
    assert not verdicts.allowed()
    assert not verdicts.allowed()
    assert counted() == (1, 1)
    machine.wall.move(hours=-1)
    assert verdicts.allowed()
    assert counted() == (2, 0)


def test_a_process_that_begins_amid_a_step_is_not_fooled_by_it(tmp_path: Path) -> None:
    def begin() -> Verdicts:
        believed = Believed(tmp_path / "state" / "clock")
        watch = StepWatch(machine.wall, lambda: machine.steady, timedelta(seconds=60), believed.read())
        return Verdicts("begun", watch, believed)

    machine = Machine()
    assert begin().allowed()  # nothing known: what is found is believed, and kept
    machine.run(300)
    machine.wall.move(hours=1)
    assert not begin().allowed()
    killed_and_begun_again = begin()
    assert not killed_and_begun_again.allowed()
    machine.run(61)
    assert killed_and_begun_again.allowed()  # believed by now, and by those who begin later
    assert begin().allowed()
    machine.wall.move(hours=-1)
    assert not begin().allowed()


def test_what_was_believed_in_another_boot_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("another-boot 2020-01-01T00:00:00+00:00\n")
    assert Believed(tmp_path / "clock").read() is None
    (tmp_path / "clock").write_text("half a li")
    assert Believed(tmp_path / "clock").read() is None
