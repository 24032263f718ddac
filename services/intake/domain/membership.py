"""Which reports belong to which incident, as people move them: merges, splits, and their undoing. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Kind = Literal["merge", "split"]
BY_ITSELF = "huiying"
"""Who made a move that an organisation lets the product make above its threshold."""


@dataclass(frozen=True, slots=True)
class Move:
    """A merge (`incident_id` survives, `other_id` was absorbed) or a split (`other_id` was taken out of `incident_id`).

    `report_ids` are those that moved. `undoes` is the move that this one takes back: undoing a merge is a split, undoing a split
    a merge; `undone_by` the one that took this back. `version` and `other_version` are the incidents' after the move, as far as
    it has just been made.
    """

    move_id: UUID
    organisation_id: str
    kind: Kind
    incident_id: UUID
    other_id: UUID
    report_ids: tuple[UUID, ...]
    made_by: str
    reason: str
    made_at: datetime
    undoes: UUID | None = None
    undone_by: UUID | None = None
    version: int | None = None
    other_version: int | None = None
