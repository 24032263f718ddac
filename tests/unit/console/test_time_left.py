"""Time left in words."""

from datetime import UTC, datetime, timedelta

import pytest

from services.console.domain.time_left import time_left

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "urgency", "chinese", "english"),
    [
        (0, "soon", "还剩 0 分 0 秒", "0 min 0 s left"),
        (59, "soon", "还剩 0 分 59 秒", "0 min 59 s left"),
        (7200, "soon", "还剩 2 小时 0 分", "2 h 0 min left"),
        (7201, "later", "还剩 2 小时 0 分", "2 h 0 min left"),
        (90_000, "later", "还剩 1 天 1 小时", "1 d 1 h left"),
        (-1, "late", "已逾期 0 分 1 秒", "0 min 1 s overdue"),
        (-172_800, "late", "已逾期 2 天 0 小时", "2 d 0 h overdue"),
    ],
)
def test_words(seconds: int, urgency: str, chinese: str, english: str) -> None:
    assert time_left(NOW + timedelta(seconds=seconds), NOW) == (seconds, urgency, chinese, english)


def test_no_deadline() -> None:
    assert time_left(None, NOW).urgency == "none"
