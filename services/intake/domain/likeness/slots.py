"""Who stands in which slot: the incidents an index holds, by columns."""

import sys
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

_FEWEST = 64
_NUMBERS = 76
_EMPTY = np.zeros(_FEWEST, [("high", np.uint64), ("low", np.uint64), ("square", np.int64), ("opened", np.int64)])
_HALF = 0xFFFF_FFFF_FFFF_FFFF


class Slots:
    """Slots are given in turn and never again, until `renumbered`. Moments are whole microseconds since 1970."""

    def __init__(self) -> None:
        self._rows = _EMPTY.copy()
        self._alive = np.zeros(_FEWEST, bool)
        self._of: dict[int, int] = {}
        self.given = 0

    def __len__(self) -> int:
        """How many incidents stand."""
        return len(self._of)

    @property
    def nbytes(self) -> int:
        """About the memory it takes, in bytes: what Python keeps for a number in a dictionary counts too."""
        return self._rows.nbytes + self._alive.nbytes + sys.getsizeof(self._of) + _NUMBERS * len(self._of)

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Of each slot, whether an incident stands in it."""
        return self._alive[: self.given]

    def take(self, incident_id: UUID, square: int, opened_at: datetime) -> int:
        """The next slot, for this incident; what it had before is given up."""
        self.give_up(incident_id)
        if self.given == len(self._rows):
            more = self.given // 4 + _FEWEST
            self._rows = np.concatenate([self._rows, np.zeros(more, self._rows.dtype)])
            self._alive = np.concatenate([self._alive, np.zeros(more, bool)])
        slot, number = self.given, incident_id.int
        self._rows[slot] = (number >> 64, number & _HALF, square, micros(opened_at))
        self._alive[slot] = True
        self._of[number] = slot
        self.given += 1
        return slot

    def give_up(self, incident_id: UUID) -> bool:
        """Leave the incident's slot empty; whether it had one."""
        slot = self._of.pop(incident_id.int, None)
        if slot is not None:
            self._alive[slot] = False
        return slot is not None

    @property
    def squares(self) -> NDArray[np.int64]:
        """Of each slot, the squared length of its vector."""
        return self._rows["square"]

    def standing(
        self, slots: NDArray[np.int64], without: Collection[UUID], since: datetime | None
    ) -> NDArray[np.bool_]:
        """Which of these slots may answer."""
        may = self._alive[slots]
        if since is not None:
            may &= self._rows["opened"][slots] >= micros(since)
        left_out = [self._of[each.int] for each in without if each.int in self._of]
        return may & ~np.isin(slots, left_out) if left_out else may

    def best(self, slots: NDArray[np.int64], scores: NDArray[np.float64], most: int) -> list[tuple[UUID, float]]:
        """The highest scores with their incidents, equals by incident id."""
        if len(scores) > most:
            kept = np.flatnonzero(scores >= np.partition(scores, len(scores) - most)[len(scores) - most])
            slots, scores = slots[kept], scores[kept]
        rows = self._rows[slots]
        order = np.lexsort((rows["low"], rows["high"], -scores))[:most]
        return [
            (UUID(int=int(row["high"]) << 64 | int(row["low"])), float(score))
            for row, score in zip(rows[order], scores[order], strict=True)
        ]

    def renumbered(self) -> NDArray[np.int64]:
        """Close the gaps; answers where each slot went, -1 for the empty."""
        alive = self.alive
        went = np.where(alive, np.cumsum(alive) - 1, -1)
        self._rows = self._rows[: self.given][alive]
        self._alive = np.ones(len(self._rows), bool)
        self._of = {number: int(went[slot]) for number, slot in self._of.items()}
        self.given = len(self._rows)
        return went


def micros(moment: datetime) -> int:
    """Whole microseconds since 1970 of an aware moment."""
    return round(moment.timestamp() * 1_000_000)
