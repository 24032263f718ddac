"""Time left until a deadline in words that a person reads at a glance; pure."""

from datetime import datetime
from typing import Literal, NamedTuple

Urgency = Literal["late", "soon", "later", "none"]
_SOON_SECONDS = 2 * 3600


class TimeLeft(NamedTuple):
    """`seconds` is negative once the deadline has passed, None without one."""

    seconds: int | None
    urgency: Urgency
    chinese: str
    english: str


def time_left(due_at: datetime | None, now: datetime) -> TimeLeft:
    """What remains at `now` until `due_at`, in the two largest units."""
    if due_at is None:
        return TimeLeft(None, "none", "无时限", "no deadline")
    seconds = int((due_at - now).total_seconds())
    chinese, english = _words(abs(seconds))
    if seconds < 0:
        return TimeLeft(seconds, "late", f"已逾期 {chinese}", f"{english} overdue")
    return TimeLeft(seconds, "soon" if seconds <= _SOON_SECONDS else "later", f"还剩 {chinese}", f"{english} left")


def _words(seconds: int) -> tuple[str, str]:
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes = rest // 60
    if days:
        return f"{days} 天 {hours} 小时", f"{days} d {hours} h"
    if hours:
        return f"{hours} 小时 {minutes} 分", f"{hours} h {minutes} min"
    return f"{minutes} 分 {rest % 60} 秒", f"{minutes} min {rest % 60} s"
