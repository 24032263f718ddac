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
        to whoever owes something from it, and one that lies before makes done in time what is late by now: only those who
        approve a level may prove these.

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
        _refuse_backdating(case, name, at)
        return Wish("moment", {"name": name, "reason": reason}, "reported", at)
    if at == known and name not in situation.assumed:
        raise ConflictError("该时间已记录 / This is known already.", version=case.procedure.version, at=known)
    if at > known:
        _require_leader(case, f"改晚起算时间 / a later time than {known:%FT%TZ}, which gives more time,")
    if name in situation.assumed:
        return Wish("moment", {"name": name, "reason": reason}, "reported", at)
    data = {"moment": name, "reason": reason, "from": known.isoformat(), "decided": case.at.isoformat()}
    return Wish("anchor_moved", data, "anchor_moved", at)


def _refuse_backdating(case: Case, name: str, at: datetime) -> None:
    """What is late by now is not done in time, nor was it never owed, because the one who owes it says so."""
    for key, order in case.procedure.issued.items():
        duty = case.rulebook.duty.get(order.duty)
        if duty is None or duty.fulfilled_by != name or key in case.procedure.discharged:
            continue
        late = order.due_at is not None and case.at > order.due_at >= at
        if late or at < order.anchor_at:
            _require_leader(
                case, f"以过去的时间了结“{order.name}” / a time past that ends {key!r} in time or before it began"
            )


def _require_leader(case: Case, what: str) -> None:
    named = leaders(case.rulebook)
    if not case.staff.roles & set(named):
        names = "、".join(case.rulebook.roles[role].name for role in named)
        raise ForbiddenError(f"{what}须由{names}认定 / may be proven only by {', '.join(named)}.")


def _each_counts(rulebook: CompiledRulebook, name: str) -> bool:
    """Whether each occurrence of this moment is owed something of its own."""
    return any(duty.each and name in duty.anchors for duty in rulebook.duties)
