"""Moments that people report, and moments known already that are proven to have been at another time."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.grading.domain.procedure import Procedure
from services.grading.rulebook import CompiledRulebook
from services.grading.rulebook.engine.situation import Situation, fold
from services.grading.usecases.desk import Case, Desk, Wish, allow, leaders, members
from shared.auth import Staff
from shared.errors import ConflictError, ForbiddenError, InvalidError

OF_OTHER_ACTS = frozenset({
    "graded", "instruction", "calmed", "closed", "reopened", "claimed", "claim_overdue", "response_approved", "first_release",
    "replied", "quarter_end",
})  # fmt: skip
"""These come of acts with their own routes, here or at another desk, or of the calendar."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(minutes=5)


class Moments:
    """One act: `moment` for what nobody has reported, `anchor_moved` for what is known."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(
        self, staff: Staff, incident_id: UUID, name: str, at: datetime, reason: str, version: int | None
    ) -> Procedure:
        """Record that `name` happened at `at`. By every post inside the organisation; a later time than is known gives time
        to whoever owes something from it, so only those who approve a level may prove one.

        Raises `InvalidError` for a moment that is none of these or a time out of reach, `ForbiddenError`, `MissingError`, and
        `ConflictError` where exactly this is known.
        """
        async with self._desk.db.transaction() as tx:
            case = await self._desk.open(tx, staff, incident_id, version)
            allow(case, members(case.rulebook), "report a moment")
            _check(case, name, at)
            situation = fold(case.procedure.facts, case.rulebook.marks, case.rulebook.ranks)
            return await self._desk.record(case, _wish(case, situation, name, at.astimezone(UTC), reason))


def _check(case: Case, name: str, at: datetime) -> None:
    reportable = case.rulebook.moments - OF_OTHER_ACTS
    if name not in reportable:
        raise InvalidError(
            f"{name} 不能这样报告 / {name!r} is no moment that people report here; those are: {', '.join(sorted(reportable))}."
        )
    if not EARLIEST <= at <= case.at + AHEAD:
        raise InvalidError(
            "时间应在2000年至现在之间 / `at` must lie between the year 2000 and now (5 minutes ahead at most).",
            errors=[
                {
                    "where": "body.at",
                    "what": f"must not lie before {EARLIEST:%Y-%m-%d} nor after {case.at + AHEAD:%FT%TZ}",
                }
            ],
        )


def _wish(case: Case, situation: Situation, name: str, at: datetime, reason: str) -> Wish:
    known = situation.moments.get(name)
    if known is None or name == "worsening" or _each_counts(case.rulebook, name):
        return Wish("moment", {"name": name, "reason": reason}, "reported", at)
    if at == known and name not in situation.assumed:
        raise ConflictError("该时间已记录 / This is known already.", version=case.procedure.version, at=known)
    if at > known and not case.staff.roles & set(leaders(case.rulebook)):
        raise ForbiddenError(
            f"改晚起算时间须由{'、'.join(leaders(case.rulebook))}认定 / A later time than {known:%FT%TZ} gives more time: "
            f"only {', '.join(leaders(case.rulebook))} may prove it."
        )
    if name in situation.assumed:
        return Wish("moment", {"name": name, "reason": reason}, "reported", at)
    data = {"moment": name, "reason": reason, "from": known.isoformat()}
    return Wish("anchor_moved", data, "anchor_moved", at)


def _each_counts(rulebook: CompiledRulebook, name: str) -> bool:
    """Whether each occurrence of this moment is owed something of its own."""
    return any(duty.each and name in duty.anchors for duty in rulebook.duties)
