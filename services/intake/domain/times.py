"""When a matter began to be public: which times are believed, and what stands in where none was given."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.errors import InvalidError

EARLIEST = datetime(2000, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
AHEAD = timedelta(minutes=5)
"""How far a sender's clock may run before ours."""
ZONE = ZoneInfo("Asia/Shanghai")
"""A time without a zone is the civil time of China; the API says so."""


class TimeRefusedError(InvalidError, ValueError):
    """A time that cannot be when this happened; also a `ValueError`, for validators."""


@dataclass(frozen=True, slots=True)
class Occurred:
    """When it was first public, in UTC; `assumed` where nobody said and the discovery stands in."""

    at: datetime
    assumed: bool


def occurred(
    given: datetime | None, *, now: datetime, discovered: datetime | None = None, name: str = "occurred_at"
) -> Occurred:
    """Judge `given` (naive means Asia/Shanghai) against `now` (aware); without one, `discovered` or else `now`, marked.

    `name` is what the sender calls it. Raises `TimeRefusedError` for a time before 2000-01-01 (Asia/Shanghai) or more than
    five minutes ahead of `now`.
    """
    if given is None:
        return Occurred((discovered or now).astimezone(UTC), assumed=True)
    at = given if given.tzinfo is not None else given.replace(tzinfo=ZONE)
    if at < EARLIEST:
        raise TimeRefusedError(
            f"{name} {at.isoformat()} is before 2000-01-01 (Asia/Shanghai); give the true time, or leave it out."
        )
    if at > now + AHEAD:
        raise TimeRefusedError(
            f"{name} {at.isoformat()} is in the future: it is {now.astimezone(ZONE).isoformat(timespec='seconds')} "
            "here, and up to 5 minutes ahead is accepted. Check the clock and the zone offset, or leave it out."
        )
    return Occurred(at.astimezone(UTC), assumed=False)
