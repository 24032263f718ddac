"""Office time: the wall clock and an offset, which one small file carries to every process."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.clock import OfficeClock, SystemClock

HOUR = timedelta(hours=1)


class Wall:
    """A wall clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 2, 13, 13, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def test_the_wall_clock_is_aware_and_in_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta()


def test_office_time_is_wall_time_until_it_is_moved(tmp_path: Path) -> None:
    wall = Wall()
    office = OfficeClock(wall, tmp_path / "offset")
    assert office.now() == wall.now()
    office.move(HOUR)
    assert office.now() == wall.now() + HOUR
    office.move(-3 * HOUR)
    assert office.now() == wall.now() - 2 * HOUR


def test_a_move_reaches_another_process_within_a_second_and_not_by_rereading_each_time(tmp_path: Path) -> None:
    wall, file = Wall(), tmp_path / "offset"
    here, there = OfficeClock(wall, file), OfficeClock(wall, file)
    assert there.now() == wall.now()
    here.move(HOUR)
    wall.move(0.5)
    assert there.now() == wall.now()
    wall.move(0.6)
    assert there.now() == wall.now() + HOUR
    file.unlink()
    wall.move(1.1)
    assert there.now() == wall.now()


def test_a_process_that_starts_later_finds_the_offset(tmp_path: Path) -> None:
    wall = Wall()
    OfficeClock(wall, tmp_path / "offset").move(26 * HOUR)
    assert OfficeClock(wall, tmp_path / "offset").now() == wall.now() + 26 * HOUR


def test_without_a_file_a_move_stays_in_its_own_clock() -> None:
    wall = Wall()
    moved, other = OfficeClock(wall), OfficeClock(wall)
    moved.move(HOUR)
    assert (moved.now(), other.now()) == (wall.now() + HOUR, wall.now())


def test_nobody_reads_half_a_number(tmp_path: Path) -> None:
    file, wall = tmp_path / "offset", Wall()
    mover = OfficeClock(wall, file)
    mover.move(HOUR)

    def move_about() -> None:
        for _ in range(300):
            mover.move(timedelta(days=400))

    moving = threading.Thread(target=move_about)
    moving.start()
    while moving.is_alive():
        read = int(file.read_text())
        assert (read - 3600) % (400 * 86400) == 0
    moving.join()
    assert OfficeClock(wall, file).now() == wall.now() + HOUR + timedelta(days=400 * 300)
    assert [each.name for each in tmp_path.iterdir()] == ["offset"]
