"""Field types of requests: text that PostgreSQL can keep, times within reason."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from shared.web import fields

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _in_reach(moment: datetime) -> datetime:
    if not EARLIEST <= moment <= LATEST:
        raise ValueError("应在 2000 年至 2200 年之间 / must lie between the years 2000 and 2200")
    return moment.astimezone(UTC)


Moment = Annotated[fields.Moment, AfterValidator(_in_reach)]
"""An instant with its offset, turned into UTC."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A login, a role id, a cursor: one line without control characters."""

Cursor = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_-]+$")]
"""A place in a list, as it was given."""

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
"""Why; said by a person, shown to people."""

Version = fields.Version | None
"""The version that the caller has seen; absent: whatever it is now."""
