"""Why a report stands in its incident, or in one of its own: what was kept when it came, and the comparison made again now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record

from services.intake.domain import saying_why, words
from services.intake.domain.reports import Arrival
from services.intake.domain.why import Retold, arriving, compare
from services.intake.storage import why
from services.intake.usecases.organisations import Organisations
from services.intake.usecases.similar import Similar
from shared.auth import Staff
from shared.db import Database
from shared.errors import MissingError

NEAREST = 5
"""Incidents shown of those nearest by their words, and as many of those nearest in other words."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """What a report's comparisons are made in."""

    organisation_id: str
    window: timedelta
    arrival: Arrival


class Whys:
    """Answers for one organisation's reports, in masked words."""

    def __init__(self, db: Database, organisations: Organisations, similar: Similar) -> None:
        self._db = db
        self._organisations = organisations
        self._similar = similar

    async def of(self, staff: Staff, report_id: UUID) -> dict[str, Any]:
        """Why the report joined, or what it came nearest to. Raises `MissingError`, for a foreign report the same."""
        mine = staff.organisation_id
        organisation = await self._organisations.get(mine)
        window = timedelta(hours=organisation.join_window_hours)
        async with self._db.transaction() as tx:
            row = await why.load_report(tx, mine, report_id)
            if row is None:
                raise MissingError(f"没有这份报告 / There is no report {report_id} here.")
            first: UUID = row["first_id"]
            moves = await why.load_moves(tx, mine, report_id, [first, row["incident_id"]])
            leading = (await why.load_leading(tx, mine, [first])).get(first)
        frame = _Frame(mine, window, arriving(mine, window, _retold(row)))
        joined = row["joined_by"] != "new"
        led = leading if joined and leading is not None and leading["report_id"] != report_id else None
        return {
            "report_id": report_id,
            "incident_id": row["incident_id"],
            "came_to": first,
            "joined": joined,
            "by": row["joined_by"],
            "score": row["joined_score"] if joined else None,
            "said": saying_why.joined(row["joined_by"], row["joined_score"])._asdict(),
            "follows": row["follows"],
            "window_hours": window / timedelta(hours=1),
            "leading": _compared(frame, led) | {"report_id": led["report_id"]} if led is not None else None,
            "moves": [_moved(move) for move in moves],
            "nearest": [] if joined else await self._nearest(staff, frame, first, row["follows"]),
        }

    async def _nearest(self, staff: Staff, frame: _Frame, first: UUID, follows: UUID | None) -> list[dict[str, Any]]:
        """The incidents that the report came nearest to, by its words and in other words, with why it joined none.

        `follows` is the closed one that it would have joined.
        """
        offered = await self._similar.of(staff, first, NEAREST, closed=True)
        suggested = {each["incident_id"]: each for each in offered}
        async with self._db.transaction() as tx:
            alike = await why.load_alike(tx, frame.organisation_id, frame.arrival.bands, first)
            by_words = _most_alike(frame.arrival.grams, alike)
            others = await why.load_leading(
                tx, frame.organisation_id, [*by_words, *suggested, *([follows] if follows else [])]
            )
        found = [_near(frame, row, suggested.get(each)) for each, row in others.items() if row["report_id"] is not None]
        return sorted(found, key=lambda near: (-near["jaccard"], -(near["likeness"] or 0.0), near["incident_id"]))


def _most_alike(grams: bytes, others: Mapping[UUID, bytes]) -> list[UUID]:
    scores = {each: words.jaccard(grams, theirs) for each, theirs in others.items()}
    return sorted(scores, key=lambda each: (-scores[each], each))[:NEAREST]


def _near(frame: _Frame, row: Record, suggested: Mapping[str, Any] | None) -> dict[str, Any]:
    compared = _compared(frame, row)
    if compared["joins"]:  # it would now, and did not when it came
        verdict = "closed" if row["state"] == "closed" else "since"
        compared |= {"joins": False, "verdict": verdict, "said": saying_why.not_then(verdict)._asdict()}
    return {
        **compared,
        "incident_id": row["incident_id"],
        "report_id": row["report_id"],
        "title": row["incident_title"],
        "state": "merged" if row["merged_into"] else row["state"],
        "opened_at": row["opened_at"],
        "likeness": suggested["score"] if suggested else None,
        "rests_on": suggested["why"] if suggested else [],
    }


def _compared(frame: _Frame, row: Record) -> dict[str, Any]:
    """The report against an incident's leading one, each at its time, whichever came first."""
    other = arriving(frame.organisation_id, frame.window, _retold(row))
    earlier, later = sorted((frame.arrival, other), key=lambda each: each.received_at)
    return saying_why.described(compare(earlier, later))


def _retold(row: Record) -> Retold:
    """A stored report without its keys: which of them it shared stands beside it, the vendor's root does not."""
    title = "" if row["kind"] == "post" else row["title"]
    return Retold(row["kind"], title, row["masked_text"], row["received_at"], None, row["region"])


def _moved(move: Record) -> dict[str, Any]:
    return {
        "move_id": move["move_id"],
        "kind": move["kind"],
        "incident_id": move["incident_id"],
        "other_id": move["other_id"],
        "by": move["made_by"],
        "at": move["made_at"],
        "undone": move["undone_by"] is not None,
        "said": saying_why.moved(move["kind"], undoes=move["undoes"] is not None)._asdict(),
    }
