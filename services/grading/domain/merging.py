"""What one incident takes over from another that was merged into it, and how totals tell whose counts they have. Pure.

An absorbed procedure goes on by itself, unseen: its facts are kept, its orders derived, nothing of it told. So it can be taken out again as
if it had never been merged. All that it knows, and comes to know, is carried to its survivor.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from services.grading.domain.procedure import Procedure
from services.grading.rulebook import Fact
from services.grading.rulebook.engine.facts import merge_of, undone_merges

REPORTS: Final = "reports"
"""The one source of evidence that intake's totals are; later totals supersede earlier ones."""
MERGED: Final = "merged"
MOST_LINKS: Final = 20
"""How many times over an incident may be merged into one that is merged into another."""
_ITS_OWN: Final = frozenset({"reprojected"})
"""Facts about one procedure's dates alone."""


def merge(absorbed: Procedure, act: str, by: str, at: datetime) -> Fact:
    """The fact, for the survivor, that `absorbed` is merged into it, with all that is known of it. `act` is the move's id."""
    return Fact(act, "merged", at, _data(absorbed.incident_id, act, absorbed.facts) | {"by": by})


def carry_on(absorbed: Procedure, late: Sequence[Fact], survivor: Procedure) -> Fact | None:
    """What came to be known later of an incident merged into `survivor`; None where none of it concerns the survivor."""
    whole = merged_here(survivor, absorbed.incident_id)
    data = _data(absorbed.incident_id, whole.id, late)
    return Fact(f"{whole.id}:{late[0].id}", "merged", whole.at, data) if data["facts"] else None


def part(act: str, by: str, incident_id: UUID, undoes: str, at: datetime) -> Fact:
    """The fact, for the survivor, that the merge `undoes` is taken back, with all that it brought."""
    return Fact(act, "split", at, {"to": str(incident_id), "undoes": undoes, "by": by})


def merged_here(survivor: Procedure, incident_id: UUID) -> Fact:
    """The merge by which that incident belongs to this one. Raises LookupError where none stands."""
    undone = undone_merges(survivor.facts)
    for fact in reversed(survivor.facts):
        if fact.kind != "merged" or fact.data["incident"] != str(incident_id):
            continue
        if fact.id == merge_of(fact) and fact.id not in undone:
            return fact
    raise LookupError(
        f"incident {incident_id} says that it is merged into {survivor.incident_id}, which knows nothing of it"
    )


def _data(incident_id: UUID, act: str, facts: Sequence[Fact]) -> dict[str, object]:
    carried = [_beside(fact, act) for fact in facts if fact.kind not in _ITS_OWN]
    return {"incident": str(incident_id), "act": act, "facts": carried}


def _beside(fact: Fact, act: str) -> Fact:
    """Counts as a source of their own, beside the survivor's totals until these have them too."""
    if fact.kind != "evidence":
        return fact
    return replace(fact, data={**fact.data, "source": f"{fact.data['source']}:{act}", "beside": act})


def counted(procedure: Procedure, facts: Sequence[Fact], gained: str | None, lost: str | None) -> Sequence[Fact]:
    """The facts, their totals saying which merges' counts they have: as those before, with `gained`, without `lost`."""
    if not any(_totals(fact) for fact in facts):
        return facts
    before = next((fact for fact in reversed(procedure.facts) if _totals(fact)), None)
    covers = set(before.data.get("covers", ())) if before is not None else set()
    covers = (covers | {gained}) - {lost, None} if gained else covers - {lost}
    if not covers:
        return facts
    names = sorted(str(each) for each in covers)
    return [replace(fact, data={**fact.data, "covers": names}) if _totals(fact) else fact for fact in facts]


def _totals(fact: Fact) -> bool:
    return fact.kind == "evidence" and fact.data.get("source") == REPORTS
