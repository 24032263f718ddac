"""An office's business hours, in its zone, and when a day ends for it (Civil Code, Art. 203)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

DayEnds = Literal["close_of_business", "24:00"]
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, eq=False)
class BusinessHours:
    """Local opening and closing times of a working day; `day_ends` says which of the two ends of Art. 203 holds.
    `midday` parts the morning from the afternoon, where half days are counted.

    Compared and hashed by identity: counted periods are cached per office.
    """

    zone: ZoneInfo = SHANGHAI
    opens: time = time(8, 30)
    closes: time = time(17, 30)
    day_ends: DayEnds = "close_of_business"
    midday: time = time(12, 0)

    def local(self, moment: datetime) -> datetime:
        """The moment on the office's wall clock."""
        return moment.astimezone(self.zone)

    def opening(self, day: date) -> datetime:
        """The UTC instant business opens on `day`."""
        return datetime.combine(day, self.opens, self.zone).astimezone(UTC)

    def closing(self, day: date) -> datetime:
        """The UTC instant business closes on `day`, whenever the day itself ends."""
        return datetime.combine(day, self.closes, self.zone).astimezone(UTC)

    def noon(self, day: date) -> datetime:
        """The UTC instant at which the morning of `day` ends and its afternoon begins."""
        return datetime.combine(day, self.midday, self.zone).astimezone(UTC)

    def midnight(self, day: date) -> datetime:
        """The UTC instant of 24:00 of `day`."""
        return datetime.combine(day + timedelta(days=1), time(0), self.zone).astimezone(UTC)

    def end(self, day: date) -> datetime:
        """The UTC instant at which a period that ends on `day` ends."""
        if self.day_ends == "24:00":
            return self.midnight(day)
        return self.closing(day)
