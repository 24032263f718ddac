"""Incidents as this desk knows them: whose they are, their level, the rulebook they are pinned to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.contracts.envelope import Event
from shared.contracts.grading import Grade, ProcedureAdvanced
from shared.db import Transaction
from shared.errors import MissingError

_TAKE = """
INSERT INTO publishing.incidents AS i (incident_id, organisation_id, version, phase, title, level, rulebook_hash, flags)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
ON CONFLICT (incident_id) DO UPDATE SET version = excluded.version, phase = excluded.phase, title = excluded.title,
  level = coalesce(excluded.level, i.level), rulebook_hash = excluded.rulebook_hash,
  flags = excluded.flags
WHERE i.version < excluded.version
RETURNING incident_id
"""

_HELD = """
SELECT incident_id, organisation_id, phase, title, level, rulebook_hash, flags FROM publishing.incidents
WHERE incident_id = $1 AND organisation_id = $2 FOR UPDATE
"""

_BY_ANSWER = """
SELECT i.incident_id, i.organisation_id, i.phase, i.title, i.level, i.rulebook_hash, i.flags
FROM publishing.incidents i JOIN publishing.answers a ON a.incident_id = i.incident_id
WHERE a.id = $1 AND a.organisation_id = $2
"""


@dataclass(frozen=True, slots=True)
class Incident:
    """The matter that an answer is about. `level` is the approved one, before that the proposed one; `flags` are those that are up."""

    incident_id: UUID
    organisation_id: str
    phase: str
    title: str
    level: str | None
    rulebook_hash: str
    flags: frozenset[str]


def _incident(row: Any) -> Incident:
    return Incident(**{**row, "flags": frozenset(row["flags"].split())})


def _level(grade: Grade | None) -> str | None:
    if grade is None:
        return None
    return grade.level or grade.proposal


async def take_decisions(
    tx: Transaction, events: Sequence[Event[ProcedureAdvanced]]
) -> Sequence[Event[ProcedureAdvanced]]:
    """Move the incidents on; answers the decisions that are news, leaving out those seen before."""
    rows = await tx.fetch(
        _TAKE,
        [event.subject for event in events],
        [event.organisation_id for event in events],
        [event.data.version for event in events],
        [event.data.phase for event in events],
        [event.data.title for event in events],
        [_level(event.data.grade) for event in events],
        [event.data.rulebook_hash for event in events],
        [" ".join(event.data.flags) for event in events],
    )
    news = {row["incident_id"] for row in rows}
    return [event for event in events if event.subject in news]


async def hold_incident(tx: Transaction, organisation_id: str, incident_id: UUID) -> Incident:
    """Lock the incident until the transaction ends. Raises `MissingError`."""
    row = await tx.row(_HELD, incident_id, organisation_id)
    if row is None:
        raise MissingError(
            "没有这个事件,或尚未传到发布环节 / no such incident here, or not yet: it comes with its first duties."
        )
    return _incident(row)


async def find_incident_of(tx: Transaction, organisation_id: str, answer_id: UUID, *, hold: bool = False) -> Incident:
    """The incident of an answer, locked until the transaction ends where `hold`. Raises `MissingError`."""
    row = await tx.row(_BY_ANSWER + ("FOR UPDATE OF i" if hold else ""), answer_id, organisation_id)
    if row is None:
        raise MissingError("没有这份回应 / no such answer.")
    return _incident(row)
