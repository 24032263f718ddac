"""The matters of one organisation at one generation, held in memory to find the nearest of a vector."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np

from services.intake.domain.likeness.vector import Vector


@dataclass(frozen=True, slots=True)
class Near:
    """An incident that may be about the same matter; `score` from 0 to 1."""

    incident_id: UUID
    score: float


class Index:
    """Not for several threads at once. All vectors must be of the generation `number`; 0 weighs by the documents it holds."""

    def __init__(self, number: int = 0) -> None:
        self.number = number
        self._vectors: dict[UUID, Vector] = {}

    def __len__(self) -> int:
        """How many incidents it holds."""
        return len(self._vectors)

    @property
    def nbytes(self) -> int:
        """The memory it takes, in bytes."""
        return sum(5 * len(each) for each in self._vectors.values())

    def put(self, incident_id: UUID, vector: Vector, opened_at: datetime) -> None:
        """Hold an incident; a vector it had before is replaced."""
        self._vectors[incident_id] = vector

    def drop(self, incident_id: UUID) -> None:
        """Forget an incident; one that is not held is no error."""
        self._vectors.pop(incident_id, None)

    def nearest(
        self, vector: Vector, most: int, without: Collection[UUID] = (), since: datetime | None = None
    ) -> list[Near]:
        """At most `most` incidents that share a gram with the vector, the most alike first; equals by incident id."""
        found = [Near(each, _cosine(vector, other)) for each, other in self._vectors.items() if each not in without]
        return sorted((near for near in found if near.score), key=lambda near: (-near.score, near.incident_id))[:most]


def _cosine(one: Vector, other: Vector) -> float:
    mine, theirs = (np.frombuffer(each.weights, np.uint8).astype(np.int64) for each in (one, other))
    _, left, right = np.intersect1d(
        np.frombuffer(one.grams, "<u4"), np.frombuffer(other.grams, "<u4"), assume_unique=True, return_indices=True
    )
    length = float(np.sqrt(float((mine @ mine) * (theirs @ theirs))))
    return float(mine[left] @ theirs[right]) / length if length else 0.0
