"""Review: submitting, the signatures of the chain, returning."""

from uuid import UUID

from services.publishing.domain.answers import Answer, require, submit
from services.publishing.domain.checks import findings
from services.publishing.domain.releasing import require_free
from services.publishing.domain.signing import give_back, require_chain, sign
from services.publishing.storage.answers import save_answers
from services.publishing.storage.releases import end_lease, remark
from services.publishing.usecases.announcing import answer_changed
from services.publishing.usecases.drafting import ONLOOKERS
from services.publishing.usecases.opening import Desk, Opened, Seen, open_answer, require_impersonal
from shared.auth import Staff
from shared.contracts.publishing import AnswerChange
from shared.db import Transaction
from shared.errors import ForbiddenError, InvalidError


def _require_fit(opened: Opened) -> None:
    found = findings(opened.answer.wording, opened.rules.channel(opened.answer.wording.channel))
    if found:
        raise InvalidError(
            f"送审前须改正 {len(found)} 处 / {len(found)} places must be put right before this is submitted.",
            errors=[each.as_error() for each in found],
        )


class Review:
    """Moves an answer through its chain of approvals."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def submit(self, staff: Staff, answer_id: UUID, seen: Seen) -> Answer:
        """Into review, under the chain of now. Raises `InvalidError` for unfit words, `ConflictError` without a chain."""
        if staff.roles <= ONLOOKERS:
            raise ForbiddenError("您的岗位不能送审 / your roles do not submit answers; a post of the rulebook does.")
        async with self._desk.db.transaction() as tx:
            opened = await open_answer(tx, staff, answer_id, seen)
            require(opened.answer, "submit")
            _require_fit(opened)
            answer = submit(opened.answer, opened.chain())
            await self._keep(tx, answer, "submitted", staff)
        return answer

    async def approve(self, staff: Staff, answer_id: UUID, seen: Seen, role: str | None) -> Answer:
        """One signature. Raises `ForbiddenError` naming the post it waits for, `ConflictError` if the chain changed."""
        async with self._desk.db.transaction() as tx:
            opened = await open_answer(tx, staff, answer_id, seen)
            require(opened.answer, "sign")
            require_chain(opened.answer, opened.chain())
            at = self._desk.office.now()
            answer = sign(opened.answer, staff.login, staff.roles, role, at, opened.rules)
            await self._keep(tx, answer, "approved" if answer.state == "approved" else "signed", staff)
        return answer

    async def give_back(self, staff: Staff, answer_id: UUID, seen: Seen, reason: str) -> Answer:
        """Back to draft with a reason. Raises `ForbiddenError` but for the chain's posts and the release desk."""
        require_impersonal("reason", reason)
        async with self._desk.db.transaction() as tx:
            opened = await open_answer(tx, staff, answer_id, seen)
            require_free(opened.lease, staff.login, self._desk.system.now())
            answer = give_back(opened.answer, staff.roles, reason, opened.rules)
            await end_lease(tx, answer.id)
            await remark(tx, answer, "return", staff.login, reason, self._desk.office.now())
            await self._keep(tx, answer, "returned", staff, reason)
        return answer

    async def _keep(
        self, tx: Transaction, answer: Answer, change: AnswerChange, staff: Staff, reason: str | None = None
    ) -> None:
        at = self._desk.office.now()
        await save_answers(tx, [answer], at)
        await self._desk.journal.append(tx, [answer_changed(answer, change, at=at, by=staff.login, reason=reason)])
