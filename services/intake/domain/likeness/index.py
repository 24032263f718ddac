"""The matters of one organisation at one generation, held in memory to find the nearest of a vector.

Log-structured: what was put since the last question becomes a small segment, and segments merge as they grow up to 8,192 matters.
100,000 matters take 65 MB and answer within 6 ms of processor time [measured by tests/bench/likeness.py]; a put costs 30 µs, the
one in some thousands that completes a large segment 50 to 100 ms: load many in a thread.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.intake.domain.likeness.live import Live, weighed
from services.intake.domain.likeness.segment import MOST_SLOTS, Postings, Segment, packed, written
from services.intake.domain.likeness.slots import Slots
from services.intake.domain.likeness.vector import Vector

_MOST_WAITING = 1024
_FEWEST_GAPS = 1024
_SMALL = 256


@dataclass(frozen=True, slots=True)
class Near:
    """An incident that may be about the same matter; `score` from 0 to 1."""

    incident_id: UUID
    score: float


class Index:
    """May be used by several threads: one at a time gets in.

    All vectors must be of the generation `number`. In generation 0 grams weigh by the matters held at the time of the question.
    The same matters held give the same answer, to the last bit, whatever was put and dropped on the way and in which order.
    """

    def __init__(self, number: int = 0) -> None:
        self.number = number
        self._slots = Slots()
        self._segments: list[Segment] = []
        self._waiting: list[Postings] = []
        self._live: Live | None = None
        self._alone = Lock()

    def __len__(self) -> int:
        """How many incidents it holds."""
        return len(self._slots)

    @property
    def nbytes(self) -> int:
        """The memory it takes, in bytes."""
        waiting = sum(each.nbytes for each in self._waiting)
        return self._slots.nbytes + sum(each.nbytes for each in self._segments) + waiting

    def put(self, incident_id: UUID, vector: Vector, opened_at: datetime) -> None:
        """Hold an incident, opened at this aware moment; a vector it had before is replaced."""
        grams, weights = _read(vector)
        with self._alone:
            self._slots.take(incident_id, int(weights @ weights), opened_at)
            self._waiting.append(packed(grams, len(self._waiting), weights))
            self._live = None
            if len(self._waiting) >= _MOST_WAITING:
                self._settle()

    def drop(self, incident_id: UUID) -> None:
        """Forget an incident; one that is not held is no error."""
        with self._alone:
            if self._slots.give_up(incident_id):
                self._live = None

    def nearest(
        self, vector: Vector, most: int, without: Collection[UUID] = (), since: datetime | None = None
    ) -> list[Near]:
        """At most `most` incidents that share a gram with the vector, the most alike first; equals by incident id.

        `without` and those opened before `since` are left out.
        """
        grams, weights = _read(vector)
        if most < 1 or not len(grams):
            return []
        with self._alone:
            self._settle()
            segments, squares, weights = self._weighed(grams, weights)
            slots, products = _met(segments, grams, weights)
            may = self._slots.standing(slots, without, since)
            slots, products = slots[may], products[may]
            scores = np.minimum(products / np.sqrt(squares[slots] * float(weights @ weights)), 1.0)
            return [Near(*each) for each in self._slots.best(slots, scores, most)]

    def _weighed(
        self, grams: NDArray[np.uint32], weights: NDArray[np.int64]
    ) -> tuple[Sequence[Segment], NDArray[np.int64], NDArray[np.int64]]:
        """Segments, squared lengths of their vectors, and the weights asked for: as they are, or by what is held now."""
        if self.number:
            return self._segments, self._slots.squares, weights
        self._live = self._live or weighed(self._segments, self._slots.alive, len(self))
        return self._live.segments, self._live.squares, weights * self._live.rarity(grams)

    def _settle(self) -> None:
        """Make a segment of what waits, then merge small neighbours into larger ones."""
        if self._waiting:
            size = len(self._waiting)
            self._segments.append(written(self._slots.given - size, size, self._waiting))
            self._waiting = []
        gaps = self._slots.given - len(self)
        if gaps > max(len(self), _FEWEST_GAPS):
            self._close_gaps()
        while len(self._segments) > 1 and _due(*self._segments[-2:]):
            self._merge()

    def _merge(self) -> None:
        one, two = self._segments[-2:]
        alive = self._slots.alive[one.base : two.base + two.size]
        places = np.where(alive, np.arange(len(alive)), -1)
        parts = [one.postings(places[: one.size]), two.postings(places[one.size :])]
        self._segments[-2:] = [written(one.base, len(alive), parts)]

    def _close_gaps(self) -> None:
        """Most of what was put has been dropped since."""
        went, segments, base = self._slots.renumbered(), [], 0
        for each in self._segments:
            places = went[each.base : each.base + each.size]
            size = int(np.count_nonzero(places >= 0))
            if size:
                segments.append(written(base, size, [each.postings(np.where(places < 0, -1, places - base))]))
            base += size
        self._segments = segments


def _due(one: Segment, two: Segment) -> bool:
    """Whether two neighbours should be one: both small, or the later has caught up with the earlier."""
    both = one.size + two.size
    return both <= _SMALL or (one.size <= two.size and both <= MOST_SLOTS)


def _met(
    segments: Sequence[Segment], grams: NDArray[np.uint32], weights: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The slots that share a gram, and their products with the vector."""
    slots, products = [], []
    for each in segments:
        product = each.products(grams, weights)
        found = np.flatnonzero(product)
        slots.append(found + each.base)
        products.append(product[found])
    return np.concatenate(slots or [_NONE]), np.concatenate(products or [_NONE.astype(np.float64)])


def _read(vector: Vector) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    grams = np.frombuffer(vector.grams, "<u4").astype(np.uint32, copy=False)
    return grams, np.frombuffer(vector.weights, np.uint8).astype(np.int64)


_NONE = np.empty(0, np.int64)
