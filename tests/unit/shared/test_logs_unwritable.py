"""A log that cannot be written must not stop what is logged."""

import errno
import io

import pytest
import structlog

from deploy.local.screen import Screen
from shared.telemetry.logs import Unfailing


class FullDisk(io.StringIO):
    """Takes nothing until there is `room`."""

    room = False

    def write(self, text: str) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(text)

    def flush(self) -> None:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")


def test_lines_are_let_go_while_the_disk_is_full_and_come_again_with_room() -> None:
    disk = FullDisk()
    logger = structlog.PrintLogger(Unfailing(disk))  # type: ignore[arg-type]  # write and flush are all it uses
    logger.msg("lost")
    disk.room = True
    logger.msg("kept")
    assert disk.getvalue() == "kept\n"


def test_the_runner_goes_on_where_its_words_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, disk = Screen(steps=1), FullDisk()
    monkeypatch.setattr(screen._console, "file", disk)
    screen.say("tasks 已停止 / ended")
    disk.room = True
    screen.say("tasks 已重新启动 / started again")
    assert "started again" in disk.getvalue()
